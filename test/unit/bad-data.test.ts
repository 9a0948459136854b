import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/hunt/answer.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { caseCard, CARD_BUDGET } from '../../src/teams/card.ts';
import { HOUR } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRunOrder, aScope } from '../support/builders.ts';
import { bytesOf } from '../support/cards.ts';
import { aWorld, CHANNEL, type World } from '../support/services.ts';

/** What attackers, imports and broken agents have put into names and ids. */
const HOSTILE = [
  '/',
  '\\',
  '#',
  '?',
  '..',
  '../../etc/passwd',
  "o'brien",
  "' or 1 eq 1 or '",
  '"quoted"',
  '=HYPERLINK("http://evil")',
  '+1',
  '@SUM(A1)',
  '<img src=x onerror=alert(1)>',
  '[link](https://evil)',
  '**bold**',
  '<at>everyone</at>',
  '{{DATE(2026-01-01T00:00:00Z)}}',
  '\u0000\u0001\u001f',
  '\u202egpj.exe',
  'а-cyrillic',
  'a-latin',
  'ＦＵＬＬＷＩＤＴＨ',
  '👩‍👩‍👧‍👦',
  '\ud800',
  'x'.repeat(1_024),
  'y'.repeat(10_000),
  'PartitionKey',
  '__proto__',
  'constructor',
  'null',
  '%2F%2e',
  'line\r\nbreak',
];
const hunt = aHunt();
let world: World;
beforeEach(async () => {
  world = aWorld();
  await world.services.conversations.put(CHANNEL);
});

async function run(rows: readonly (string | Cell[])[], into = world): Promise<void> {
  into.answer = anAnswer(rows);
  into.pass(HOUR);
  await runHunt(hunt, aRunOrder({ asOf: into.services.now() }), false, into.services);
}
const outcome = async (of = world): Promise<unknown> =>
  (await of.services.runs.recent(aScope(), 1))[0]?.report?.outcome;
const idsIn = async (of: World): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { device } of of.services.ledger.devices(aScope())) ids.push(device);
  return ids.sort();
};

describe('bad data', () => {
  it.each(HOSTILE.map((text) => [text.slice(0, 40), text]))('%j is a device like any other', async (_shown, text) => {
    await run(['known']);
    world.told.length = 0;

    await run(['known', aRow(text, text)]);
    await run(['known', aRow(text, text)]);

    expect(world.told).toHaveLength(1);
    expect(await outcome()).toBe('nothing-new');
    const [told] = world.told;
    if (!told) throw new Error('Nothing was told.');
    expect(bytesOf(caseCard(told.case, {}, 'bot'))).toBeLessThanOrEqual(CARD_BUDGET);
  });

  it('all at once fits on one card and founds one baseline', async () => {
    await run(HOSTILE.map((text) => aRow(text, text)));
    await run([...HOSTILE, 'new'].map((text) => aRow(text, text)));

    expect(world.told.map(({ notice }) => notice.kind)).toEqual(['baseline-founded', 'devices-found']);
    for (const told of world.told) expect(bytesOf(caseCard(told.case, {}, 'bot'))).toBeLessThanOrEqual(CARD_BUDGET);
  });

  it('names that look alike are different devices', async () => {
    await run(['a-latin']);
    world.told.length = 0;

    await run(['a-latin', 'а-latin']);

    expect(world.told).toHaveLength(1);
  });

  it.each(['2099-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.9999999Z', 'yesterday', '', null])(
    'a clock that says %j breaks nothing',
    async (time) => {
      await run(['known']);
      const skewed = ['d', 'd.contoso.com', time, time, '[1]', 1];

      await run(['known', skewed]);
      await run(['known', skewed]);

      expect(world.told.map(({ notice }) => notice.kind)).toEqual(['baseline-founded', 'devices-found']);
      expect(await outcome()).toBe('nothing-new');
    },
  );

  it('a set of 100,000 reports is counted, and a few are kept', async () => {
    await run(['known']);
    const reports = JSON.stringify(Array.from({ length: 100_000 }, (_, n) => n));

    await run(['known', ['d', 'd', null, null, reports, 100_000]]);

    expect(JSON.stringify(world.told.at(-1)?.notice)).toContain('"reportCount":100000');
    expect(JSON.stringify(world.told.at(-1)?.notice).length).toBeLessThan(10_000);
  });

  it('a renamed device is not new, and one with two names is one', async () => {
    await run([aRow('d', 'before')]);
    await run([aRow('d', 'after')]);
    await run([aRow('d', 'after'), aRow('d', 'before'), aRow('D ', 'again')]);

    expect(await outcome()).toBe('nothing-new');
    expect(await idsIn(world)).toHaveLength(1);
  });

  it('rows without a device are told as a trouble, and hide nothing', async () => {
    await run(['known']);
    await run(['known', aRow(null, null), aRow('', ''), 'new']);

    expect(world.told.map(({ notice }) => notice.kind).sort()).toEqual([
      'baseline-founded',
      'devices-found',
      'trouble',
    ]);
  });
});

describe('for any rows', () => {
  const text = fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a', 'b', 'A', ' a '),
  );
  const cell = fc.oneof(text, fc.constant(null), fc.integer());
  const anyRow = fc.tuple(cell, cell, cell, cell, cell, cell) as fc.Arbitrary<Cell[]>;

  it('a second look finds nothing new, whatever the first one saw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 30 }), async (rows) => {
        const own = aWorld();
        await run(['known'], own);
        await run([...rows, 'known'], own);
        await run([...rows, 'known'], own);

        expect(await outcome(own)).toBe('nothing-new');
      }),
      { numRuns: 60 },
    );
  });

  it('the order of the rows does not matter', async () => {
    const shuffled = fc
      .array(anyRow, { maxLength: 30 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    await fc.assert(
      fc.asyncProperty(shuffled, async ([rows, others]) => {
        const [one, other] = [aWorld(), aWorld()];
        await run(rows, one);
        await run(others, other);

        expect(await idsIn(other)).toEqual(await idsIn(one));
      }),
      { numRuns: 60 },
    );
  });
});
