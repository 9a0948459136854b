import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { hash } from 'node:crypto';
import { deviceFile, deviceJson } from '../exports/device-export.ts';
import { CONTENT_TYPES, formatOf } from '../exports/format.ts';
import { devicePage, type DevicePageWish } from '../device-page.ts';
import { isDeviceKey, type DeviceKey } from '../hunt/device-key.ts';
import { LIFE_STATES, lifeOf } from '../hunt/life.ts';
import type { DeviceListing, DeviceRecord } from '../services.ts';
import { parseInstant } from '../time.ts';
import { json, type Endpoint } from './endpoint.ts';
import { RequestError } from './problem-response.ts';
import { findHunt, findWorkspace } from './run-request.ts';

export const DEVICE_PARAMETERS = ['workspace', 'limit', 'after', 'state', 'name', 'foundSince', 'seenSince'] as const;
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 5_000;
/** How the ledger has it, and how it stands as of the latest complete answer. */
const STATES: readonly string[] = ['baseline', 'newly-seen', 'returning', ...LIFE_STATES];

/**
 * GET /api/hunts/{hunt}/devices: the devices of the baseline, in pages and filtered; as CSV, NDJSON or STIX when `Accept`
 * asks for it. `If-None-Match` is answered 304 before any device is read: see docs/decisions/0051.
 */
export const listDevices: Endpoint = async (request, { ledger, runs, ...services }) => {
  const hunt = findHunt(request.params['hunt'] ?? '', services);
  const workspace = findWorkspace(request.query.get('workspace'), services);
  const scope = { hunt: hunt.id, workspace };
  const format = formatOf(request.headers.get('accept'), ['csv', 'ndjson', 'stix']);
  const [listing, standing] = await Promise.all([ledger.list(scope), runs.state(scope)]);
  const lastComplete = standing?.lastComplete;
  const wanted = readWanted(request, lastComplete);
  const headers = {
    etag: etagOf(listing, lastComplete, request, format),
    'cache-control': 'private, no-cache',
    vary: 'accept',
  };
  if (matches(request.headers.get('if-none-match'), headers.etag)) return { status: 304, headers };
  const { devices, next } = await devicePage(listing, wanted);
  const link = next === undefined ? {} : { link: `<${nextAddress(request, hunt.slug, workspace, next)}>; rel="next"` };
  if (format === 'json') {
    const body = {
      hunt: hunt.slug,
      workspace,
      devices: devices.map((device) => deviceJson(device, lastComplete)),
      ...(next !== undefined && { next }),
    };
    return json(200, body, { ...headers, ...link });
  }
  const name = `${hunt.slug}-${workspace}.${format === 'stix' ? 'stix.json' : format}`;
  const source = { hunt, workspace, since: listing.since ?? services.now(), revision: listing.revision };
  return {
    status: 200,
    headers: {
      ...headers,
      ...link,
      'content-type': CONTENT_TYPES[format],
      'content-disposition': `attachment; filename="${name}"`,
    },
    body: deviceFile(format, devices, source, lastComplete),
  } satisfies HttpResponseInit;
};

function readWanted({ query }: HttpRequest, lastComplete: Date | undefined): DevicePageWish {
  const limit = readLimit(query.get('limit'));
  const after = readAfter(query.get('after') ?? '');
  const state = query.get('state');
  if (state !== null && !STATES.includes(state))
    throw new RequestError(400, 'state-malformed', `state is one of ${STATES.join(', ')}.`);
  const name = query.get('name')?.toLowerCase();
  const found = readInstant(query, 'foundSince');
  const seen = readInstant(query, 'seenSince');
  const all = [state, name, found, seen].every((one) => one === null || one === undefined);
  return {
    limit,
    ...(after !== undefined && { after }),
    ...(!all && { wanted: isWanted }),
  };
  function isWanted(device: DeviceRecord): boolean {
    return (
      (state === null || device.state === state || lifeOf(device, lastComplete).state === state) &&
      (name === undefined || device.name.toLowerCase().includes(name) || device.id.toLowerCase() === name) &&
      (!found || device.firstSeen >= found) &&
      (!seen || device.lastSeen >= seen)
    );
  }
}

/** The same question to the same baseline has the same answer, whatever form it takes over the wire. */
function etagOf(
  { revision }: DeviceListing,
  lastComplete: Date | undefined,
  { query }: HttpRequest,
  format: string,
): string {
  const asked = DEVICE_PARAMETERS.map((name) => `${name}=${query.get(name) ?? ''}`).join('\n');
  return `W/"${hash('sha256', `${revision}\n${lastComplete?.toISOString() ?? ''}\n${format}\n${asked}`, 'hex').slice(0, 32)}"`;
}

const matches = (header: string | null, etag: string): boolean =>
  header?.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag.slice(2)) ?? false;

function nextAddress({ query }: HttpRequest, slug: string, workspace: string, next: string): string {
  const asked = new URLSearchParams({ workspace });
  for (const name of DEVICE_PARAMETERS) {
    const value = query.get(name);
    if (value !== null) asked.set(name, value);
  }
  asked.set('after', next);
  return `/api/hunts/${slug}/devices?${asked.toString()}`;
}

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RequestError(400, 'limit-malformed', `limit is a whole number from 1 to ${String(MAX_LIMIT)}.`);
}

function readAfter(text: string): DeviceKey | undefined {
  if (text === '') return undefined;
  if (isDeviceKey(text)) return text;
  throw new RequestError(400, 'after-malformed', 'after is the "next" value of the page before.');
}

function readInstant(query: HttpRequest['query'], name: string): Date | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const at = parseInstant(text);
  if (at) return at;
  throw new RequestError(400, `${name.toLowerCase()}-malformed`, `${name} is an instant such as 2026-11-20T06:00:00Z.`);
}
