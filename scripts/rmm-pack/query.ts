import type { Shared, Tool } from './facts.ts';
import { hasTerms } from './terms.ts';

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const list = (texts: readonly string[]): string => texts.map(quoted).join(', ');

/** `Signer has 'a'`, or `Signer has_any ('a', 'b')`. */
export const has = (column: string, texts: readonly string[]): string =>
  texts.length === 1 ? `${column} has ${quoted(texts[0] ?? '')}` : `${column} has_any (${list(texts)})`;

/** `let Names = dynamic(['a', 'b']);`, its lines broken. */
function named(name: string, texts: readonly string[]): string {
  const line = `let ${name} = dynamic([${list(texts)}]);`;
  if (line.length <= WIDTH) return line;
  const lines = [''];
  for (const text of texts.map((item) => `${quoted(item)},`)) {
    const last = lines.at(-1) ?? '';
    if (last.length + text.length + 5 > WIDTH) lines.push(text);
    else lines[lines.length - 1] = `${last} ${text}`.trim();
  }
  return `let ${name} = dynamic([\n    ${lines.join('\n    ').replace(/,$/, '')}\n  ]);`;
}

const WIDTH = 112;

/** Names with a `*`: what stands before it, and after it unless that is only the ending. */
const wildcard = (file: string): string => {
  const [start = '', end = ''] = file.split('*');
  const starts = `Name startswith ${quoted(start)}`;
  return end === '.exe' ? starts : `(${starts} and Name endswith ${quoted(end)})`;
};

/** The hashes of files that are known by their names to be the tool's, from wherever they are seen. */
function known({ files = [], products = [], companies = [] }: Omit<Shared, 'ask' | 'others'>): string {
  const exact = files.filter((file) => !file.includes('*'));
  const lists = [
    ...(exact.length > 0 ? [{ list: named('Names', exact), condition: 'Name in~ (Names)' }] : []),
    ...(products.length > 0 ? [{ list: named('Products', products), condition: 'Product has_any (Products)' }] : []),
    ...(companies.length > 0
      ? [{ list: named('Companies', companies), condition: 'Company has_any (Companies)' }]
      : []),
  ];
  const conditions = [
    ...lists.map(({ condition }) => condition),
    ...files.filter((file) => file.includes('*')).map(wildcard),
  ];
  const version = (prefix: string): readonly string[] => [
    ...(products.length > 0 ? [`Product = ${prefix}VersionInfoProductName`] : []),
    ...(companies.length > 0 ? [`Company = ${prefix}VersionInfoCompanyName`] : []),
  ];
  const sources = [
    source('DeviceProcessEvents', ['SHA1', 'Name = FileName', ...version('Process')]),
    source('DeviceNetworkEvents', [
      'SHA1 = InitiatingProcessSHA1',
      'Name = InitiatingProcessFileName',
      ...version('InitiatingProcess'),
    ]),
    ...(files.length > 0 ? [source('DeviceFileEvents', ['SHA1', 'Name = FileName'])] : []),
  ];
  return `${lists.map((one) => `${one.list}\n`).join('')}// Seen on any device: the signer alone says too little.
let Known = union
${sources.join(',\n')}
  | where ${conditions.join('\n      or ')}
  | where isnotempty(SHA1)
  | distinct SHA1;`;
}

const source = (table: string, columns: readonly string[]): string =>
  `    (${table} | where Timestamp >= Since\n      | project ${columns.join(columns.length > 3 ? ',\n          ' : ', ')})`;

const checks = 'DeviceFileCertificateInfo\n| where Timestamp between (Since .. now())';
const summary = (report: string): string =>
  `| summarize FirstSeen = min(Timestamp), LastSeen = max(Timestamp), Report = make_set(${report}), Count = count()\n    by DeviceId, DeviceName`;

/** The query of a tool, or of several at once. */
export function signatureQuery(
  own: readonly string[],
  shared: Shared | undefined,
  report: { readonly column: string; readonly step?: string } = { column: 'ReportId' },
): string {
  const steps = [...(report.step === undefined ? [] : [report.step]), summary(report.column)].join('\n');
  if (!shared) return `let Since = ago(5d);\n${checks}\n| where ${has('Signer', own)}\n${steps}`;
  const head = `let Since = ago(5d);\n${known(shared)}`;
  if (own.length === 0)
    return `${head}\n${checks}\n| where ${has('Signer', shared.ask)}\n| join kind=leftsemi Known on SHA1\n${steps}`;
  return `${head}
${named('Own', own)}
${named('Shared', shared.ask)}
let Files = ${checks.replace('\n', '\n  ')};
union
  (Files | where Signer has_any (Own)),
  (Files
    | where Signer has_any (Shared) and not(Signer has_any (Own))
    | join kind=leftsemi Known on SHA1)
${steps}`;
}

/** Everything that tells shared signers' tools apart, together. */
export function sharedOf(tools: readonly Tool[]): Shared {
  const all = tools.flatMap(({ shared }) => shared ?? []);
  const together = (pick: (shared: Shared) => readonly string[] | undefined): readonly string[] => [
    ...new Map(all.flatMap((shared) => pick(shared) ?? []).map((text) => [text.toLowerCase(), text])).values(),
  ];
  return {
    ask: together(({ ask }) => ask),
    others: 'other software',
    products: together(({ products }) => products),
    companies: together(({ companies }) => companies),
    files: together(({ files }) => files),
  };
}

/** Names a row's tool by its signer; tools that a signer does not tell apart are named together. */
export function toolByName(tools: readonly Tool[]): string {
  const branches = alike(tools).map((same) => {
    const asks = [...new Set(same.flatMap(asksOf))];
    return `    ${has('Signer', asks)}, ${quoted(same.map(({ name }) => name).join(' or '))},`;
  });
  return `| extend Tool = case(\n${branches.join('\n')}\n    'another')`;
}

const asksOf = ({ ask = [], shared }: Tool): readonly string[] => [...ask, ...(shared?.ask ?? [])];

/** Tools in groups, such that no signer asked for by one is found by what another asks. */
function alike(tools: readonly Tool[]): readonly (readonly Tool[])[] {
  const groups: Tool[][] = [];
  for (const tool of tools) {
    const overlaps = (other: Tool): boolean =>
      asksOf(tool).some((a) => asksOf(other).some((b) => hasTerms(a, b) || hasTerms(b, a)));
    const group = groups.find((same) => same.some(overlaps));
    if (group) group.push(tool);
    else groups.push([tool]);
  }
  return groups;
}
