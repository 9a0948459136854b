import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, QueryAnswer, ReadRows } from '../../src/hunt/answer.ts';
import { readAnswer } from '../../src/hunt/answer.ts';
import type { Baseline, Recalled } from '../../src/hunt/baseline.ts';
import { compareRows, type ComparisonInput } from '../../src/hunt/compare.ts';
import { deviceKeyOf, type DeviceKey } from '../../src/hunt/device-key.ts';
import type { Expectations } from '../../src/hunt/expectation.ts';
import { keepingRows } from '../../src/hunt/kept-rows.ts';
import { nameHashOf } from '../../src/hunt/name-hash.ts';
import { secondsIn } from '../../src/hunt/seconds.ts';
import { DAY, dayOf } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRun, NOON } from '../support/builders.ts';
import { readByWire } from '../support/wire.ts';

const hunt = aHunt();
const run = aRun();
const FIRST = '2026-11-20T10:00:00Z';
const LAST = '2026-11-22T10:00:00.1234567Z';

interface Known {
  readonly day?: number;
  readonly name?: string;
  readonly first?: string;
}
const knowing = (devices: Readonly<Record<string, Known>>): Baseline => {
  const known = new Map<DeviceKey, Recalled>();
  for (const [id, { day = dayOf(run.asOf) - 1, name = `${id}.contoso.com`, first = FIRST }] of Object.entries(devices))
    known.set(deviceKeyOf(id.startsWith('n:') ? '' : id, id.slice(2)), {
      ...{ place: known.size * 3, day, firstSeen: secondsIn(first), nameHash: name === '?' ? 0 : nameHashOf(name) },
    });
  const recall = (device: DeviceKey): Recalled | undefined => known.get(device);
  const lastSeenDay = (device: DeviceKey): number | undefined => recall(device)?.day;
  return {
    state: 'established',
    since: new Date('2026-01-01T00:00:00Z'),
    known: { size: known.size, recall, lastSeenDay },
  };
};

/** What comes of an answer, all of it, and how many rows were taken as their bytes. */
function outcomeOf(
  answer: QueryAnswer,
  input: Partial<ComparisonInput>,
  give: <T>(answer: QueryAnswer, read: ReadRows<T>) => T,
) {
  let taken = 0;
  const read = compareRows({ hunt, run, asked: '', baseline: knowing({}), ...input });
  const counted: typeof read = () => {
    const reader = read();
    const { plainRow } = reader;
    return { ...reader, ...(plainRow && { plainRow: (row) => plainRow(row) && (taken += 1) > 0 }) };
  };
  const { value, kept } = give(
    answer,
    keepingRows(counted, hunt.device, (content) => Buffer.from(content)),
  );
  if ('missingColumns' in value) throw new Error('The answer lacks columns.');
  const rows = kept.batches.flatMap((batch) => JSON.parse(Buffer.from(batch).toString('utf8')) as unknown[]);
  const { known, founding, ...report } = value;
  return {
    taken,
    all: {
      ...report,
      known: [...known],
      places: [...known.places],
      founding: [...founding],
      kept: { ...kept, batches: rows },
    },
  };
}

function bothWays(answer: QueryAnswer, input: Partial<ComparisonInput>, pieceSize?: number) {
  const cells = outcomeOf(answer, input, readAnswer);
  const wire = outcomeOf(answer, input, (whole, read) => readByWire(whole, read, pieceSize));
  expect(cells.taken).toBe(0);
  expect(wire.all).toEqual(cells.all);
  return wire;
}

describe('a row that is read from its bytes', () => {
  it('is one of a known device that is as it was', () => {
    const answer = anAnswer([aRow('a'), aRow('B'), [' b ', null, null, null, '', 0], aRow('c'), aRow('new')]);
    const { taken, all } = bothWays(answer, { baseline: knowing({ a: {}, b: {}, c: { name: '?' } }) });

    expect(taken).toBe(3);
    expect(all).toMatchObject({ known: [{ id: 'a' }, { id: 'B' }, { id: 'c' }], findings: [{ id: 'new' }] });
  });

  it('may name its device by nothing but its name', () => {
    const answer = anAnswer([[null, 'HOST', FIRST, LAST, '[7]', 2]]);

    expect(bothWays(answer, { baseline: knowing({ 'n:host': { name: 'host' } }) }).taken).toBe(1);
  });

  it.each([
    ['of a device that nobody knows', aRow('new'), {}],
    ['of a device with a new name', aRow('a', 'other'), {}],
    [
      'of a device that was seen earlier than anybody knew',
      ['a', 'a.contoso.com', '2026-11-19T10:00:00Z', LAST, '[]', 1],
      {},
    ],
    ['of a device that is back', aRow('gone'), { lastComplete: new Date(NOON.getTime() - DAY) }],
    ['of a device that was away', aRow('away'), { lastComplete: new Date(NOON.getTime() - DAY) }],
    ['with a date that is written in another way', ['a', 'a.contoso.com', FIRST, '22 Nov 2026 10:00 UTC', '[]', 1], {}],
    ['with a name that is not of ASCII', aRow('a', 'ä'), {}],
    [
      'with more report ids than are kept',
      ['a', 'a.contoso.com', FIRST, LAST, `[${'1234567890,'.repeat(20)}1]`, 1],
      {},
    ],
    ['with fewer cells than there are columns', ['a', 'a.contoso.com'], {}],
    ['that names nobody', [null, ' ', FIRST, LAST, '[7]', 2], {}],
  ] as const)('is not one %s', (_, row, input) => {
    const today = dayOf(run.asOf);
    const baseline = knowing({ a: {}, gone: { day: today - 300 }, away: { day: today - 5 } });

    expect(bothWays(anAnswer([[...row]]), { baseline, ...input }).taken).toBe(0);
  });

  it('is not one of a device whose promise has ended, but of one that is still expected', () => {
    const promise = (id: string, until: string) => ({
      ...{ device: deviceKeyOf(id, ''), id, name: id, reason: 'pilot', by: { id: '1', name: 'Ann' }, at: NOON },
      until: new Date(until),
    });
    const expectations = new Map(
      [promise('ended', '2026-01-01T00:00:00Z'), promise('active', '2027-01-01T00:00:00Z')].map((one) => [
        one.device,
        one,
      ]),
    ) as unknown as Expectations;
    const { taken, all } = bothWays(anAnswer(['ended', 'active']), {
      baseline: knowing({ ended: {}, active: {} }),
      expectations,
    });

    expect(taken).toBe(1);
    expect(all.lapsed).toMatchObject([{ id: 'ended' }]);
  });

  it('says the same as its cells, whatever the rows are', () => {
    const text = fc.oneof(
      fc.constantFrom(
        'a',
        'A',
        ' a ',
        'b',
        'gone',
        'away',
        '',
        ' ',
        'n:a',
        'é',
        'e\u0301',
        '"',
        '\\',
        '], [',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const id = fc.oneof(text, text, fc.constant(null), fc.integer({ min: -1, max: 3 }));
    const name = fc.oneof(
      text,
      fc.constantFrom('a.contoso.com', 'A.CONTOSO.COM ', 'x'.repeat(1_025)),
      fc.constant(null),
    );
    const when = fc.oneof(
      fc.constantFrom<Cell[]>(FIRST, LAST, '', null, '2026-02-30T00:00:00Z', '2026-11-20T1O:00:00Z', '2026-11-20', 7),
      fc.constantFrom<Cell[]>(
        '1601-01-01T00:00:00Z',
        '2201-01-01T00:00:00Z',
        '0201-01-01T00:00:00Z',
        '2026-11-19T23:59:60Z',
      ),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const reports = fc.constantFrom<Cell[]>('[7]', '', null, '[1,2', '[9007199254740993]', `["${'x'.repeat(130)}"]`);
    const count = fc.constantFrom<Cell[]>(1, 0, null, 2n ** 60n, '3');
    const any = fc.tuple(id, name, when, when, reports, count).map((row): Cell[] => row);
    const usual = fc
      .tuple(fc.constantFrom('a', ' A', 'b', 'B '), fc.nat({ max: 9 }), any)
      .map(([own, place, other]) =>
        aRow(own, own.trim().toLowerCase() === 'a' ? ' A.contoso.com' : 'any').map((cell, n) =>
          n === place ? (other[n] ?? cell) : cell,
        ),
      );
    const rows = fc.array(fc.oneof(any, usual), { maxLength: 8 });
    const today = dayOf(run.asOf);
    const baseline = knowing({
      a: {},
      b: { name: '?' },
      'n:a': {},
      gone: { day: today - 300 },
      away: { day: today - 4 },
    });
    let taken = 0;
    fc.assert(
      fc.property(rows, fc.boolean(), fc.integer({ min: 1, max: 300 }), (some, isLate, pieceSize) => {
        const input = { baseline, ...(isLate && { lastComplete: new Date(NOON.getTime() - DAY) }) };
        taken += bothWays(anAnswer(some), input, pieceSize).taken;
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});

describe('a row with which a baseline is founded', () => {
  const absent: Baseline = {
    state: 'absent',
    known: { size: 0, lastSeenDay: () => undefined, recall: () => undefined },
  };

  it('is read from its bytes as from its cells, whatever it is', () => {
    const text = fc.oneof(fc.constantFrom('a', 'A', ' a ', 'b', '', 'é', '"'), fc.string({ maxLength: 4 }));
    const name = fc.oneof(text, fc.constant(null), fc.integer());
    const when = fc.oneof(
      fc.constantFrom<Cell[]>(
        FIRST,
        LAST,
        '',
        null,
        7,
        true,
        '2026-11-20',
        '1969-12-31T23:59:59Z',
        '9999-12-31T00:00:00.5Z',
      ),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    const count = fc.constantFrom<Cell[]>(1, 0, -1, null, true, 1.5, '', '3', 2n ** 60n);
    const list = fc.array(fc.oneof(fc.integer(), fc.bigInt({ min: 0n, max: 2n ** 63n })), { maxLength: 6 });
    const reports = fc.oneof(
      list.map((ids) => `[${ids.join(',')}]`),
      fc.constantFrom<Cell[]>(
        '[]',
        '[',
        '[]]',
        '[1,]',
        '[,1]',
        '[01]',
        '[-]',
        '[-0]',
        '[1 ,2]',
        '[1]2]',
        'r-7',
        '',
        null,
        7,
        false,
      ),
      fc.string({ unit: fc.constantFrom('[', ']', ',', '1', '0', '-', ' ') }),
    );
    const any = fc.tuple(name, name, when, when, reports, count).map((cells): Cell[] => cells);
    const usual = fc
      .tuple(fc.nat({ max: 99 }), fc.nat({ max: 9 }), any)
      .map(([n, place, other]) => aRow(`d${String(n)}`).map((cell, at) => (at === place ? (other[at] ?? null) : cell)));
    const row = fc.oneof(any, usual);
    let taken = 0;
    fc.assert(
      fc.property(fc.array(row, { maxLength: 10 }), fc.integer({ min: 1, max: 300 }), (rows, pieceSize) => {
        taken += bothWays(anAnswer(rows), { baseline: absent }, pieceSize).taken;
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });
});

describe('an instant', () => {
  it('is read digit by digit as a date would read it', () => {
    const part = fc.constantFrom(
      '00',
      '01',
      '12',
      '13',
      '23',
      '24',
      '28',
      '29',
      '30',
      '31',
      '32',
      '59',
      '60',
      '99',
      '4x',
    );
    const written = fc
      .tuple(
        fc.constantFrom('1969', '1970', '2026', '2024', '2100', '2107', '9999', '0000'),
        part,
        part,
        part,
        part,
        part,
      )
      .chain(([year, month, day, hour, minute, second]) =>
        fc
          .constantFrom('Z', '.1Z', '.1234567Z', '.Z', '.1x2Z', 'z', '', '+01:00', '.12Z ', ':00Z')
          .map((end) => `${year}-${month}-${day}T${hour}:${minute}:${second}${end}`),
      );
    fc.assert(
      fc.property(written, (text) => {
        const at = Math.floor(Date.parse(text) / 1000);
        expect(secondsIn(text)).toBe(at > 0 && at <= 0xffff_ffff ? at : 0);
      }),
      { numRuns: 3_000 },
    );
  });
});
