import { GUID, wholeNumberIn } from './dynamics.ts';
import { parseDatetime, parseTimespan, type Value } from './values.ts';

/**
 * What a text is as a value of a type, as `tolong()` and its siblings read it: null for what is none. Undefined where it
 * is not established whether a text of this form is one.
 */
export function readText(text: string, type: string): Value | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'long':
      return wholeNumberIn(text);
    case 'int':
      return wholeNumberIn(text, (value) => BigInt.asIntN(32, value) === value);
    case 'real':
      return realIn(text);
    case 'bool':
      return boolIn(text);
    case 'datetime':
      return readInstant(text) ?? (LIKE_A_DATE.test(text) ? undefined : null);
    case 'timespan':
      return parseTimespan(text) ?? (LIKE_A_LENGTH.test(text) ? undefined : null);
    case 'guid':
      return GUID.test(text) ? text.toLowerCase() : /^\s*[{(]?[\da-f-]{32,}[)}]?\s*$/i.test(text) ? undefined : null;
    default:
      return undefined;
  }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const CLOCK = String.raw`((?:\s+\d\d?:\d\d(?::\d\d(?:\.\d{1,7})?)?)?)(?:\s*(?:GMT|Z))?$`;
/** Month, day and year with one sign between them. */
const AMERICAN = new RegExp(String.raw`^(\d\d?)([-/.])(\d\d?)\2(\d{4})${CLOCK}`, 'i');
const MAIL = new RegExp(String.raw`^(?:[a-z]{3,9},\s*)?(\d\d?)[ -]([a-z]{3})[a-z]*[ -](\d{4}|[0-2]\d)${CLOCK}`, 'i');
const MONTH_FIRST = new RegExp(String.raw`^([a-z]{3})[a-z]*\s+(\d\d?),?\s+(\d{4})${CLOCK}`, 'i');

/** An instant in one of the forms of the language reference, "Supported formats" of datetime; null when it is none. */
export function readInstant(written: string): bigint | null {
  const text = written.trim();
  const iso = parseDatetime(
    text.replace(/^(\d{4})\/(\d\d?)\/(\d\d?)/, '$1-$2-$3').replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'),
  );
  if (iso !== null) return iso;
  const american = AMERICAN.exec(text);
  if (american) return dated(american[4], american[1], american[3], american[5]);
  const mail = MAIL.exec(text);
  if (mail) return dated((mail[3] ?? '').padStart(4, '20'), monthOf(mail[2]), mail[1], mail[4]);
  const first = MONTH_FIRST.exec(text);
  return first ? dated(first[3], monthOf(first[1]), first[2], first[4]) : null;
}

const monthOf = (name = ''): string => String(MONTHS.indexOf(name.toLowerCase()) + 1);
const dated = (year = '', month = '', day = '', clock = ''): bigint | null =>
  month === '0' ? null : parseDatetime(`${year}-${month}-${day}${clock}`);

/** Digits with what stands between the parts of a date or a time, or the name of a month or a day beside digits. */
const LIKE_A_DATE =
  /^(?!\s*\d{4}-\d\d-\d\d\s*$|\s*1[3-9][-/.]\d\d?[-/.]\d{4}$)[\s\dTZ:/.,+-]*\d[\s\dTZ:/.,+-]*$|(?=.*\d).*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/is;
const LIKE_A_LENGTH = /^\s*[+-]?\d[\d.:,\s]*[a-z]*\s*$/i;

function realIn(written: string): Value | undefined {
  const text = written.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  return /^[+-]?(?:nan|inf|infinity|∞)$/i.test(text) ? undefined : null;
}

/** `true` or `false` in any case, or a whole number. */
function boolIn(written: string): Value | undefined {
  const text = written.trim();
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const number = /^[+-]?\d+$/.test(text) ? wholeNumberIn(text) : null;
  return number === null || number === undefined ? null : Number(number) !== 0;
}
