/** What a dynamic holds, and how it is read as a value of another type. */
import { fitsLong, fromJson, long, parseDatetime, toJson, wholeReal, type Value } from './values.ts';

export type DynamicKind = 'null' | 'bool' | 'long' | 'real' | 'string' | 'array' | 'bag';

export function kindOf(value: unknown): DynamicKind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'long';
    case 'number':
      return Number.isInteger(value) ? 'long' : 'real';
    default:
      if (value === null || value === undefined) return 'null';
      if (Array.isArray(value)) return 'array';
      return wholeReal(value) === undefined ? 'bag' : 'real';
  }
}

export const isNumericKind = (kind: DynamicKind): boolean => kind === 'long' || kind === 'real';
export const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);
export const isBag = (value: unknown): value is Readonly<Record<string, unknown>> => kindOf(value) === 'bag';

/** The number in a dynamic that holds one. */
export const numberIn = (value: unknown): number | bigint =>
  typeof value === 'bigint' ? value : (wholeReal(value) ?? (value as number));

/** The service takes text that is no JSON for a dynamic string; of no text it makes null. */
export function parsedJson(text: string): Value {
  if (text === '') return null;
  try {
    return fromJson(text) as Value;
  } catch {
    return text;
  }
}

/**
 * An element of a dynamic as a value of a type, as `to typeof()` of `mv-expand` takes it: numbers are cut to whole ones,
 * a text is no number. Undefined where it is not established what comes of it.
 */
export function cast(element: unknown, type: string): Value | undefined {
  const kind = kindOf(element);
  if (type === 'dynamic') return (element ?? null) as Value;
  if (type === 'string') return dynamicText(element);
  if (kind === 'null') return null;
  const isNumber = isNumericKind(kind);
  switch (type) {
    case 'bool':
      if (kind === 'bool') return element as boolean;
      return kind === 'long' ? Number(element) !== 0 : null;
    case 'long':
    case 'int': {
      if (!isNumber) return null;
      const value = numberIn(element);
      const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
      return fitsLong(whole) && (type === 'long' || BigInt.asIntN(32, whole) === whole) ? long(whole) : undefined;
    }
    case 'real':
      return isNumber ? Number(numberIn(element)) : null;
    case 'datetime':
      return kind === 'string' ? (parseDatetime(element as string) ?? undefined) : null;
    case 'guid':
      if (kind !== 'string') return null;
      return GUID.test(element as string) ? (element as string).toLowerCase() : undefined;
    default:
      return undefined;
  }
}

/** Undefined where an exponent would be written, whose form is not established. */
export function realText(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return undefined;
  return Number.isInteger(value) ? `${String(value)}.0` : String(value);
}

/** The text of a dynamic as `tostring` writes it: a text as it is, anything else as JSON. */
export function dynamicText(value: unknown): string | undefined {
  switch (kindOf(value)) {
    case 'null':
      return '';
    case 'string':
      return value as string;
    case 'bool':
    case 'long':
      return String(value);
    case 'real':
      return realText(wholeReal(value) ?? (value as number));
    default:
      return sameOrder(value) ? toJson(value) : undefined;
  }
}

/** JavaScript puts keys that are whole numbers before the others and in order; where that moves them, the text would differ. */
const sameOrder = (value: unknown): boolean => {
  if (isArray(value)) return value.every(sameOrder);
  if (kindOf(value) === 'real') return realText(wholeReal(value) ?? (value as number)) !== undefined;
  if (!isBag(value)) return true;
  const keys = Object.keys(value);
  return (keys.length < 2 || !keys.some((key) => /^\d+$/.test(key))) && Object.values(value).every(sameOrder);
};

export const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whole numbers in text, in decimal or hexadecimal digits; null for what is none. */
export function wholeNumberIn(written: string, fits: (value: bigint) => boolean = fitsLong): Value | undefined {
  const text = written.trim();
  if (/^-0x/i.test(text)) return undefined;
  if (!/^(?:[+-]?\d{1,40}|0x[\da-f]{1,16})$/i.test(text)) return null;
  const value = BigInt(text.replace(/^\+/, ''));
  return fits(value) ? long(value) : null;
}
