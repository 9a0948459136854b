import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ServiceError, type Service, type ServiceFailureReason } from '../../src/errors.ts';

const guide = readFileSync('docs/operating.md', 'utf8');
const explained = new Set([...guide.matchAll(/^### (.+)$/gm)].flatMap(([, codes]) => (codes ?? '').split(', ')));

/** Codes as they are written in the source. */
const written = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(errors|run-failure|functions.(health|health-report|on-queue)|hunt.trouble)\.ts$/.test(file))
  .flatMap((file) =>
    [...readFileSync(`src/${file}`, 'utf8').matchAll(/code(?: =|:) '([a-z-]+)'/g)].map(([, code]) => code ?? ''),
  );

describe('the operating guide', () => {
  it.each([...new Set(written)].filter((code) => !['run-in-progress', 'unknown-name'].includes(code)))(
    'says what to do about %s',
    (code) => {
      expect([...explained]).toContain(code);
    },
  );

  it('says what every refusal of a request means', () => {
    const refusals = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(`src/${file}`, 'utf8').matchAll(/RequestError\(\s*\d+,\s*'([a-z-]+)'/g)])
      .map(([, code]) => code);

    expect(refusals.length).toBeGreaterThan(8);
    expect([...explained]).toEqual(expect.arrayContaining(refusals));
  });

  it('says what to do about every failure of storage and of Teams', () => {
    const reasons: ServiceFailureReason[] = [
      'throttled',
      'timed-out',
      'unavailable',
      'denied',
      'not-found',
      'rejected',
      'unknown-outcome',
    ];
    for (const service of ['table-storage', 'queue-storage', 'teams'] as const)
      for (const reason of reasons) expect([...explained]).toContain(new ServiceError(service, reason, '').code);
  });

  it('says what to do about every failure of the workspace', () => {
    const reasons: ServiceFailureReason[] = [
      'throttled',
      'timed-out',
      'unavailable',
      'denied',
      'not-found',
      'rejected',
    ];
    const service: Service = 'workspace';

    for (const reason of reasons) expect([...explained]).toContain(new ServiceError(service, reason, '').code);
  });
});
