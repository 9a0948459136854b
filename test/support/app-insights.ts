/** The program's own Application Insights, as far as its alerts and the operating guide ask it. */
import { compileQuery } from '../../local/kql/query.ts';
import type { Schema } from '../../local/kql/language.ts';
import { parseDatetime, type Value } from '../../local/kql/values.ts';
import { jsonLog } from '../../src/log.ts';
import type { World } from './services.ts';

const column = (name: string, type: string) => ({ name, type });

export const APP_INSIGHTS: Schema = {
  traces: [column('timestamp', 'datetime'), column('message', 'string'), column('severityLevel', 'int')],
  requests: [
    column('timestamp', 'datetime'),
    column('name', 'string'),
    column('success', 'string'),
    column('duration', 'real'),
    column('resultCode', 'string'),
    column('operation_Id', 'string'),
  ],
  exceptions: [
    column('timestamp', 'datetime'),
    column('type', 'string'),
    column('outerMessage', 'string'),
    column('operation_Name', 'string'),
  ],
};

export interface AppInsights {
  /** What the host says of a call of a function. */
  invoked(name: string): void;
  /** Asks at the world's own time. */
  ask(query: string): readonly (readonly Value[])[];
}

/** Takes the very lines that the program writes, each at the world's time. */
export function appInsightsOf(world: World): AppInsights {
  const traces: Value[][] = [];
  const requests: Value[][] = [];
  const now = (): bigint => parseDatetime(world.services.now().toISOString()) ?? 0n;
  const write = (severity: number) => (line: string) => void traces.push([now(), line, BigInt(severity)]);
  world.services.log = jsonLog({ info: write(1), warn: write(2), error: write(3) });
  return {
    invoked: (name) => void requests.push([now(), name, 'True', 1, '0', 'an-operation']),
    ask: (query) =>
      compileQuery(query, APP_INSIGHTS).run({
        now: now(),
        rows: (table) => (table === 'traces' ? traces : table === 'requests' ? requests : []),
      }).rows,
  };
}
