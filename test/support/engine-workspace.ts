import type { Row } from '../../local/kql/compile.ts';
import { compileQuery } from '../../local/kql/query.ts';
import { ticksOf } from '../../local/kql/values.ts';
import { DEVICE_TABLES } from '../../local/schemas/device-tables.ts';
import type { Event } from '../../local/telemetry/events.ts';
import { tableJson } from '../../local/workspace.ts';
import { wireReader } from '../../src/azure/wire-answer.ts';
import { collectRows, type QueryAnswer } from '../../src/hunt/answer.ts';

/** A workspace's answers over rows of the device tables, by our own engine; rows that come later are not there yet. */
export function engineOver(events: readonly Event[], now: () => Date): (kql: string) => QueryAnswer {
  const tables = Map.groupBy(events, ({ table }) => table);
  return (kql) => {
    const rows = (table: string): readonly Row[] =>
      (tables.get(table) ?? []).filter(({ ingestedAt }) => ingestedAt <= now().getTime()).map(({ row }) => row);
    const result = compileQuery(kql, DEVICE_TABLES).run({ now: ticksOf(now()), rows });
    const reader = wireReader(collectRows());
    reader.push(Buffer.from(`{"tables":[${tableJson(result)}]}`));
    return reader.end();
  };
}
