/** `npm run hunt -- explain <device> [hunt]`: the story of a device, from what is stored. */
import { parseArgs } from 'node:util';
import { readEntries } from '../src/board/device-view.ts';
import type { DeviceKey } from '../src/hunt/device-key.ts';
import type { HuntScope } from '../src/hunt/hunt.ts';
import { meantDevice } from '../src/proof/meant-device.ts';
import type { DeviceRecord, Services } from '../src/services.ts';
import { UnknownNameError } from '../src/errors.ts';
import { nearest } from '../src/nearest.ts';
import { day } from '../src/teams/card-parts.ts';
import { EXIT, UsageError } from './hunt-run/request.ts';
import { printable } from './report-text.ts';
import { SCREEN, storyText, type Screen } from './story-text.ts';

const USAGE = `Usage: npm run hunt -- explain <device> [hunt] [--workspace alias] [--all] [--json]

  Tells what is stored of a device, one screen for each hunt that knows it: its state, since when and why, what the hunt
  had watched by then, and behind each sentence the record that it rests on. Nothing is asked, written or told.

  device        key, id, name or former name; the name without its domain will do
  hunt          name or id of one hunt; all of them unless it is given
  --workspace   one workspace; all of them unless it is given
  --all         every sentence, however many screens that takes
  --json        everything that is stored of it, as JSON

Exit codes: 0 told, 1 failure, 2 bad usage or nobody knows the device.`;

export interface ExplainRequest {
  readonly device: string;
  readonly hunt?: string;
  readonly workspace?: string;
  readonly all: boolean;
  readonly json: boolean;
}

/** Undefined when the usage was all that was asked for. */
export function readExplain(args: readonly string[]): ExplainRequest | undefined {
  const { values, positionals } = parsed(args);
  if (values.help === true) {
    console.log(USAGE);
    return undefined;
  }
  const [device = '', hunt, ...more] = positionals;
  if (device.trim() === '') throw new UsageError('Name a device: its key, id or name.');
  if (more.length > 0) throw new UsageError('Name one device, and one hunt if not all are meant.');
  return {
    device,
    all: values.all ?? false,
    json: values.json ?? false,
    ...(hunt !== undefined && { hunt }),
    ...(values.workspace !== undefined && { workspace: values.workspace }),
  };
}

function parsed(args: readonly string[]) {
  try {
    const flag = { type: 'boolean' } as const;
    const options = { workspace: { type: 'string' }, all: flag, json: flag, help: flag } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export async function explainDevice(request: ExplainRequest, services: Services): Promise<number> {
  const scopes = scopesOf(request, services);
  const key = await findKey(request.device, scopes, services);
  const entries = await readEntries(key, scopes, services);
  const screen = request.all ? { ...screenOf(process.stdout), lines: Infinity } : screenOf(process.stdout);
  const texts = entries.map((entry) => storyText(entry, screen));
  console.log(request.json ? JSON.stringify(entries, null, 2) : texts.join('\n\n'));
  return EXIT.nothingNew;
}

/** A terminal's own size, the smallest where nobody knows it; wider lines are hard to read. */
const screenOf = ({ columns, rows }: { readonly columns?: number; readonly rows?: number }): Screen => ({
  width: Math.min(Math.max(columns ?? 0, SCREEN.width), 120),
  lines: Math.max((rows ?? 0) - 1, SCREEN.lines),
});

function scopesOf({ hunt, workspace }: ExplainRequest, { hunts, workspaces }: Services): readonly HuntScope[] {
  const all = hunts.all();
  const found = hunt === undefined ? undefined : hunts.find(hunt);
  if (hunt !== undefined && !found)
    throw new UnknownNameError(
      'hunt',
      hunt,
      nearest(
        hunt,
        all.map(({ slug }) => slug),
      ),
    );
  if (workspace !== undefined && !workspaces.has(workspace))
    throw new UnknownNameError('workspace', workspace, nearest(workspace, [...workspaces.keys()]));
  const named = workspace === undefined ? [...workspaces.keys()] : [workspace];
  return (found ? [found] : all).flatMap(({ id }) => named.map((one) => ({ hunt: id, workspace: one })));
}

async function findKey(device: string, scopes: readonly HuntScope[], services: Services): Promise<DeviceKey> {
  const keys = new Map<DeviceKey, DeviceRecord | undefined>();
  let near: string | undefined;
  for (const scope of scopes) {
    const meant = await meantDevice(device, scope, services);
    if ('device' in meant) keys.set(meant.device, keys.get(meant.device));
    else {
      near ??= meant.near;
      for (const one of meant.several ?? []) keys.set(one.device, one);
    }
  }
  const [only, ...others] = keys.keys();
  if (only === undefined) throw new UnknownNameError('device', device, near);
  if (others.length === 0) return only;
  const list = [...keys]
    .slice(0, 20)
    .map(([key, one]) => `  ${key}${one ? `  ${printable(one.id)}, last seen ${day(one.lastSeen)}` : ''}`);
  throw new UsageError(
    `${String(keys.size)} devices are or were called so; name one by its key or id:\n${list.join('\n')}`,
  );
}
