import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../time.ts';
import { blanked, callsOf, splitArguments, type Call } from './calls.ts';
import { clockCalls } from './pin-clock.ts';
import { quantityOf, type Quantity } from './timespan.ts';

const CONSTANT = /\blet\s+(\w+)\s*=\s*([^;]+);/g;
const SUBTRACTED =
  /\bnow\s*\(\s*\)\s*-\s*(\([^()]*\)|(?:timespan|time|totimespan)\s*\([^()]*\)|[\w.]+(?:\s*[*/]\s*[\w.]+)*)/g;

/** The most that the start of a day, and so on, can lie before the instant itself. */
const STARTS: Readonly<Record<string, Milliseconds>> = {
  startofday: DAY,
  startofweek: 7 * DAY,
  startofmonth: 31 * DAY,
  startofyear: 366 * DAY,
};
/** The units of `datetime_add`, at their longest. */
const PARTS: Readonly<Record<string, Milliseconds>> = {
  year: 366 * DAY,
  quarter: 92 * DAY,
  month: 31 * DAY,
  week: 7 * DAY,
  day: DAY,
  hour: HOUR,
  minute: MINUTE,
  second: SECOND,
  millisecond: 1,
};

/**
 * How far back a query looks: the longest of what it subtracts from the clock (`ago(5d)`, `now(-5d)`, `now() - 5d`,
 * `datetime_add('day', -5, now())`) and of its constants (`let timeframe = 5d`), and as much more as the start of a day or
 * week may lie before that. Undefined when it has none, or subtracts what only the engine can work out: a guess that is
 * too short would leave rows out in silence, one that is too long only costs time.
 */
export function lookbackOf(query: string): Milliseconds | undefined {
  const kql = blanked(query, 'comments');
  const constants = constantsOf(kql);
  const calls = clockCalls(kql);
  if (calls.length === 0) return undefined;
  const subtracted = [
    ...calls.map(({ name, argument }) => (name === 'now' ? argument.replace(/^\s*-/, '') : argument).trim()),
    ...[...kql.matchAll(SUBTRACTED)].map(([, text = '']) => text),
  ].filter((text) => text !== '');
  const lengths = [
    ...subtracted.map((text) => lengthOf(quantityOf(text, constants))),
    ...ofClock(callsOf(kql, ['datetime_add'])).map((call) => addedTo(call, constants)),
  ];
  const known = [...lengths, ...[...constants.values()].map(lengthOf)].filter((length) => length !== undefined);
  if (known.length === 0 || lengths.includes(undefined)) return undefined;
  const starts = ofClock(callsOf(kql, [...Object.keys(STARTS), 'bin'])).map((call) => startBefore(call, constants));
  return starts.includes(undefined) ? undefined : Math.max(...known) + Math.max(0, ...starts.map((at) => at ?? 0));
}

/** Of a name that is given twice the longer one: a guess must not be too short. */
function constantsOf(kql: string): ReadonlyMap<string, Quantity> {
  const constants = new Map<string, Quantity>();
  for (const [, name = '', text = ''] of kql.matchAll(CONSTANT)) {
    const quantity = quantityOf(text, constants);
    const before = constants.get(name);
    if (quantity && (!before || quantity.value > before.value)) constants.set(name, quantity);
  }
  return constants;
}

const lengthOf = (quantity: Quantity | undefined): Milliseconds | undefined =>
  quantity?.isLength === true ? Math.max(0, quantity.value) : undefined;

const ofClock = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(({ argument }) => clockCalls(argument).length > 0);

/** What `datetime_add('day', -5, now())` subtracts, and whatever its instant subtracts already. */
function addedTo({ argument }: Call, constants: ReadonlyMap<string, Quantity>): Milliseconds | undefined {
  const [part = '', amount = '', instant = ''] = splitArguments(argument);
  const size = PARTS[part.replace(/^["']|["']$/g, '').toLowerCase()];
  const quantity = quantityOf(amount, constants);
  const already = lookbackOf(instant) ?? (/^now\s*\(\s*\)$/.test(instant) ? 0 : undefined);
  if (size === undefined || quantity?.isLength !== false || already === undefined) return undefined;
  return already + Math.max(0, -quantity.value) * size;
}

function startBefore({ name, argument }: Call, constants: ReadonlyMap<string, Quantity>): Milliseconds | undefined {
  const [, second = '0'] = splitArguments(argument);
  const quantity = quantityOf(second, constants);
  if (name === 'bin') return lengthOf(quantity);
  const size = STARTS[name] ?? 0;
  return quantity && size * (1 + Math.max(0, -quantity.value));
}
