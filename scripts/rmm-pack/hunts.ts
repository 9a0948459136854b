import { confidence, huntable, type Facts, type Signer, type Tool } from './facts.ts';
import { sharedOf, signatureQuery, toolByName } from './query.ts';
import { evidenceOf, testsOf, type PackTest } from './tests.ts';
import { huntYaml } from './yaml.ts';

export interface PackFile {
  readonly file: string;
  readonly text: string;
}

/** LiteManager's own hunts stand in hunts/ and are written by hand. */
const BY_HAND = 'litemanager';
export const FLEET = 'fleet/rmm-file-signature';
export const hasHunt = ({ slug }: Tool): boolean => slug !== BY_HAND;

const CERTIFICATES = 'DeviceFileCertificateInfo';
const TABLES = [CERTIFICATES, 'DeviceProcessEvents', 'DeviceNetworkEvents', 'DeviceFileEvents'] as const;
const WINDOW =
  'A row is a check of a certificate, made now and then on files that are there: FirstSeen is the first check in the window, not the day of the installation.';
const UNSIGNED = 'A copy that is unsigned, or signed by somebody else, is not found by its signature.';
const UNNAMED = 'A renamed file that no process event or connection shows under its product name is not found.';

export function packFiles(facts: Facts): readonly PackFile[] {
  const hunts = huntable(facts)
    .filter(hasHunt)
    .map((tool) => ({ file: `hunts/rmm/${tool.slug}-file-signature.yaml`, text: toolHunt(tool, facts) }));
  return [...hunts, { file: `hunts/${FLEET}.yaml`, text: fleetHunt(facts) }];
}

function toolHunt(tool: Tool, facts: Facts): string {
  const { name, vendor, shared, note, ask = [] } = tool;
  return huntYaml({
    slug: `rmm/${tool.slug}`,
    name: `Remote management tool: ${name}, signed file`,
    description: [
      `${name}${vendor === name ? '' : `, by ${vendor},`} lets somebody see, steer or manage a computer from afar. Where it is in use on purpose, its devices are soon known; on any other device it is worth a question: such tools are signed, talk through firewalls, and are brought along by intruders for that reason.`,
      `This hunt finds devices on which Defender has checked a file signed by its maker in the last five days. ${WINDOW}`,
      ...(shared
        ? [
            `The signer also signs other software (${shared.others}). Files count only where a process, a connection or a file event of the last five days shows, on any device, a file of the same hash as ${name}.`,
          ]
        : []),
    ],
    tables: shared ? tablesOf(shared.files) : [CERTIFICATES],
    techniques: tool.techniques,
    query: signatureQuery(ask, shared),
    knownGaps: [
      ...(note === undefined ? [] : [note]),
      ...(confidence(tool) === 'one collection' ? ['Only one collection names each of its signers.'] : []),
      UNSIGNED,
      ...(shared ? [UNNAMED] : []),
    ],
    references: [tool.website, ...tool.signers.map((signer) => referenceOf(signer, facts))],
    tests: testsOf(tool),
  });
}

const tablesOf = (files: readonly string[] = []): readonly string[] =>
  TABLES.filter((table) => table !== 'DeviceFileEvents' || files.length > 0);

/** `Signer "AnyDesk Software GmbH": elastic/detection-rules (rmm_signer), magicsword-io/LOLRMM (anydesk.yaml)` */
export function referenceOf({ value, sources }: Signer, { collections }: Facts): string {
  const places = Object.entries(collections).flatMap(([key, { name }]) => {
    const within = sources
      .filter((source) => source.startsWith(`${key}:`))
      .map((source) => source.slice(key.length + 1));
    return within.length === 0 ? [] : [`${name} (${within.join(', ')})`];
  });
  return `Signer "${value}": ${places.join(', ')}`;
}

function fleetHunt(facts: Facts): string {
  const tools = huntable(facts);
  const shared = sharedOf(tools);
  const own = [...new Set(tools.flatMap(({ ask = [] }) => ask))];
  return huntYaml({
    slug: FLEET,
    name: 'Any remote management tool, signed file',
    description: [
      `One question for ${String(tools.length)} remote management tools: on which devices has Defender checked a file that is signed by the maker of one of them? For those who prefer one schedule to sixty; docs/rmm-pack.md lists the tools and their signers.`,
      `The column Report names the tools by their signers, so that tools of one maker go by one name. ${WINDOW}`,
      'Files whose signer also signs other software count only where a process, a connection or a file event of the last five days shows, on any device, a file of the same hash by a name of such a tool.',
    ],
    tables: TABLES,
    techniques: [...new Set(tools.flatMap(({ techniques }) => techniques))],
    query: signatureQuery(own, shared, { column: 'Tool', step: toolByName(tools) }),
    knownGaps: [
      'A device is told once: on a device that has one of these tools, a second one is no news. The hunts of hunts/rmm/ keep a baseline for each tool.',
      UNSIGNED,
      UNNAMED,
    ],
    references: Object.values(facts.collections).map(
      ({ name, version, address }) => `${name} (${version}): ${address}`,
    ),
    tests: fleetTests(tools),
  });
}

/** Each tool once, on a device of its own. */
function fleetTests(tools: readonly Tool[]): readonly PackTest[] {
  const tests = tools.map((tool) => ({ tool, tests: testsOf(tool) }));
  const rows = tests.map(({ tool }, i) => ({
    Timestamp: '-1d',
    DeviceId: `dev-${tool.slug}`,
    DeviceName: `${tool.slug}.contoso.com`,
    Signer: tool.signers.at(-1)?.value ?? '',
    SHA1: `hash-${String(i)}`,
    ReportId: i + 1,
  }));
  const processes = tools.flatMap(({ shared }, i) =>
    shared ? [{ Timestamp: '-2d', DeviceId: 'dev-1', SHA1: `hash-${String(i)}`, ...evidenceOf(shared).process }] : [],
  );
  const strangers = tests.find(({ tool }) => tool.shared === undefined)?.tests.at(-1);
  return [
    {
      name: 'each of the tools is found',
      tables: { [CERTIFICATES]: rows, DeviceProcessEvents: processes },
      finds: rows.map(({ DeviceId }) => DeviceId),
    },
    {
      name: 'other software of signers that also sign other software is not found',
      tables: {
        [CERTIFICATES]: rows.filter((_row, i) => tools[i]?.shared && !tools[i].ask?.length),
        DeviceProcessEvents: [{ Timestamp: '-2d', DeviceId: 'dev-1', SHA1: 'hash-0', FileName: 'unrelated.exe' }],
      },
      finds: [],
    },
    ...(strangers ? [strangers] : []),
  ];
}
