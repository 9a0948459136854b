import type { HttpRequest } from '@azure/functions';
import type { DeviceRecord, Services } from '../services.ts';
import { csvTable } from './csv.ts';
import { json, type Endpoint } from './endpoint.ts';
import { deviceJson } from './json-views.ts';
import { RequestError } from './problem-response.ts';
import { findHunt, findWorkspace } from './run-request.ts';

export const DEVICE_PARAMETERS = ['workspace', 'limit', 'after'] as const;
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 5_000;

/** GET /api/hunts/{hunt}/devices: the devices of the baseline, in pages; CSV when `Accept` asks for it. */
export const listDevices: Endpoint = async (request, services) => {
  const hunt = findHunt(request.params['hunt'] ?? '', services);
  const workspace = findWorkspace(request.query.get('workspace'), services);
  const { devices, next } = await readPage(request, { hunt: hunt.id, workspace }, services);
  const link =
    next === undefined
      ? {}
      : {
          link: `</api/hunts/${hunt.slug}/devices?workspace=${workspace}&limit=${String(readLimit(request))}&after=${next}>; rel="next"`,
        };
  if (/\btext\/csv\b/i.test(request.headers.get('accept') ?? '')) {
    const rows = devices.map((d) => [
      d.id,
      d.name,
      d.firstSeen.toISOString(),
      d.lastSeen.toISOString().slice(0, 10),
      d.state,
      d.run,
    ]);
    const body = csvTable(['DeviceId', 'DeviceName', 'FirstSeen', 'LastSeenDay', 'State', 'Run'], rows);
    const disposition = `attachment; filename="${hunt.slug}-${workspace}.csv"`;
    return {
      status: 200,
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': disposition,
        'cache-control': 'no-store',
        ...link,
      },
      body,
    };
  }
  return json(
    200,
    { hunt: hunt.slug, workspace, devices: devices.map(deviceJson), ...(next !== undefined && { next }) },
    link,
  );
};

async function readPage(
  request: HttpRequest,
  scope: Parameters<Services['ledger']['devices']>[0],
  { ledger }: Services,
): Promise<{ readonly devices: readonly DeviceRecord[]; readonly next?: string }> {
  const limit = readLimit(request);
  const after = readAfter(request);
  const devices: DeviceRecord[] = [];
  for await (const device of ledger.devices(scope)) {
    if (device.device <= after) continue;
    if (devices.length === limit) return { devices, next: devices[limit - 1]?.device ?? '' };
    devices.push(device);
  }
  return { devices };
}

function readLimit(request: HttpRequest): number {
  const text = request.query.get('limit');
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RequestError(400, 'limit-malformed', `limit is a whole number from 1 to ${String(MAX_LIMIT)}.`);
}

function readAfter(request: HttpRequest): string {
  const text = request.query.get('after') ?? '';
  if (text === '' || /^[0-9a-f]{32}$/.test(text)) return text;
  throw new RequestError(400, 'after-malformed', 'after is the "next" value of the page before.');
}
