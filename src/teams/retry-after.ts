import { SECOND, type Milliseconds } from '../time.ts';

/** Retry-After in seconds, as Teams sends it; its other form, a date, is left to the next tick. */
export const secondsOf = (header: unknown): { readonly retryAfter?: Milliseconds } =>
  typeof header === 'string' && /^\d{1,6}$/.test(header) ? { retryAfter: Number(header) * SECOND } : {};
