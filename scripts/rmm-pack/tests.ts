import type { Shared, Tool } from './facts.ts';
import { hasTerms } from './terms.ts';

/** A test as it stands in a hunt file. */
export interface PackTest {
  readonly name: string;
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly finds: readonly string[];
}
type Row = Readonly<Record<string, string | number>>;

const device = (number: number): Row => ({
  DeviceId: `dev-${String(number)}`,
  DeviceName: `wks-${String(number)}.contoso.com`,
});
const check = (number: number, signer: string, more: Row = {}): Row => ({
  Timestamp: '-1d',
  ...device(number),
  Signer: signer,
  ReportId: number,
  ...more,
});
const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `dev-${String(i + 1)}`);

/** Whether a signer is one that is asked for together with a name. */
const isShared = (tool: Tool, signer: string): boolean =>
  (tool.shared?.ask ?? []).some((ask) => hasTerms(signer, ask)) &&
  !(tool.ask ?? []).some((ask) => hasTerms(signer, ask));

export function testsOf(tool: Tool): readonly PackTest[] {
  const own = tool.signers.filter(({ value }) => !isShared(tool, value));
  const shared = tool.signers.filter(({ value }) => isShared(tool, value));
  return [
    ...(own.length > 0 ? [everySigner(own.map(({ value }) => value))] : []),
    ...(tool.shared && shared[0]
      ? sharedTests(
          tool.name,
          tool.shared,
          shared.map(({ value }) => value),
        )
      : []),
    strangers([...own, ...shared][0]?.value ?? '', tool),
  ];
}

const everySigner = (signers: readonly string[]): PackTest => ({
  name: 'a file with any of the names its maker signs with is found',
  tables: { DeviceFileCertificateInfo: signers.map((signer, i) => check(i + 1, signer)) },
  finds: ids(signers.length),
});

/** Its files are in sight as processes, as talkers and as files. */
export function evidenceOf({ files = [], products = [], companies = [] }: Omit<Shared, 'ask' | 'others'>): {
  readonly process: Row;
  readonly network: Row;
  readonly file?: Row;
} {
  const [name] = files;
  const file = name?.replace('*', 'X');
  const version = (prefix: string): Row =>
    products[0] === undefined
      ? { [`${prefix}VersionInfoCompanyName`]: companies[0] ?? '' }
      : { [`${prefix}VersionInfoProductName`]: products[0] };
  const isNamed = file !== undefined;
  return {
    process: products.length + companies.length > 0 ? version('Process') : { FileName: file ?? '' },
    network: isNamed ? { InitiatingProcessFileName: file.toUpperCase() } : version('InitiatingProcess'),
    ...(isNamed && { file: { FileName: file } }),
  };
}

function sharedTests(name: string, shared: Shared, signers: readonly string[]): readonly PackTest[] {
  const { process, network, file } = evidenceOf(shared);
  const [signer = ''] = signers;
  const tables = {
    DeviceFileCertificateInfo: [
      ...signers.map((value, i) => check(i + 1, value, { SHA1: 'a1' })),
      check(signers.length + 1, signer, { SHA1: 'b2' }),
      ...(file ? [check(signers.length + 2, signer, { SHA1: 'c3' })] : []),
    ],
    DeviceProcessEvents: [{ Timestamp: '-2d', ...device(1), SHA1: 'a1', ...process }],
    DeviceNetworkEvents: [{ Timestamp: '-2d', ...device(9), InitiatingProcessSHA1: 'b2', ...network }],
    ...(file && { DeviceFileEvents: [{ Timestamp: '-2d', ...device(9), SHA1: 'c3', ...file }] }),
  };
  return [
    {
      name: `a file of the signer that is known as ${name}, by a process, a connection or a file on any device, is found`,
      tables,
      finds: ids(tables.DeviceFileCertificateInfo.length),
    },
    {
      name: 'other software of the same signer is not found',
      tables: {
        DeviceFileCertificateInfo: [check(1, signer, { SHA1: 'd4' }), check(2, signer, { SHA1: '' })],
        DeviceProcessEvents: [
          { Timestamp: '-2d', ...device(1), SHA1: 'd4', FileName: 'unrelated.exe' },
          { Timestamp: '-2d', ...device(2), SHA1: '', ...process },
        ],
      },
      finds: [],
    },
  ];
}

/** Neither another signer, nor what was there before the window, nor a longer word; all else being as it should. */
function strangers(signer: string, { ask = [], shared }: Tool): PackTest {
  const term = [...ask, ...(shared?.ask ?? [])][0] ?? '';
  const hash = shared ? { SHA1: 'a1' } : {};
  return {
    name: 'another signer, a check six days ago, and a longer word are not found',
    tables: {
      DeviceFileCertificateInfo: [
        check(1, 'Microsoft Corporation', hash),
        check(2, '', hash),
        check(3, signer, { ...hash, Timestamp: '-6d' }),
        check(4, `X${term}X`, hash),
      ],
      ...(shared && {
        DeviceProcessEvents: [{ Timestamp: '-2d', ...device(1), SHA1: 'a1', ...evidenceOf(shared).process }],
      }),
    },
    finds: [],
  };
}
