import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { HOUR, type Milliseconds } from '../time.ts';

/** A shift. Whoever stays longer gives the key again. */
export const SESSION_LIFETIME: Milliseconds = 8 * HOUR;
/** With this prefix a browser takes the cookie only when it is secure, for this host alone and for every path. */
export const SESSION_COOKIE = '__Host-firstsight-board';

/** Whether somebody gave the key. Both are hashed first, so that neither length nor content shows in the time it takes. */
export function isKey(given: string, key: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', key, 'buffer'));
}

/** What the cookie of a session says: its end, and that whoever made it had the key. Another key ends all sessions. */
export function sessionToken(key: string, now: Date): string {
  const end = String(Math.floor((now.getTime() + SESSION_LIFETIME) / 1000));
  return `${end}.${sealOf(end, key)}`;
}

export function isSession(token: string, key: string, now: Date): boolean {
  const [, end, seal] = /^(\d{1,12})\.([\w-]{43})$/.exec(token) ?? [];
  if (end === undefined || seal === undefined) return false;
  const genuine = timingSafeEqual(Buffer.from(seal), Buffer.from(sealOf(end, key)));
  return genuine && Number(end) * 1000 > now.getTime();
}

const sealOf = (end: string, key: string): string =>
  createHmac('sha256', key).update(`board session\n${end}`).digest('base64url');

/** `Lax`: a link in Teams opens the board; a form on another site sends no cookie. */
export const sessionCookie = (token: string, lifetime: Milliseconds = SESSION_LIFETIME): string =>
  `${SESSION_COOKIE}=${token}; Path=/; Max-Age=${String(lifetime / 1000)}; Secure; HttpOnly; SameSite=Lax`;

/** The value of a cookie in a `Cookie` header. */
export function cookieIn(header: string | null, name: string): string | undefined {
  const found = header?.split(';').find((pair) => pair.trim().startsWith(`${name}=`));
  return found?.trim().slice(name.length + 1);
}
