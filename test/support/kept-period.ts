/** A period of daily runs over devices that a test makes up, and its replay from storage alone. */
import { replayHunt } from '../../local/hunt-replay/command.ts';
import type { ReplayRequest } from '../../local/hunt-replay/request.ts';
import type { Cell, QueryAnswer } from '../../src/hunt/answer.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { kqlText } from '../../src/kql/literal.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY } from '../../src/time.ts';
import { aRow, aRunOrder, NOON } from './builders.ts';
import type { World } from './services.ts';

/** A process on a device, as the question about executions answers it. */
export interface Ran {
  readonly path: string;
  readonly commandLine: string;
  readonly account: string;
}

const EXECUTION_COLUMNS = [
  ...['DeviceId', 'FileName', 'FolderPath', 'SHA1', 'ProcessCommandLine', 'AccountName'].map(text),
  ...['InitiatingProcessFileName', 'InitiatingProcessFolderPath'].map(text),
  { name: 'Count', type: 'long' },
];
function text(name: string) {
  return { name, type: 'string' };
}

const PARENT = 'C:\\Windows\\System32\\services.exe';

/** An answer about executions; `matches` says of each which scenarios match it, as the workspace would. */
export function anExecutionsAnswer(
  ran: readonly (readonly [device: string, Ran])[],
  matches: readonly ((ran: Ran) => boolean)[],
): QueryAnswer {
  return {
    columns: [
      ...EXECUTION_COLUMNS,
      ...matches.map((_one, i) => ({ name: `Firstsight_Matches_${String(i)}`, type: 'bool' })),
    ],
    rows: ran.map(([device, one]): Cell[] => [
      ...[device, 'x.exe', one.path, 'ab'.repeat(20), one.commandLine, one.account],
      ...['services.exe', PARENT, 1],
      ...matches.map((matching) => matching(one)),
    ]),
  };
}

/** Whether a question about devices is about this one. */
export const isAskedAbout = (kql: string, id: string): boolean => kql.includes(kqlText(id));

export const dayAt = (n: number): Date => new Date(NOON.getTime() + n * DAY);

/** Runs the hunt on a day; the workspace answers rows of these devices. */
export async function runOn(world: World, hunt: Hunt, n: number, devices: readonly string[]): Promise<void> {
  world.answer = { columns: ANSWER, rows: devices.map((id) => aRow(id)) };
  await runHunt(hunt, aRunOrder({ asOf: world.services.now(), slot: dayAt(n) }), true, world.services);
}

const ANSWER = [
  ...['DeviceId', 'DeviceName'].map(text),
  ...['FirstSeen', 'LastSeen'].map((name) => ({ name, type: 'datetime' })),
  { name: 'Report', type: 'dynamic' },
  { name: 'Count', type: 'long' },
];

/** What the command prints. No workspace can be asked. */
export async function replayed(world: World, hunt: Hunt, request: Partial<ReplayRequest> = {}): Promise<string> {
  const refuses = { query: () => Promise.reject(new Error('The workspace was asked.')) };
  const workspaces = new Map([...world.services.workspaces].map(([alias]) => [alias, refuses]));
  const whole = { hunt: hunt.slug, from: dayAt(-1), to: dayAt(1_000), json: false, ...request };
  return replayHunt(whole, { ...world.services, workspaces });
}

export interface ReplayJson {
  readonly runs: number;
  readonly told: { readonly cards: number; readonly devices: number };
  readonly differences: readonly {
    readonly run: { readonly id: string; readonly asOf: string };
    readonly case?: string;
    readonly devices: readonly { readonly id: string; readonly change: string; readonly why: string }[];
  }[];
  readonly unjudged: readonly { readonly id: string; readonly because: string }[];
  readonly knownBefore: number;
}

export const replayedJson = async (world: World, hunt: Hunt, request: Partial<ReplayRequest> = {}) =>
  JSON.parse(await replayed(world, hunt, { ...request, json: true })) as ReplayJson;
