import { parseTimespan, type Milliseconds } from '../time.ts';
import { clockCalls } from './pin-clock.ts';

/** How far back a query looks: the longest length in its calls `ago(5d)` and `now(-5d)`; undefined when it has none. */
export function lookbackOf(kql: string): Milliseconds | undefined {
  const lengths = clockCalls(kql).flatMap(({ name, argument }) => {
    const length = parseTimespan(name === 'now' ? argument.replace(/^\s*-/, '') : argument);
    return length ?? [];
  });
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}
