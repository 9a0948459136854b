import { blanked } from '../../src/kql/calls.ts';

/** A step of a query: what stands between two bars. */
export interface Step {
  /** Which statement it belongs to, from 0. */
  readonly statement: number;
  readonly start: number;
  readonly end: number;
}

/** The steps of a query by its text alone, so that they are known even where it cannot be parsed. */
export function stepsOf(query: string): readonly Step[] {
  const steps: Step[] = [];
  const signs = blanked(query, 'comments-and-strings');
  let statement = 0;
  let start = 0;
  for (const { 0: sign, index } of signs.matchAll(/[|;]|$/g)) {
    steps.push({ statement, start, end: index });
    start = index + 1;
    if (sign === ';') statement += 1;
  }
  return steps;
}

export const stepAt = (steps: readonly Step[], offset: number): Step | undefined =>
  steps.find(({ end }) => offset <= end) ?? steps.at(-1);
