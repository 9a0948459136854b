/** `npm run hunt -- explain <device> [hunt]`: the story of a device, from what is stored. */
import { parseArgs } from 'node:util';
import { readEntries, type DeviceEntry } from '../src/board/device-view.ts';
import type { DeviceKey } from '../src/hunt/device-key.ts';
import type { HuntScope } from '../src/hunt/hunt.ts';
import { meantDevice } from '../src/proof/meant-device.ts';
import type { Services } from '../src/services.ts';
import { UnknownNameError } from '../src/errors.ts';
import { nearest } from '../src/nearest.ts';
import { EXIT, UsageError } from './hunt-run/request.ts';
import { printable } from './report-text.ts';

export const EXPLAIN_USAGE = 'npm run hunt -- explain <device: key, id or name> [hunt] [--workspace alias] [--json]';

export interface ExplainRequest {
  readonly device: string;
  readonly hunt?: string;
  readonly workspace?: string;
  readonly json: boolean;
}

export function readExplain(args: string[]): ExplainRequest {
  const { values, positionals } = parsed(args);
  const [device, hunt, ...more] = positionals;
  if (device === undefined || more.length > 0) throw new UsageError(`Usage: ${EXPLAIN_USAGE}`);
  return {
    device,
    json: values.json ?? false,
    ...(hunt !== undefined && { hunt }),
    ...(values.workspace !== undefined && { workspace: values.workspace }),
  };
}

function parsed(args: string[]) {
  try {
    const options = { workspace: { type: 'string' }, json: { type: 'boolean' } } as const;
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export async function explainDevice(request: ExplainRequest, services: Services): Promise<number> {
  const scopes = scopesOf(request, services);
  const key = await findKey(request.device, scopes, services);
  const entries = await readEntries(key, scopes, services);
  console.log(request.json ? JSON.stringify(entries, null, 2) : entries.map(storyText).join('\n\n'));
  return EXIT.nothingNew;
}

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
  const keys = new Map<DeviceKey, string>();
  let near: string | undefined;
  for (const scope of scopes) {
    const meant = await meantDevice(device, scope, services);
    if ('device' in meant) keys.set(meant.device, '');
    else {
      near ??= meant.near;
      for (const one of meant.several ?? []) keys.set(one.device, one.id);
    }
  }
  const [only, ...others] = keys.keys();
  if (only === undefined) throw new UnknownNameError('device', device, near);
  if (others.length === 0) return only;
  const list = [...keys].slice(0, 20).map(([key, id]) => `  ${key}  ${printable(id)}`);
  throw new UsageError(
    `${String(keys.size)} devices are or were called so; name one by its key or id:\n${list.join('\n')}`,
  );
}

const WIDTH = 100;

/** One device in one hunt, for a screen. */
export function storyText({ device, hunt, scope, sentences }: DeviceEntry): string {
  const title = `${printable(device.name === '' ? device.id : device.name)} (${device.id === '' ? 'known by its name' : printable(device.id)})`;
  return [
    title.slice(0, WIDTH),
    `${hunt?.slug ?? scope.hunt} in ${scope.workspace}, key ${device.device}`,
    ...sentences.flatMap(({ text, ground }) => {
      const rest =
        ground.kind === 'run'
          ? ` [run ${ground.run}]`
          : ground.kind === 'case'
            ? ` [case ${ground.id}]`
            : ` [${ground.kind}]`;
      return wrapped(`${printable(text)}${rest}`);
    }),
  ].join('\n');
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '-';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH && line.trim().length > 1) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
