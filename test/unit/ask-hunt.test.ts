import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { readAnswer, type QueryAnswer, type ReadRows } from '../../src/hunt/answer.ts';
import { partOfDevices } from '../../src/kql/part-of-devices.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { HOUR, type TimeWindow } from '../../src/time.ts';
import { aHunt, anAnswer, aRunOrder, aScope } from '../support/builders.ts';
import { aWorld, CHANNEL, type World } from '../support/services.ts';

const scope = aScope();
const hunt = aHunt();
const DEVICES = Array.from({ length: 400 }, (_, n) => `device-${String(n)}`);

let world: World;
let devices: readonly string[];
/** Rows the service gives at most. */
let limit: number;
let asked: string[];

/** Answers what the query's last line asks for, cut off at the limit and marked as the service marks it. */
function answerTo(kql: string): QueryAnswer {
  const digits = /in \(([^)]*)\)$/.exec(kql)?.[1]?.match(/[0-9a-f]/g);
  const mine = devices.filter((id) => !digits || digits.includes(hash('sha256', id, 'hex').slice(0, 1)));
  const code = 'E_QUERY_RESULT_SET_TOO_LARGE';
  const partial = mine.length > limit ? { partial: { code, message: 'Query result set has exceeded the limit.' } } : {};
  return { ...anAnswer(mine.slice(0, limit)), ...partial };
}

const run = (): Promise<unknown> => runHunt(hunt, aRunOrder({ asOf: world.services.now() }), false, world.services);
const known = async (): Promise<number> => (await world.services.ledger.open(scope)).baseline.known.size;
const outcome = async (): Promise<unknown> => (await world.services.runs.recent(scope, 1))[0]?.report?.outcome;

beforeEach(async () => {
  world = aWorld();
  asked = [];
  limit = 150;
  devices = DEVICES;
  await world.services.conversations.put(CHANNEL);
  world.services.workspaces = new Map([
    [
      'corp',
      {
        query<T>(kql: string, _window: TimeWindow, _signal: AbortSignal, read: ReadRows<T>): Promise<T> {
          asked.push(kql);
          return Promise.resolve(readAnswer(answerTo(kql), read));
        },
      },
    ],
  ]);
});

describe('an answer above the limits of the service', () => {
  it('is asked for in parts, which are one run with one baseline', async () => {
    await run();

    expect(asked).toHaveLength(1 + 4);
    expect(await outcome()).toBe('baseline-founded');
    expect(await known()).toBe(400);
    expect(world.told.map(({ notice }) => notice.kind)).toEqual(['baseline-founded']);
  });

  it('is divided finer until every part is whole', async () => {
    limit = 60;
    await run();

    expect(asked.length).toBeLessThanOrEqual(1 + 4 + 16);
    expect(await known()).toBe(400);
  });

  it('tells what is new in any part, in one notice', async () => {
    await run();
    devices = [...DEVICES, 'new-1', 'new-2', 'new-3'];
    world.told.length = 0;
    world.pass(HOUR);

    await run();

    expect(world.told).toHaveLength(1);
    expect(world.told[0]?.notice).toMatchObject({
      kind: 'devices-found',
      context: { totals: { rows: 403, known: 400 } },
    });
  });

  it('stays marked as partial when even the finest part is cut off, and founds nothing', async () => {
    limit = 10;
    await run();

    expect(asked).toHaveLength(1 + 1 + 16);
    expect(await outcome()).toBe('baseline-not-founded');
    expect(world.told.map(({ notice }) => notice.kind)).toEqual(['trouble']);
  });

  it('records what a cut-off answer has once there is a baseline, and never takes the rest for gone', async () => {
    limit = 1_000;
    await run();
    devices = [...DEVICES, 'new'].reverse();
    limit = 10;
    world.pass(HOUR);

    await run();

    expect(await known()).toBe(401);
    expect((await world.services.runs.scopes())[0]?.lastComplete).toEqual(
      new Date(world.services.now().getTime() - HOUR),
    );
  });
});

describe('the part of a query', () => {
  it.each([1, 2, 4, 16])('%i parts take every first digit of a hash once', (parts) => {
    const digits = Array.from({ length: parts }, (_, part) =>
      [...(/in \((.*)\)$/.exec(partOfDevices('T', hunt.device, part, parts))?.[1] ?? '').matchAll(/"(.)"/g)].map(
        ([, d]) => d,
      ),
    ).flat();

    expect(digits.sort().join('')).toBe('0123456789abcdef');
  });

  it('names columns as text, whatever characters they have', () => {
    expect(partOfDevices('T', { ...hunt.device, id: 'a"b' }, 0, 4)).toContain('column_ifexists("a\\"b", "")');
  });
});
