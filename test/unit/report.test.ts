import fc from 'fast-check';
import { byDevice } from '../../src/hunt/report.ts';
import { describe, expect, it } from 'vitest';
import type { Cell, QueryAnswer } from '../../src/hunt/answer.ts';
import type { Baseline, Recalled } from '../../src/hunt/baseline.ts';
import { deviceKeyOf, type DeviceKey } from '../../src/hunt/device-key.ts';
import { nameHashOf, UNKNOWN_NAME } from '../../src/hunt/name-hash.ts';
import { secondsAt } from '../../src/hunt/seconds.ts';
import { assembleReport, type ReportInput } from '../../src/hunt/compare.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import { planRun, scheduledRunId } from '../../src/hunt/run.ts';
import { DAY, dayOf } from '../../src/time.ts';
import { aHunt } from '../support/builders.ts';

const asOf = new Date('2026-11-23T06:00:00Z');
const today = dayOf(asOf);
const hunt = aHunt({ forgetAfter: 30 * DAY });
const scope = { hunt: hunt.id, workspace: 'corp' };
const run = planRun({ id: scheduledRunId(scope, asOf), scope, trigger: 'schedule', asOf, slot: asOf }, hunt, 2 * DAY);

const COLUMNS = [
  ['DeviceId', 'string'],
  ['DeviceName', 'string'],
  ['FirstSeen', 'datetime'],
  ['LastSeen', 'datetime'],
  ['Report', 'dynamic'],
  ['Count', 'long'],
].map(([name = '', type = '']) => ({ name, type }));

const row = (id: Cell, name: Cell = `${String(id)}.contoso.com`, lastSeen: Cell = '2026-11-22T10:00:00Z'): Cell[] => [
  id,
  name,
  '2026-11-20T10:00:00Z',
  lastSeen,
  '[7,9007199254740993]',
  2,
];
const answer = (rows: Cell[][], more: Partial<QueryAnswer> = {}): QueryAnswer => ({ columns: COLUMNS, rows, ...more });

const established = (
  days: Record<string, number>,
  more: { readonly name?: string; readonly firstSeen?: Date } = {},
): Baseline => {
  const known = new Map(Object.entries(days).map(([id, day]) => [deviceKeyOf(id, ''), day]));
  const nameHash = more.name === undefined ? UNKNOWN_NAME : nameHashOf(more.name);
  const firstSeen = more.firstSeen ? secondsAt(more.firstSeen) : 0;
  const places = [...known.keys()];
  const recall = (device: DeviceKey): Recalled | undefined => {
    const day = known.get(device);
    return day === undefined ? undefined : { place: places.indexOf(device), day, nameHash, firstSeen };
  };
  return {
    state: 'established',
    since: new Date('2026-01-01T00:00:00Z'),
    known: { size: known.size, lastSeenDay: (device: DeviceKey) => recall(device)?.day, recall },
  };
};
const absent: Baseline = { state: 'absent', known: { size: 0, lastSeenDay: () => undefined, recall: () => undefined } };

function report(input: Partial<ReportInput>): HuntReport {
  const result = assembleReport({ hunt, run, asked: '', answer: answer([]), baseline: established({}), ...input });
  if ('missingColumns' in result) throw new Error(`missing ${result.missingColumns.join()}`);
  return result;
}
const names = (devices: readonly { readonly id: string }[]): string[] => devices.map(({ id }) => id).sort();

describe('a report', () => {
  it('tells a device that the baseline does not have as newly seen', () => {
    const { outcome, findings, known, totals } = report({
      answer: answer([row('new'), row('old')]),
      baseline: established({ old: today - 1 }),
    });

    expect(outcome).toBe('devices-found');
    expect(findings).toMatchObject([{ id: 'new', name: 'new.contoso.com', novelty: 'newly-seen', count: 2 }]);
    expect(names([...known])).toEqual(['old']);
    expect(totals).toEqual({
      rows: 2,
      devices: 2,
      newlySeen: 1,
      returning: 0,
      known: 1,
      expected: 0,
      withoutDevice: 0,
    });
  });

  it('has nothing new when every device is known', () => {
    expect(report({ answer: answer([row('old')]), baseline: established({ old: today }) })).toMatchObject({
      outcome: 'nothing-new',
      findings: [],
    });
  });

  it('founds the baseline of a first run and calls none of its devices new', () => {
    const { outcome, findings, founding } = report({ answer: answer([row('a'), row('b')]), baseline: absent });

    expect(outcome).toBe('baseline-founded');
    expect(findings).toEqual([]);
    expect(names([...founding])).toEqual(['a', 'b']);
  });

  it('founds no baseline on a partial answer, since what is missing would look new next time', () => {
    const partial = { code: 'E_QUERY_RESULT_SET_TOO_LARGE', message: 'truncated' };

    expect(report({ answer: answer([row('a')], { partial }), baseline: absent })).toMatchObject({
      outcome: 'baseline-not-founded',
      partial,
    });
  });

  it('tells what a partial answer found all the same', () => {
    const partial = { code: 'x', message: 'truncated' };

    expect(report({ answer: answer([row('new')], { partial }) })).toMatchObject({
      outcome: 'devices-found',
      findings: [{ id: 'new' }],
      partial,
    });
  });

  it('names the columns an answer lacks instead of reading no devices from it', () => {
    const bare: QueryAnswer = { columns: [{ name: 'Computer', type: 'string' }], rows: [['x']] };

    expect(assembleReport({ hunt, run, asked: '', answer: bare, baseline: absent })).toEqual({
      missingColumns: ['DeviceId'],
      columns: ['Computer'],
    });
  });
});

describe('a returning device', () => {
  const vanished = { answer: answer([row('d')]), baseline: established({ d: today - 31 }) };

  it('was missed by a complete run and unseen for longer than the hunt remembers', () => {
    const { findings } = report({ ...vanished, lastComplete: new Date(asOf.getTime() - DAY) });

    expect(findings).toMatchObject([{ novelty: 'returning', lastSeenBefore: new Date((today - 31) * DAY) }]);
  });

  it('is none on the last day it is remembered', () => {
    const lastComplete = new Date(asOf.getTime() - DAY);

    expect(report({ ...vanished, baseline: established({ d: today - 30 }), lastComplete }).findings).toEqual([]);
  });

  it('is none after an outage in which nobody looked', () => {
    expect(report({ ...vanished, lastComplete: new Date((today - 31) * DAY) }).findings).toEqual([]);
    expect(report(vanished).findings).toEqual([]);
  });
});

describe('rows', () => {
  it('of one device are one sighting: earliest, latest, their sum, and the name used last', () => {
    const rows = [row('D1 ', 'old-name', '2026-11-21T00:00:00Z'), row('d1', 'new-name', '2026-11-22T00:00:00Z')];

    expect(report({ answer: answer(rows) }).findings).toMatchObject([
      { name: 'new-name', count: 4, lastSeen: new Date('2026-11-22T00:00:00Z'), reports: ['7', '9007199254740993'] },
    ]);
  });

  it('without a device id are counted, unless they have a name to go by', () => {
    const rows = [row('', ''), row(null, null), row('', 'named.contoso.com'), row('   ', '\t')];
    const { totals, findings } = report({ answer: answer(rows) });

    expect(totals).toMatchObject({ rows: 4, withoutDevice: 3, devices: 1 });
    expect(findings).toMatchObject([{ id: '', name: 'named.contoso.com' }]);
  });

  it('with null times have none, rather than 1970', () => {
    const [finding] = report({ answer: answer([['d', 'n', null, null, null, null]]) }).findings;

    expect(finding).not.toHaveProperty('firstSeen');
    expect(finding).not.toHaveProperty('lastSeen');
    expect(finding).not.toHaveProperty('count');
    expect(finding).toMatchObject({ reports: [], reportCount: 0 });
  });

  it('with 100,000 report ids keep the lowest twenty and their number', () => {
    const reports = `[${Array.from({ length: 100_000 }, (_, i) => 100_000 - i).join(',')}]`;
    const [finding] = report({ answer: answer([['d', 'n', null, null, reports, 1]]) }).findings;

    expect(finding?.reportCount).toBe(100_000);
    expect(finding?.reports).toEqual(Array.from({ length: 20 }, (_, i) => String(i + 1)));
  });
});

const anyRow = fc
  .record({
    id: fc.constantFrom('a', 'b', 'C', 'c', ' a', '', 'é', 'é'),
    name: fc.constantFrom('x', 'y', ''),
    day: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ id, name, day }) => row(id, name, `2026-11-0${String(day)}T00:00:00Z`));

describe('for any rows', () => {
  it('every sighting ends in exactly one place', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.boolean(), (rows, first) => {
        const { totals, findings, known, founding } = report({
          answer: answer(rows),
          baseline: first ? absent : established({ a: today, b: 1 }),
        });

        expect(findings.length + known.length + founding.length).toBe(totals.devices);
        expect(new Set([...findings, ...known, ...founding].map(({ device }) => device)).size).toBe(totals.devices);
      }),
    );
  });

  it('their order does not matter', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyRow)
          .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          for (const baseline of [established({}), established({ a: today, b: 1 }), absent]) {
            const [one, other] = [shuffled, rows].map((list) => {
              const { known, founding, ...lists } = report({ answer: answer(list), baseline });
              return { ...lists, known: byDevice([...known]), founding: byDevice([...founding]) };
            });
            expect(one).toEqual(other);
          }
        },
      ),
    );
  });
});
