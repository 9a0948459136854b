import type { HttpResponseInit } from '@azure/functions';
import { deviceFile } from '../exports/device-export.ts';
import { CONTENT_TYPES, ndjson, type Format } from '../exports/format.ts';
import { runsCsv } from '../exports/run-export.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { markup } from '../pages/html.ts';
import type { DeviceRecord } from '../services.ts';
import { shown } from './board-view.ts';
import { runJson } from './json-views.ts';
import type { BoardRequest } from './board-request.ts';

/** A file larger than this is for programs, which take it in pages. */
const MOST_DEVICES = 50_000;
const MOST_RUNS = 1_000;

const FILES: Readonly<Record<string, readonly ['devices' | 'runs', Exclude<Format, 'json'>]>> = {
  'devices.csv': ['devices', 'csv'],
  'devices.ndjson': ['devices', 'ndjson'],
  'devices.stix.json': ['devices', 'stix'],
  'runs.csv': ['runs', 'csv'],
  'runs.ndjson': ['runs', 'ndjson'],
};

/** GET /api/board/hunts/{hunt}/{file}: what the API answers to a program, for somebody who looks at the board. */
export async function boardExport(asked: BoardRequest): Promise<HttpResponseInit | undefined> {
  const { request, services } = asked;
  const { section, item, part } = request.params;
  const file = section === 'hunts' && part !== undefined ? FILES[part] : undefined;
  const hunt = services.hunts.find(item ?? '');
  const workspace = request.query.get('workspace') ?? [...services.workspaces.keys()][0] ?? '';
  if (!file || !hunt || !services.workspaces.has(workspace)) return undefined;
  const [what, format] = file;
  const body =
    what === 'runs' ? await runsOf(format, hunt, workspace, asked) : await devicesOf(format, hunt, workspace, asked);
  if (body === undefined) {
    const words = `That is more than ${MOST_DEVICES.toLocaleString('en')} devices. GET /api/hunts/${hunt.slug}/devices has them in pages.`;
    return shown(asked, 'Too many for a file', markup`<h1>Too many for a file</h1><p>${words}</p>`, { status: 413 });
  }
  return {
    status: 200,
    headers: {
      'content-type': CONTENT_TYPES[format],
      'content-disposition': `attachment; filename="${hunt.slug}-${workspace}-${part ?? ''}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

async function runsOf(format: Format, hunt: Hunt, workspace: string, { services }: BoardRequest): Promise<string> {
  const runs = await services.runs.recent({ hunt: hunt.id, workspace }, MOST_RUNS);
  return format === 'csv' ? runsCsv(runs) : ndjson(runs.map((record) => runJson(record, hunt)));
}

/** Undefined for more than a file should hold. */
async function devicesOf(
  format: Exclude<Format, 'json'>,
  hunt: Hunt,
  workspace: string,
  { services }: BoardRequest,
): Promise<string | undefined> {
  const scope = { hunt: hunt.id, workspace };
  const [listing, state] = await Promise.all([services.ledger.list(scope), services.runs.state(scope)]);
  if (listing.size > MOST_DEVICES) return undefined;
  const devices: DeviceRecord[] = [];
  for await (const device of listing.devices()) devices.push(device);
  const source = { hunt, workspace, since: listing.since ?? services.now(), revision: listing.revision };
  return deviceFile(format, devices, source, state?.lastComplete);
}
