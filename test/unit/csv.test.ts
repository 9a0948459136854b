import { expect, it } from 'vitest';
import { csvTable } from '../../src/exports/csv.ts';

it('quotes every cell and starts with the mark that makes Excel read UTF-8', () => {
  expect(csvTable(['a', 'b'], [['x"y', 'line\nbreak']])).toBe('\ufeff"a","b"\r\n"x""y","line\nbreak"\r\n');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '  =HYPERLINK("x")', '\r=1'])(
  'makes text of %j, which a spreadsheet would run',
  (cell) => {
    expect(csvTable([], [[cell]])).toContain(`"'${cell.replaceAll('"', '""')}"`);
  },
);
