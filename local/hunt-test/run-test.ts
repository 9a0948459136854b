import { wireReader } from '../../src/azure/wire-answer.ts';
import { UnexpectedColumnsError } from '../../src/errors.ts';
import type { HuntTest } from '../../src/hunt-files/hunt-schema.ts';
import { collectRows } from '../../src/hunt/answer.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { sightingColumns } from '../../src/hunt/sighting.ts';
import { pinClock } from '../../src/kql/pin-clock.ts';
import type { Environment } from '../kql/compile.ts';
import type { Schema } from '../kql/language.ts';
import { compileQuery, type CompiledQuery } from '../kql/query.ts';
import { ticksOf } from '../kql/values.ts';
import { tableJson } from '../workspace.ts';
import { rowOf } from './rows.ts';

/** What `now()` means in tests, so that they say the same every day. */
export const TEST_CLOCK = new Date('2026-11-23T06:00:00Z');

/** The tables of a test as the engine wants them. */
export function environmentOf(test: Pick<HuntTest, 'tables'>, schema: Schema): Environment {
  const tables = new Map(
    Object.entries(test.tables).map(([table, rows]) => [
      table,
      rows.map((row) => rowOf(table, row, schema, TEST_CLOCK)),
    ]),
  );
  return { now: ticksOf(TEST_CLOCK), rows: (table) => tables.get(table) ?? [] };
}

/** A hunt's query as its tests run it, with the clock pinned as in a real run. */
export const compileHunt = ({ query }: Hunt, schema: Schema): CompiledQuery =>
  compileQuery(pinClock(query, TEST_CLOCK), schema);

/** Runs one of a hunt's own tests on the offline engine; gives the ids of the devices it finds, in order. */
export function runHuntTest(hunt: Hunt, query: CompiledQuery, test: HuntTest, schema: Schema): readonly string[] {
  const result = query.run(environmentOf(test, schema));
  // Through the wire format, as a workspace would answer.
  const wire = wireReader(collectRows());
  wire.push(Buffer.from(`{"tables":[${tableJson(result)}]}`));
  const answer = wire.end();
  const columns = sightingColumns(answer.columns, hunt);
  if (columns.missing.length > 0) throw new UnexpectedColumnsError(columns.missing, columns.names);
  const devices = new Map(
    answer.rows.flatMap((row) => columns.device(row) ?? []).map((named) => [named.device, named]),
  );
  return [...devices.values()].map(({ id, name }) => (id === '' ? name : id)).sort();
}
