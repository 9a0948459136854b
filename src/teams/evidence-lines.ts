/** What is known of one new device, in the order in which an analyst asks. Every text of it comes from the device. */
import type { Arrival, DeviceEvidence, Execution, FileEvidence, Peer } from '../hunt/evidence.ts';
import type { Finding } from '../hunt/finding.ts';
import { agreementWords } from '../hunt/corroboration.ts';
import { isProtected } from '../hunt/verdict.ts';
import { gapWords, verdictWords } from '../hunt/verdict-words.ts';
import { instant, plural } from './card-parts.ts';
import type { Colour, Element, TextRun } from './card-types.ts';
import { facts, line, run } from './elements.ts';

export interface Detail {
  /** Of each kind. */
  readonly items: number;
  /** Of a text from the device. */
  readonly length: number;
}

/** Less of it where a card would grow too large; 0: only what it amounts to. */
export function detailOf(rows: number): Detail {
  if (rows >= 8) return { items: 3, length: 300 };
  if (rows >= 4) return { items: 2, length: 120 };
  return rows > 0 ? { items: 1, length: 60 } : { items: 0, length: 0 };
}

const COLOURS = {
  'cannot-say': 'Warning',
  'not-run': 'Default',
  unexplained: 'Attention',
  normal: 'Default',
  explained: 'Good',
} as const satisfies Record<string, Colour>;

const subtle = (text: string, length: number): TextRun => run(text, { isSubtle: true, size: 'Small' }, length);
const code = (text: string, length: number): TextRun => run(text, { fontType: 'Monospace', size: 'Small' }, length);

/** One sentence: what the scenarios say, and how many hunts agree. */
export function verdictLines({ verdict, agreement, evidence }: Finding): Element[] {
  const gaps = evidence && gapWords(evidence.gaps);
  return [
    ...(verdict ? [line([run(verdictWords(verdict), { color: COLOURS[verdict.kind], weight: 'Bolder' }, 400)])] : []),
    ...(agreement ? [line([run(`${agreementWords(agreement)}: ${agreement.agree.join(', ')}`, {}, 300)])] : []),
    ...(gaps === undefined ? [] : [line([run(gaps, { color: 'Warning' }, 300)])]),
  ];
}

export function evidenceLines(evidence: DeviceEvidence, detail: Detail, reporting: number | undefined): Element[] {
  if (detail.items === 0) return [];
  const { executions, arrivals, peers, files, context = [] } = evidence;
  const unexplained = executions.filter(({ explainedBy }) => explainedBy.length === 0);
  return [
    ...facts([
      ...whereItIs(executions, detail),
      ...arrivals.slice(0, detail.items).map((arrival) => ['Arrived', ...arrivalRuns(arrival, detail)] as const),
      ...unexplained
        .slice(0, detail.items)
        .map((execution) => ['Unexplained', ...executionRuns(execution, detail)] as const),
      ...peers.slice(0, detail.items).map((peer) => ['Talked to', ...peerRuns(peer, detail)] as const),
      ...files.slice(0, detail.items).map((file) => ['Signature', ...fileRuns(file, detail, reporting)] as const),
      ...contextFacts(context, detail),
      ...files.slice(0, detail.items).map(({ sha1 }) => ['SHA1', code(sha1, 64)] as const),
    ]),
  ];
}

function whereItIs(executions: readonly Execution[], { items, length }: Detail) {
  const paths = [...new Set(executions.map(({ path }) => path))].filter((path) => path !== '').slice(0, items);
  return paths.map(
    (path) =>
      [
        'Ran from',
        code(path, length),
        ...(isProtected(path) ? [] : [run(' anybody may write there', { color: 'Warning' })]),
      ] as const,
  );
}

const arrivalRuns = ({ at, action, process, account, origin, path }: Arrival, { length }: Detail): TextRun[] => [
  run(`${at ? `${instant(at)} UTC, ` : ''}${action} by ${process || 'an unknown process'}`, {}, length),
  ...(account === '' ? [] : [subtle(` as ${account}`, 80)]),
  ...(path === '' ? [] : [subtle(` to ${path}`, length)]),
  ...(origin === '' ? [] : [subtle(` from ${origin}`, length)]),
];

const executionRuns = ({ commandLine, file, account, parent, count }: Execution, { length }: Detail): TextRun[] => [
  code(commandLine === '' ? file : commandLine, length),
  subtle(` ${parent === '' ? '' : `by ${parent} `}${account === '' ? '' : `as ${account} `}${String(count)}×`, 160),
];

const peerRuns = ({ address, port, host, count }: Peer, { length }: Detail): TextRun[] => [
  code(`${address || host}${port === undefined ? '' : `:${String(port)}`}`, 80),
  ...(host === '' || address === '' ? [] : [run(` ${host}`, {}, Math.min(length, 120))]),
  subtle(` ${String(count)}×`, 20),
];

const CERTIFICATES = {
  valid: 'certificate valid',
  expired: 'certificate expired',
  timestamped: 'certificate expired after it signed, which is normal',
} as const;

function fileRuns(
  { signer, trusted, certificate, devices }: FileEvidence,
  { length }: Detail,
  reporting: number | undefined,
): TextRun[] {
  const words = [
    ...(trusted === undefined ? [] : [trusted ? 'trusted' : 'not trusted']),
    ...(certificate === undefined ? [] : [CERTIFICATES[certificate]]),
    ...(devices === undefined ? [] : [`on ${onDevices(devices, reporting)}`]),
  ];
  return [
    run(signer, {}, Math.min(length, 120)),
    run(` ${words.join(', ')}`, trusted === false ? { color: 'Warning' } : { isSubtle: true }),
  ];
}

const onDevices = (devices: number, reporting: number | undefined): string =>
  reporting === undefined || reporting < devices
    ? plural(devices, 'device')
    : `${devices.toLocaleString('en')} of ${plural(reporting, 'device')}`;

function contextFacts(context: NonNullable<DeviceEvidence['context']>, { length }: Detail) {
  if (context.length === 0) return [];
  const words = context.map(([title, value]) => `${title}: ${value}`).join('; ');
  return [['Device', run(words, {}, Math.max(length, 200))] as const];
}
