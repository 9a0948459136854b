import { blanked } from './calls.ts';

/** Operators that look at one row at a time, or only add rows. */
const ALONE = new Set([
  ...['where', 'filter', 'extend', 'parse', 'parse-kv', 'mv-expand', 'union', 'as'],
  ...['project', 'project-away', 'project-keep', 'project-rename', 'project-reorder'],
]);
/** Operators that may stand behind the counting: they leave no device out. */
const SHAPING = new Set([
  ...['extend', 'order', 'sort', 'as'],
  ...['project', 'project-away', 'project-keep', 'project-rename', 'project-reorder'],
]);

/**
 * Whether a row brings its device into the answer by itself: nothing is counted before it is filtered, joined, looked up
 * elsewhere or cut off. Otherwise a row may have been there for long before its device is. When in doubt: no.
 */
export function isRowByRow(query: string): boolean {
  const text = blanked(query, 'comments-and-strings');
  let depth = 0;
  const operators: string[] = [];
  for (const [found, operator = ''] of text.matchAll(/[([{]|[)\]}]|\|\s*([a-z][a-z-]*)?/gi)) {
    if ('([{'.includes(found)) depth += 1;
    else if (')]}'.includes(found)) depth -= 1;
    else if (depth > 0) return false;
    else operators.push(operator.toLowerCase());
  }
  const counts = operators.indexOf('summarize');
  const before = counts < 0 ? operators : operators.slice(0, counts);
  const after = counts < 0 ? [] : operators.slice(counts + 1);
  return before.every((one) => ALONE.has(one)) && after.every((one) => SHAPING.has(one)) && !asksATable(text);
}

/** A table of its own, by `let`, that a condition asks. */
function asksATable(text: string): boolean {
  const tables = text.split(';').flatMap((statement) => /^\s*let\s+(\w+)\s*=[^|]*\|/.exec(statement)?.[1] ?? []);
  return tables.some((table) => new RegExp(`\\(\\s*${table}\\b`).test(text));
}
