import { isArray, isBag } from './dynamics.ts';

/** `$.a.b[0]['c']` as its steps; undefined for any other path. */
export function jsonPath(path: string): readonly (string | number)[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  for (let rest = path.slice(1); rest !== '';) {
    const step = /^(?:\.([A-Za-z_]\w*)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\])/.exec(rest);
    if (!step) return undefined;
    steps.push(step[2] === undefined ? (step[1] ?? step[3] ?? step[4] ?? '') : Number(step[2]));
    rest = rest.slice(step[0].length);
  }
  return steps;
}

/** What a step leads to; null where there is no such thing. */
export function stepInto(value: unknown, step: string | number): unknown {
  if (typeof step === 'number') return isArray(value) ? (value[step] ?? null) : null;
  return isBag(value) && Object.hasOwn(value, step) ? value[step] : null;
}
