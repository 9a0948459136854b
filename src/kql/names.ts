import { blanked } from './calls.ts';

/** The names in a query, outside strings and comments. */
export const namesIn = (kql: string): ReadonlySet<string> =>
  new Set(blanked(kql, 'comments-and-strings').match(/[A-Za-z_]\w*/g) ?? []);

/** Whether a text is one expression: it neither closes what it did not open, nor ends the statement it stands in. */
export function isClosedExpression(kql: string): boolean {
  let depth = 0;
  for (const sign of blanked(kql, 'comments-and-strings')) {
    if ('([{'.includes(sign)) depth += 1;
    if (')]}'.includes(sign)) depth -= 1;
    if (depth < 0 || sign === ';' || sign === '|') return false;
  }
  return depth === 0;
}
