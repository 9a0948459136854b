import { readEntries } from '../board/device-view.ts';
import { UnknownNameError } from '../errors.ts';
import { meantDevice } from '../proof/meant-device.ts';
import { day } from '../teams/card-parts.ts';
import { inert } from '../teams/inert.ts';
import { json, type Endpoint } from './endpoint.ts';
import { findingJson } from './json-views.ts';
import { RequestError } from './problem-response.ts';
import { findHunt, findWorkspace } from './run-request.ts';

export const DEVICE_STORY_PARAMETERS = ['workspace'] as const;

/** Devices with one name that an answer lists. */
const LISTED = 20;

/**
 * GET /api/hunts/{hunt}/devices/{device}: what the hunt knows of one device, by its key, id, name or former name: its state,
 * trail and cases, what had been watched when it was told, and all of it as sentences that say what they rest on.
 */
export const getDevice: Endpoint = async (request, services) => {
  const hunt = findHunt(request.params['hunt'] ?? '', services);
  const workspace = findWorkspace(request.query.get('workspace'), services);
  const scope = { hunt: hunt.id, workspace };
  const name = request.params['device'] ?? '';
  const meant = await meantDevice(name, scope, services);
  if (!('device' in meant)) {
    if (!meant.several) throw new UnknownNameError('device', name, meant.near);
    const which = meant.several
      .slice(0, LISTED)
      .map(({ device, id, lastSeen }) => `${device} (${inert(id, 80)}, last seen ${day(lastSeen)})`);
    throw new RequestError(
      409,
      'device-ambiguous',
      `${String(meant.several.length)} devices are or were called so; ask for one by its key: ${which.join(', ')}.`,
    );
  }
  const [entry] = await readEntries(meant.device, [scope], services);
  if (!entry) throw new UnknownNameError('device', name);
  const { device, life, sentences, cases, expected, explanation, watch } = entry;
  return json(200, {
    hunt: hunt.slug,
    workspace,
    ...{ key: device.device, id: device.id, name: device.name, firstSeen: device.firstSeen, lastSeen: device.lastSeen },
    ...{ state: life.state, since: life.since, daysThere: life.daysThere },
    trail: device.trail,
    trailLeftOut: device.trailDropped,
    watch,
    told: cases.map(({ id, openedAt, notice, posts, state }) => ({
      ...{ case: id, run: notice.context.run, kind: notice.kind, at: openedAt, conversations: posts.length },
      ...{ acknowledged: state.acknowledged, proof: notice.context.proof },
      finding:
        notice.kind === 'devices-found'
          ? notice.findings.filter((one) => one.device === device.device).map(findingJson)[0]
          : undefined,
    })),
    expected,
    explanation,
    story: sentences,
  });
};
