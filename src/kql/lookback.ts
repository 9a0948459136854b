import { parseTimespan, type Milliseconds } from '../time.ts';
import { clockCalls } from './pin-clock.ts';

const LENGTH = /\d+(?:\.\d+)?(?:ms|[dhms])\b/.source;
const CONSTANT = new RegExp(`\\blet\\s+(\\w+)\\s*=\\s*(${LENGTH})`, 'g');
const SUBTRACTED = new RegExp(`\\bnow\\s*\\(\\s*\\)\\s*-\\s*(${LENGTH}|[A-Za-z_]\\w*)`, 'g');

/**
 * How far back a query looks: the longest of what it subtracts from the clock (`ago(5d)`, `now(-5d)`, `now() - 5d`) and
 * of its constants (`let timeframe = 5d`). Undefined when it has none, or subtracts what only the engine can work out:
 * a guess that is too short would leave rows out in silence, one that is too long only costs time.
 */
export function lookbackOf(kql: string): Milliseconds | undefined {
  const constants = new Map<string, Milliseconds>();
  for (const [, name = '', text = ''] of kql.matchAll(CONSTANT))
    constants.set(name, Math.max(constants.get(name) ?? 0, parseTimespan(text) ?? 0));
  const calls = clockCalls(kql);
  if (calls.length === 0) return undefined;
  const subtracted = [
    ...calls.map(({ name, argument }) => (name === 'now' ? argument.replace(/^\s*-/, '') : argument).trim()),
    ...[...kql.matchAll(SUBTRACTED)].map(([, text = '']) => text),
  ].filter((text) => text !== '');
  const lengths = subtracted.map((text) => parseTimespan(text) ?? constants.get(text));
  const known = [...lengths, ...constants.values()].filter((length) => length !== undefined);
  return known.length === 0 || lengths.includes(undefined) ? undefined : Math.max(...known);
}
