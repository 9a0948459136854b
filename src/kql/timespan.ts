import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../time.ts';

/** A length of time or a plain number: `2 * 7d` is made of both. */
export interface Quantity {
  readonly value: number;
  readonly isLength: boolean;
}

/** The units of KQL's timespan literals, as its parser names them. */
const UNITS: Readonly<Record<string, Milliseconds>> = {
  ...named(DAY, 'd day days'),
  ...named(HOUR, 'h hr hrs hour hours'),
  ...named(MINUTE, 'm min minute minutes'),
  ...named(SECOND, 's sec second seconds'),
  ...named(1, 'ms milli millis millisec millisecond milliseconds'),
  ...named(1e-3, 'micro micros microsec microsecond microseconds'),
  ...named(1e-4, 'tick ticks'),
  ...named(1e-6, 'nano nanos nanosec nanosecond nanoseconds'),
};

function named(size: Milliseconds, names: string): Readonly<Record<string, Milliseconds>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, size]));
}

const TOKEN =
  /\s*(?:(?:timespan|time|totimespan)\s*\(\s*(?<quoted>["']?)(?<length>[\d.:]+[a-z]*)\k<quoted>\s*\)|(?<literal>\d+(?:\.\d+)?[a-z]*)|(?<name>[A-Za-z_]\w*)|(?<sign>[-+*/()]))/y;

/**
 * What an expression over constants comes to: `14d`, `7days * 2`, `1d + 2h`, `timespan(1.12:00:00)`, `weeks * 7d`.
 * Undefined when it holds anything that only the service, or the engine, can work out.
 */
export function quantityOf(text: string, constants: ReadonlyMap<string, Quantity>): Quantity | undefined {
  const tokens = tokensOf(text);
  let at = 0;
  const next = (): string => tokens?.[at]?.groups?.['sign'] ?? '';

  function sum(): Quantity | undefined {
    let total = product();
    while (total && (next() === '+' || next() === '-')) {
      const minus = next() === '-';
      at += 1;
      const more = product();
      if (more?.isLength !== total.isLength) return undefined;
      total = { ...total, value: total.value + (minus ? -more.value : more.value) };
    }
    return total;
  }
  function product(): Quantity | undefined {
    let total = one();
    while (total && (next() === '*' || next() === '/')) {
      const divides = next() === '/';
      at += 1;
      const by = one();
      if (!by || (by.isLength && (divides || total.isLength))) return undefined;
      total = {
        value: divides ? total.value / by.value : total.value * by.value,
        isLength: total.isLength || by.isLength,
      };
    }
    return total;
  }
  function one(): Quantity | undefined {
    const groups = tokens?.[at]?.groups;
    at += 1;
    if (groups?.['sign'] === '-') {
      const value = one();
      return value && { ...value, value: -value.value };
    }
    if (groups?.['sign'] === '(') {
      const inner = sum();
      if (next() !== ')') return undefined;
      at += 1;
      return inner;
    }
    if (groups?.['name'] !== undefined) return constants.get(groups['name']);
    return literalOf(groups?.['length'] ?? groups?.['literal'] ?? '');
  }

  const result = sum();
  return result && at === tokens?.length && Number.isFinite(result.value) ? result : undefined;
}

function tokensOf(text: string): readonly RegExpExecArray[] | undefined {
  const tokens: RegExpExecArray[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const token = TOKEN.exec(text);
    if (!token) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** `5d`, `1.5hours`, `7`, or `1.12:00:00`. */
function literalOf(text: string): Quantity | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text) ?? [];
  if (number !== '' && unit === '') return { value: Number(number), isLength: false };
  const size = UNITS[unit.toLowerCase()];
  if (number !== '' && size !== undefined) return { value: Math.round(Number(number) * size), isLength: true };
  const [, days = '0', hours = '', minutes = '', seconds = '0'] =
    /^(?:(\d+)\.)?(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(text) ?? [];
  if (hours === '') return undefined;
  const value = Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
  return { value: Math.round(value), isLength: true };
}
