import type { EvidenceKind } from './evidence-kinds.ts';

/** What was learned about a new device: bounded, so that a row of storage holds many. Texts are as the device sent them. */
export interface DeviceEvidence {
  readonly files: readonly FileEvidence[];
  /** Those that nothing explains first. */
  readonly executions: readonly Execution[];
  readonly arrivals: readonly Arrival[];
  readonly peers: readonly Peer[];
  readonly context?: DeviceContext;
  /** How many there are of each, the ones not kept here included. */
  readonly counts: { readonly files: number; readonly executions: number; readonly peers: number };
  /** What could not be had, and why. */
  readonly gaps: readonly Gap[];
}

/** A question that was not answered, or only in part: `code` is an error's, or `partial-answer`. */
export interface Gap {
  readonly part: EvidenceKind;
  readonly code: string;
}

export interface FileEvidence {
  readonly sha1: string;
  readonly signer: string;
  readonly trusted?: boolean;
  /** `timestamped`: expired, but it signed the file while it was valid, as a countersignature says; that is normal. */
  readonly certificate?: 'valid' | 'expired' | 'timestamped';
  /** On how many devices the file is. */
  readonly devices?: number;
}

/** Executions that are alike, and which scenarios match them. */
export interface Execution {
  readonly file: string;
  readonly path: string;
  readonly sha1: string;
  readonly commandLine: string;
  readonly account: string;
  readonly parent: string;
  readonly parentPath: string;
  readonly count: number;
  readonly lastSeen?: Date;
  readonly explainedBy: readonly string[];
}

export interface Arrival {
  readonly at?: Date;
  readonly action: string;
  readonly file: string;
  readonly path: string;
  readonly process: string;
  readonly account: string;
  readonly origin: string;
}

export interface Peer {
  readonly address: string;
  readonly port?: number;
  readonly host: string;
  readonly count: number;
}

/** Titles and values of the newest row about the device, in the order in which they are shown. */
export type DeviceContext = readonly (readonly [title: string, value: string])[];

/** JSON characters kept of a device's evidence: a hundred devices, or sixty with more, fit into one row of storage. */
const budgetFor = (devices: number): number => (devices <= 60 ? 3_000 : 1_500);
const KEEP = [
  { items: 4, length: 300 },
  { items: 3, length: 160 },
  { items: 2, length: 80 },
  { items: 1, length: 40 },
] as const;

/** As much of the evidence as fits beside that of so many other devices, the first of each kind. */
export function bounded(evidence: DeviceEvidence, devices: number): DeviceEvidence {
  const attempts = KEEP.map((keep) => cutTo(evidence, keep));
  const fitting = attempts.find((attempt) => JSON.stringify(attempt).length <= budgetFor(devices));
  return fitting ?? { ...evidence, files: [], executions: [], arrivals: [], peers: [], context: [] };
}

function cutTo(evidence: DeviceEvidence, { items, length }: (typeof KEEP)[number]): DeviceEvidence {
  const short = <T extends object>(of: T): T =>
    Object.fromEntries(
      Object.entries(of).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'string' ? cut(value, length) : value,
      ]),
    ) as T;
  const { files, executions, arrivals, peers, context } = evidence;
  return {
    ...evidence,
    files: files.slice(0, items).map(short),
    executions: executions.slice(0, items).map(short),
    arrivals: arrivals.slice(0, items).map(short),
    peers: peers.slice(0, items).map(short),
    ...(context && { context: context.map(([title, value]) => [title, cut(value, Math.min(length, 100))] as const) }),
  };
}

const cut = (text: string, length: number): string => [...text.slice(0, length * 2)].slice(0, length).join('');
