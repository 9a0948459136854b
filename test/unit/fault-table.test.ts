import { describe, expect, it } from 'vitest';
import { FAULTS, type Place } from '../faults/fault.ts';
import type { Mode } from '../faults/mode.ts';
import { readOptions } from '../faults/options.ts';
import { readFaultTable, type Row } from '../faults/table-file.ts';

const clean = new Map<Mode, Record<Place, number>>([
  ['slot', { storage: 127, workspace: 1, teams: 1 }],
  ['overlap', { storage: 135, workspace: 2, teams: 1 }],
]);
const read = (...lines: string[]): readonly Row[] => readFaultTable(lines.join('\n'), clean);

describe('a table of faults', () => {
  it('has a scenario a line, in words of any order', () => {
    const wanted = [{ line: 1, mode: 'slot', strikes: [{ place: 'storage', at: 12, kind: 'dropAfter' }] }];

    expect(read('slot storage dropAfter @12')).toEqual(wanted);
    expect(read('12,DROPAFTER,storage,slot')).toEqual(wanted);
    expect(read('slot storage @12 dropAfter # the tick')).toEqual(wanted);
  });

  it('has several faults of one scenario beside a plus', () => {
    expect(read('', 'overlap storage stall @40 + teams status=503 @1')).toEqual([
      {
        line: 2,
        mode: 'overlap',
        strikes: [
          { place: 'storage', at: 40, kind: 'stall' },
          { place: 'teams', at: 1, kind: 'status', status: 503 },
        ],
      },
    ]);
  });

  it('means all of what a line leaves out', () => {
    expect(read('slot storage @12').map(({ strikes: [strike] }) => strike?.kind)).toEqual(FAULTS);
    expect(read('slot storage dup').map(({ strikes: [strike] }) => strike?.at)).toHaveLength(127);
    expect(read('storage dup @12').map(({ mode }) => mode)).toEqual(['slot', 'overlap']);
    expect(read('storage dup @130').map(({ mode }) => mode)).toEqual(['overlap']);
    expect(read('slot')).toHaveLength(129 * FAULTS.length);
    expect(read('slot workspace dup + teams')).toHaveLength(FAULTS.length);
  });

  it('lets the second of two faults come where only a run with the first one gets to', () => {
    expect(read('slot storage stall @40 + storage dup @140')).toHaveLength(1);
  });

  it.each([
    ['slot storage dropAftr @12', 'line 1: "dropAftr" is no mode'],
    ['slot storage dropAftr @12', 'did you mean "dropAfter"?'],
    ['slot storage dup @128', 'line 1: request 128 is past the last: in mode slot a run makes 127 requests to storage'],
    ['slot dup @999', 'request 999 is past the last: in mode slot a run makes fewer requests to any place'],
    ['slot storage dup @0', 'requests are counted from 1'],
    ['slot storage dup stall @1', '"stall" is a second fault for one fault'],
    ['slot storage status=418 @1', 'status=418: the statuses are 500, 503, 429, 412'],
    ['slot storage dup status=500 @1', 'dup gives no status'],
    ['slot storage dup @1 +', 'a fault is missing beside the plus'],
    ['slot storage dup @1 + overlap teams dup @1', 'a scenario has one mode'],
    ['lease storage dup @1', 'the mode lease is not among --modes'],
    ['# nothing', 'there is no fault in it'],
  ])('says of %j what is wrong with it', (line, problem) => {
    expect(() => read(line)).toThrow(problem);
  });

  it('names every line that cannot be meant at once', () => {
    expect(() => read('slot dup @999', '', 'slot storage dup @1', 'bogus')).toThrow(/^line 1: .*\nline 4: /);
  });
});

describe("the harness's options", () => {
  it.each([
    [['--modes', 'slot,overlp'], '--modes overlp: there is slot, overlap, lease, begin; did you mean overlap?'],
    [['--kinds', 'dub'], 'did you mean dup?'],
    [['--seed', 'x'], '--seed x: a whole number of 0 or more is wanted.'],
    [['--every', '0'], '--every 0: a whole number of 1 or more is wanted.'],
    [['--storage', 'azurit'], 'did you mean azurite?'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('%j are refused', (args, problem) => {
    expect(() => readOptions(args)).toThrow(problem);
  });
});
