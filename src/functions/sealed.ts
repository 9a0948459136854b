import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { errorFields, type Log } from '../log.ts';

/** Headers of every answer, whatever it is; a page has stricter or wider ones of its own. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
};

/**
 * What holds for every address of the app: an answer is never cached, sniffed or framed, and whoever calls learns nothing
 * from what goes wrong.
 */
export async function sealed(
  request: HttpRequest,
  log: Log,
  answer: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  if (request.query.has('code')) return withHeaders(KEY_IN_ADDRESS);
  try {
    return withHeaders(await answer());
  } catch (error) {
    // Every handler answers for its own errors; what is left is a bundle that is damaged.
    log.error('request.failed', errorFields(error));
    return withHeaders({ status: 503 });
  }
}

/** Addresses stand in logs of proxies, in histories and in chats. The platform has taken the key by now, but nobody gets used to it. */
const KEY_IN_ADDRESS: HttpResponseInit = {
  status: 400,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({
    type: 'urn:firstsight:problem:key-in-address',
    title: 'The request cannot be understood',
    status: 400,
    detail:
      'A key belongs in the header x-functions-key. Renew the one that was in this address: it stands in logs by now.',
  }),
};

const withHeaders = (answer: HttpResponseInit): HttpResponseInit => ({
  ...answer,
  headers: { ...HEADERS, ...(answer.headers as Readonly<Record<string, string>> | undefined) },
});
