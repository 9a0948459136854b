import type { HttpRequest } from '@azure/functions';
import { hash } from 'node:crypto';
import type { Services } from '../services.ts';
import { RequestError } from './problem-response.ts';

/** Runs that one caller may ask for in a minute: each costs a query of the workspace. */
export const RUNS_PER_MINUTE = 30;

/** Refuses whoever has asked too often: the holder of one key counts as one, from wherever they call. */
export async function limitCalls(request: HttpRequest, { rates, now }: Services): Promise<void> {
  const wait = await rates.count(callerOf(request), RUNS_PER_MINUTE, now());
  if (wait === undefined) return;
  const seconds = String(Math.max(1, Math.ceil(wait / 1000)));
  throw new RequestError(
    429,
    'too-many-runs',
    `A caller may ask for ${String(RUNS_PER_MINUTE)} runs a minute; the next in ${seconds} s.`,
    { 'retry-after': seconds },
  );
}

/** By key; where the platform asks for none, by the address that its front end appended. Kept as a hash only. */
function callerOf({ headers }: HttpRequest): string {
  const key = headers.get('x-functions-key');
  const address = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim().replace(/:\d+$/, '');
  return hash('sha256', key === null ? `address\n${address ?? ''}` : `key\n${key}`, 'hex').slice(0, 32);
}
