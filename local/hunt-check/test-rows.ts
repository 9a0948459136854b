import type { HuntFile } from '../../src/hunt-files/hunt-file.ts';
import type { Schema } from '../kql/language.ts';
import { nearestName } from './nearest-name.ts';
import type { Remark } from './remark.ts';

/** Whether the tables and columns that a hunt's tests fill are there. */
export function testRows(
  { tests, placeOfKey }: Pick<HuntFile, 'tests' | 'placeOfKey'>,
  schema: Schema,
): readonly Remark[] {
  const remarks = new Map<string, Remark>();
  const say = (path: readonly PropertyKey[], message: string, suggestion: string | undefined): void => {
    if (remarks.has(message)) return;
    remarks.set(message, {
      severity: 'error',
      ...placeOfKey(path),
      length: 0,
      message,
      ...(suggestion !== undefined && { suggestion }),
    });
  };
  for (const [test, { tables }] of tests.entries()) {
    for (const [table, rows] of Object.entries(tables)) {
      const columns = schema[table]?.map(({ name }) => name);
      const path = ['tests', test, 'tables', table];
      if (!columns) say(path, `there is no table "${table}"`, nearestName(table, Object.keys(schema)));
      for (const [row, given] of rows.entries()) {
        for (const name of columns ? Object.keys(given) : [])
          if (columns?.includes(name) === false)
            say([...path, row, name], `${table} has no column "${name}"`, nearestName(name, columns));
      }
    }
  }
  return [...remarks.values()];
}
