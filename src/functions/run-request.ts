import type { HttpRequest } from '@azure/functions';
import { hash, randomUUID } from 'node:crypto';
import { UnknownNameError } from '../errors.ts';
import type { Hunt, HuntScope } from '../hunt/hunt.ts';
import { requestedRunId } from '../hunt/run.ts';
import { nearest } from '../nearest.ts';
import type { Ordering } from '../order-run.ts';
import type { Services } from '../services.ts';
import { DAY, dayOf, parseInstant, SECOND, type Milliseconds } from '../time.ts';
import { RequestError } from './problem-response.ts';

export const RUN_PARAMETERS = ['workspace', 'asOf', 'dryRun'] as const;

/** The longest wait: Azure's front end drops an answer after 230 seconds. */
const MAX_WAIT: Milliseconds = 200 * SECOND;
/** Clocks differ a little; an `asOf` this far ahead is still "now". */
const CLOCK_SKEW: Milliseconds = 2 * SECOND;
const EARLIEST = new Date('2000-01-01T00:00:00Z');

/** A checked request for a run. */
export interface RunRequest extends Ordering {
  readonly dryRun: boolean;
  readonly wait: Milliseconds;
}

export function readRunRequest(request: HttpRequest, services: Services): RunRequest {
  const now = services.now();
  const hunt = findHunt(request.params['hunt'] ?? '', services);
  const workspace = findWorkspace(request.query.get('workspace'), services);
  const scope: HuntScope = { hunt: hunt.id, workspace };
  const asOf = readAsOf(request.query.get('asOf'), now);
  const dryRun = readFlag(request.query.get('dryRun'), 'dryRun');
  const key = readIdempotencyKey(request.headers.get('idempotency-key'));
  const nonce =
    key === undefined
      ? randomUUID().slice(0, 8)
      : hash('sha256', `${key}\n${asOf?.toISOString() ?? ''}`, 'hex').slice(0, 16);
  // With a key the id must come out the same for a repeated request, so it carries the day instead of the instant.
  const at = key === undefined ? now : new Date(dayOf(now) * DAY);
  return {
    hunt,
    order: { id: requestedRunId(scope, at, nonce), scope, trigger: 'request', asOf: asOf ?? now },
    dryRun,
    own: asOf !== undefined,
    wait: readWait(request.headers.get('prefer')),
    ...(key !== undefined && { earlierId: requestedRunId(scope, new Date(at.getTime() - DAY), nonce) }),
  };
}

export function findHunt(name: string, { hunts }: Pick<Services, 'hunts'>): Hunt {
  const hunt = hunts.find(name);
  if (hunt) return hunt;
  throw new UnknownNameError(
    'hunt',
    name,
    nearest(
      name,
      hunts.all().map((known) => known.slug),
    ),
  );
}

/** The named workspace; with a single one configured, nobody needs to name it. */
export function findWorkspace(name: string | null, { workspaces }: Pick<Services, 'workspaces'>): string {
  const known = [...workspaces.keys()];
  const [only, ...others] = known;
  if (name === null || name === '') {
    if (only !== undefined && others.length === 0) return only;
    throw new RequestError(
      400,
      'workspace-missing',
      `Name one workspace with ?workspace=; known: ${known.join(', ')}.`,
    );
  }
  if (workspaces.has(name)) return name;
  throw new UnknownNameError('workspace', name, nearest(name, known));
}

function readAsOf(text: string | null, now: Date): Date | undefined {
  if (text === null) return undefined;
  const asOf = parseInstant(text);
  if (!asOf || asOf < EARLIEST) {
    throw new RequestError(
      400,
      'as-of-malformed',
      'asOf must be an instant with its offset, for example 2026-11-20T06:00:00Z (a + must be written %2B).',
    );
  }
  if (asOf.getTime() > now.getTime() + CLOCK_SKEW) {
    throw new RequestError(400, 'as-of-in-future', `asOf lies in the future; it is now ${now.toISOString()}.`);
  }
  return asOf;
}

function readFlag(text: string | null, name: string): boolean {
  if (text === null || text === 'false') return false;
  if (text === 'true') return true;
  throw new RequestError(400, `${name.toLowerCase()}-malformed`, `${name} is either "true" or "false".`);
}

function readIdempotencyKey(text: string | null): string | undefined {
  if (text === null) return undefined;
  if (/^[\x21-\x7e]{1,128}$/.test(text)) return text;
  throw new RequestError(400, 'idempotency-key-malformed', 'Idempotency-Key is 1 to 128 visible ASCII characters.');
}

/** `Prefer: wait=30` (RFC 7240); preferences nobody can honour are ignored, as the RFC asks. */
function readWait(prefer: string | null): Milliseconds {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer ?? '')?.[1];
  return Math.min(Number(seconds ?? 0) * SECOND, MAX_WAIT);
}
