import type { HuntTest } from '../../src/hunt-files/hunt-schema.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { pinClock } from '../../src/kql/pin-clock.ts';
import { resultOf } from '../hunt-check/device-rows.ts';
import { endOf, short } from '../hunt-check/query-text.ts';
import { child, type Environment, type TableValue } from '../kql/compile.ts';
import { bind, type Schema, type Tree } from '../kql/language.ts';
import { compileQuery } from '../kql/query.ts';
import { environmentOf, TEST_CLOCK } from './run-test.ts';

/** A step of a query, and how many rows are left after it. */
export interface TracedStep {
  readonly step: string;
  readonly rows: number;
}

/** What becomes of a device's rows from step to step; where its column is gone, of all rows. */
export function trace(
  hunt: Hunt,
  test: Pick<HuntTest, 'tables'>,
  device: string,
  schema: Schema,
): readonly TracedStep[] {
  const { query } = hunt;
  const result = resultOf(bind(query, schema));
  if (!result) return [];
  const env = environmentOf(test, schema);
  return prefixesOf(result).map(({ upTo, from }) => {
    const table = runUpTo(query.slice(0, endOf(upTo)), schema, env);
    return { step: short(query.slice(from, endOf(upTo))), rows: rowsOf(table, hunt.device.id, device) };
  });
}

interface Prefix {
  readonly upTo: Tree;
  /** Where its last step starts. */
  readonly from: number;
}

/** A query and all that it is before its last step, the shortest first. */
function prefixesOf(tree: Tree): readonly Prefix[] {
  if (tree.kind !== 'PipeExpression') return [{ upTo: tree, from: tree.start }];
  return [...prefixesOf(child(tree, 0)), { upTo: tree, from: child(tree, 1).start }];
}

const runUpTo = (query: string, schema: Schema, env: Environment): TableValue =>
  compileQuery(pinClock(query, TEST_CLOCK), schema).run(env);

function rowsOf({ columns, rows }: TableValue, column: string, device: string): number {
  const at = columns.findIndex(({ name }) => name === column);
  return at < 0 ? rows.length : rows.filter((row) => row[at] === device).length;
}
