import { describe, expect, it } from 'vitest';
import { redactConsole, redactedError, redactorFor } from '../../src/redact.ts';

const KEY = 'Zm9vYmFyYmF6+/cXV4cXV1eA==';
const redact = redactorFor({
  AzureWebJobsStorage: `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${KEY};EndpointSuffix=core.windows.net`,
  TEAMS_WEBHOOK_URL: 'https://prod-1.logic.azure.com/workflows/abc?sp=run&sig=S3cr3tS3cr3t',
  TEAMS_APP_PASSWORD: 'p"ss~word\\1',
  IDENTITY_HEADER: '0123456789abcdef',
  WORKSPACES: 'corp=99999999-8888-7777-6666-555555555555',
});

describe('what is told of an error', () => {
  it.each([
    ['a storage key', KEY],
    ['a storage key in an address', encodeURIComponent(KEY)],
    ['the address of a webhook', 'https://prod-1.logic.azure.com/workflows/abc?sp=run&sig=S3cr3tS3cr3t'],
    ['the signature of a webhook', 'S3cr3tS3cr3t'],
    ['a password', 'p"ss~word\\1'],
    ['a password within JSON', JSON.stringify('p"ss~word\\1').slice(1, -1)],
    ['the word that opens the identity', '0123456789abcdef'],
  ])('never holds %s, which is a setting', (_what, secret) => {
    const text = redact(`It failed: <${secret}>, and again: ${secret}`);

    expect(text).not.toContain(secret);
    expect(text).toMatch(/^It failed: <\[redacted\]>/);
  });

  it.each([
    ['a token', 'got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['a header', '{"authorization":"Bearer abc.def-ghi"}', 'abc.def-ghi'],
    ['a header as JSON within JSON', '{\\"authorization\\":\\"Basic dXNlcjpwYXNz\\"}', 'dXNlcjpwYXNz'],
    ['a function key', "x-functions-key: 'kkkkkkkk=='", 'kkkkkkkk'],
    ['a function key in an address', 'GET /api/hunts?code=kkkkkkkk== failed', 'kkkkkkkk'],
    ['the signature of a link', '/api/cases/x?until=1&sig=abcdefgh and more', 'abcdefgh'],
    ['a shared access signature', 'https://x.queue.core.windows.net/q?sv=2020&sig=ab%2Bcd%3D', 'ab%2Bcd'],
    ['a signed request', 'SharedKeyLite account:abc+/=', 'account:abc'],
    ['the answer of a token endpoint', 'access_token=opaque-token-here', 'opaque-token-here'],
  ])('never holds %s that nobody knew', (_what, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[redacted]');
  });

  it('leaves everything else as it is', () => {
    const line = '{"event":"run.failed","code":"workspace-denied","run":"20261123T060000000Z-000000000000-slot"}';

    expect(redact(line)).toBe(line);
    // As the terminal has it.
    expect(redact('notice.failed code=teams-unavailable')).toBe('notice.failed code=teams-unavailable');
    expect(redact('WORKSPACES corp=99999999-8888-7777-6666-555555555555')).toContain('corp=9999');
  });
});

it('whatever prints, prints without secrets: libraries do so on their own', () => {
  const printed: unknown[][] = [];
  const print = (...parts: unknown[]): void => void printed.push(parts);
  const target = { debug: print, error: print, info: print, log: print, trace: print, warn: print };
  redactConsole(target, redact);

  target.error('It failed with %s:', 'Bearer abcdefgh', new Error(`no ${KEY}`), { headers: { authorization: KEY } });

  expect(printed).toHaveLength(1);
  expect(JSON.stringify(printed)).toContain('It failed with Bearer [redacted]');
  expect(JSON.stringify(printed)).not.toContain(KEY);
});

it('an error that the host logs has neither secrets nor a cause', () => {
  const error = redactedError(new TypeError(`no ${KEY}`, { cause: new Error(KEY) }), redact);

  expect(error).toMatchObject({ name: 'TypeError', message: 'no [redacted]' });
  expect(error.cause).toBeUndefined();
  expect(error.stack).toContain('redact.test.ts');
  expect(error.stack).not.toContain(KEY);
});
