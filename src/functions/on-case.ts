import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { randomUUID } from 'node:crypto';
import { actOnCase, type CaseRequest } from '../case-actions.ts';
import { DIGEST_DEVICES, type Case } from '../hunt/case.ts';
import { BY_LINK } from '../hunt/person.ts';
import type { Sighting } from '../hunt/sighting.ts';
import { errorFields } from '../log.ts';
import { casePage } from '../pages/case-page.ts';
import { plainPage } from '../pages/page.ts';
import { refreshCopies } from '../refresh-copies.ts';
import type { Services } from '../services.ts';
import { checkLink, signedQuery } from '../signed-links.ts';
import { HOUR } from '../time.ts';
import type { Program } from './program.ts';

/** How long a form may stay open before it is sent. */
const FORM_LIFETIME = HOUR;
/** More rows than this no browser scrolls well; the API lists all. */
const MOST_DEVICES = 5_000;
/** A note, a reason and a name. */
const MAX_BODY = 8 * 1024;

/**
 * GET and POST /api/cases/{case}: the page behind a card's link. GET shows and changes nothing, since mail and chat systems
 * open links by themselves; POST acts, once per form. Strangers without a link learn nothing, not even what exists.
 */
export async function onCase(request: HttpRequest, program: Program): Promise<HttpResponseInit> {
  try {
    const services = await program.services();
    try {
      return request.method.toUpperCase() === 'POST' ? await act(request, services) : await show(request, services);
    } catch (error) {
      services.log.error('request.failed', { request: 'case', ...errorFields(error) });
      return plainPage(503, 'Not available right now', 'Something failed; try again in a minute.');
    }
  } catch {
    // The settings are wrong: health says so to whoever may know.
    return plainPage(503, 'Not available right now', 'This app is not set up yet.');
  }
}

async function show(request: HttpRequest, services: Services): Promise<HttpResponseInit> {
  const id = request.params['case'] ?? '';
  const refused = await refusalOf(request, 'view', id, services);
  if (refused) return refused;
  const about = await services.cases.find(id);
  return about ? pageOf(about, undefined, services) : gone();
}

async function act(request: HttpRequest, services: Services): Promise<HttpResponseInit> {
  const id = request.params['case'] ?? '';
  const token = request.query.get('once') ?? '';
  const refused = await refusalOf(request, 'act', `${id}\n${token}`, services);
  if (refused) return refused;
  const tooLong = Number(request.headers.get('content-length') ?? 0) > MAX_BODY;
  const text = tooLong ? '' : await request.text();
  if (tooLong || text.length > MAX_BODY) return plainPage(413, 'Too much', 'That is more than a note can hold.');
  const fields = new URLSearchParams(text);
  const asked = requestOf(fields);
  if (!asked) return plainPage(400, 'Not understood', 'That form is from another version of this app.');
  const until = new Date(services.now().getTime() + FORM_LIFETIME);
  // Seeing may be told as often as one likes, and must not use up the form.
  if (asked.verb !== 'seen' && !(await services.links.useOnce(token, until)))
    return plainPage(409, 'Already sent', 'This form has been sent before. Open the link of the card again.');
  const by = { id: BY_LINK, name: (fields.get('name') ?? '').trim().slice(0, 60) };
  const done = await actOnCase(id, asked, by, services);
  if (done.result === 'unknown-case') return gone();
  if (asked.verb !== 'seen') await refreshCopies(services, id);
  return pageOf(done.about, done.result === 'refused' ? `Not done: ${done.words}` : done.words, services);
}

async function refusalOf(
  request: HttpRequest,
  purpose: 'view' | 'act',
  subject: string,
  { links, log, now }: Services,
): Promise<HttpResponseInit | undefined> {
  const signature = { until: request.query.get('until'), sig: request.query.get('sig') };
  const verdict = checkLink(await links.key(), purpose, subject, signature, now());
  if (verdict === 'valid') return undefined;
  log.info('request.refused', { request: 'case', code: verdict });
  return verdict === 'expired'
    ? plainPage(410, 'This link has run out', 'Links on cards open for a few days. Ask the bot, or look at the API.')
    : gone();
}

const gone = (): HttpResponseInit => plainPage(404, 'Nothing here', 'There is no such page.');

async function pageOf(about: Case, words: string | undefined, services: Services): Promise<HttpResponseInit> {
  const now = services.now();
  const token = randomUUID();
  const until = new Date(now.getTime() + FORM_LIFETIME);
  const signature = signedQuery(await services.links.key(), 'act', `${about.id}\n${token}`, until);
  return casePage({
    about,
    ...(await devicesOf(about, services)),
    action: `/api/cases/${about.id}?once=${token}&${signature}`,
    ...(words !== undefined && { words }),
    now,
  });
}

/** The devices that the run recorded; those of the card where the ledger does not name the run. */
async function devicesOf(
  { notice, scope }: Case,
  { ledger }: Services,
): Promise<{ readonly devices: readonly Sighting[]; readonly total: number }> {
  if (notice.kind !== 'devices-found' && notice.kind !== 'baseline-founded') return { devices: [], total: 0 };
  const listed: readonly Sighting[] = notice.kind === 'devices-found' ? notice.findings : notice.devices;
  const total =
    notice.kind === 'baseline-founded' ? notice.total : Object.values(notice.counts).reduce((sum, n) => sum + n, 0);
  if (total <= Math.min(listed.length, DIGEST_DEVICES)) return { devices: listed, total };
  const devices = new Map(listed.map((sighting) => [sighting.device, sighting]));
  for await (const record of ledger.devices(scope)) {
    if (devices.size >= MOST_DEVICES) break;
    const { device, id, name, firstSeen } = record;
    if (record.run === notice.context.run && !devices.has(device))
      devices.set(device, { device, id, name, firstSeen, reports: [], reportCount: 0 });
  }
  return { devices: [...devices.values()], total };
}

function requestOf(fields: URLSearchParams): CaseRequest | undefined {
  const text = (name: string): string => fields.get(name) ?? '';
  switch (fields.get('verb')) {
    case 'acknowledge':
      return { verb: 'acknowledge' };
    case 'seen':
      return { verb: 'seen' };
    case 'run':
      return { verb: 'run' };
    case 'note':
      return { verb: 'note', text: text('text') };
    case 'expect':
      return {
        verb: 'expect',
        device: text('device'),
        shown: DIGEST_DEVICES,
        until: text('until'),
        reason: text('reason'),
      };
    default:
      return undefined;
  }
}
