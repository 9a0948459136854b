import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { functionNames } from '../../scripts/sync-triggers/function-names.ts';
import { syncTriggers } from '../../scripts/sync-triggers/sync.ts';

const PATH = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app';
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A Resource Manager that lists the functions from the given attempt on. */
async function aManager(answer: (request: IncomingMessage, response: ServerResponse, attempt: number) => void) {
  let attempt = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes('/host/default/sync') === true) attempt += 1;
    answer(request, response, attempt);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return { site: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${PATH}`, attempts: () => attempt };
}

const listOf = (names: readonly string[]): string =>
  JSON.stringify({ value: names.map((name) => ({ name: `app/${name}` })) });

const sync = (site: string, said: string[] = []) =>
  syncTriggers({
    site,
    token: 'a-token',
    expected: functionNames(),
    attempts: 5,
    wait: () => Promise.resolve(),
    say: (line) => said.push(line),
  });

describe('the triggers after a deployment', () => {
  it('are asked for until every function of the program is listed', async () => {
    const manager = await aManager((request, response, attempt) => {
      if (request.method === 'POST') response.writeHead(attempt < 2 ? 503 : 204).end();
      else response.end(listOf(attempt < 3 ? ['health'] : functionNames()));
    });
    const said: string[] = [];

    const { missing, listed } = await sync(manager.site, said);

    expect(missing).toEqual([]);
    expect(listed).toEqual(expect.arrayContaining(['schedule', 'run', 'runFailed', 'messages']));
    expect(manager.attempts()).toBe(3);
    expect(said).toEqual([
      'Attempt 1: triggers 503, 1 functions listed.',
      'Attempt 2: triggers 204, 1 functions listed.',
    ]);
  });

  it('are given up in the end, with the names of the functions that are missing', async () => {
    const names = functionNames().filter((name) => name !== 'schedule');
    const manager = await aManager((_request, response) => response.end(listOf(names)));

    expect((await sync(manager.site)).missing).toEqual(['schedule']);
    expect(manager.attempts()).toBe(5);
  });

  it('are not asked for again and again by somebody who may not', async () => {
    const manager = await aManager((_request, response) => response.writeHead(403).end());

    await expect(sync(manager.site)).rejects.toThrow(`403: whoever is signed in may not manage ${PATH}`);
    expect(manager.attempts()).toBe(1);
  });

  it('are asked for with the token, and with a version that exists', async () => {
    const seen: (string | undefined)[] = [];
    const manager = await aManager((request, response) => {
      seen.push(request.headers.authorization, request.url);
      response.end(listOf(functionNames()));
    });
    await sync(manager.site);

    expect(seen).toEqual([
      'Bearer a-token',
      `${PATH}/host/default/sync?api-version=2024-11-01`,
      'Bearer a-token',
      `${PATH}/functions?api-version=2024-11-01`,
    ]);
  });
});
