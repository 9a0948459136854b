/** The parameter file: every parameter is known, none is missing, every value is one that fits. */
import { report, type BicepFile, type Problem } from './file.ts';
import { allowedOf } from './symbols.ts';
import { basicOfType } from './types.ts';

interface ParameterFile {
  readonly parameters: Readonly<Record<string, { readonly value: unknown }>>;
}

/** `${NAME}` and `${NAME=default}`: what azd puts in. */
const VARIABLE = /\$\{([A-Z][A-Z0-9_]*)(?:=([^}]*))?\}/g;

export function checkParameters(path: string, text: string, main: BicepFile): readonly Problem[] {
  const file = { path, problems: [] as Problem[] };
  const { parameters } = JSON.parse(text) as ParameterFile;
  const lines = text.split('\n');
  const placeOf = (name: string) => {
    const line = lines.findIndex((one) => one.includes(`"${name}"`));
    return { line: line + 1, column: (lines[line]?.indexOf('"') ?? 0) + 1 };
  };
  for (const [name, { value }] of Object.entries(parameters)) {
    const param = main.params.get(name);
    if (!param) report(file, placeOf(name), `main.bicep has no parameter "${name}".`, name, main.params.keys());
    else {
      const problem = valueProblem(value, basicOfType(param.type ?? ''), allowedOf(param));
      if (problem !== undefined) report(file, placeOf(name), `"${name}" ${problem}.`);
    }
  }
  for (const [name, param] of main.params)
    if (!param.value && !(name in parameters))
      report(file, { line: 1, column: 1 }, `The parameter "${name}" is missing.`);
  return file.problems;
}

function valueProblem(value: unknown, wanted: string, allowed: readonly string[] | undefined): string | undefined {
  const given =
    typeof value === 'number'
      ? 'int'
      : typeof value === 'boolean'
        ? 'bool'
        : Array.isArray(value)
          ? 'array'
          : typeof value;
  if (typeof value !== 'string') return given === wanted ? undefined : `is ${wanted}, not ${given}`;
  // A variable that has no default is whatever somebody sets.
  if ([...value.matchAll(VARIABLE)].some(([, , fallback]) => fallback === undefined)) return undefined;
  const text = value.replace(VARIABLE, '$2');
  if (wanted === 'bool' && !/^(?:true|false)$/.test(text)) return `is bool, not "${text}"`;
  if (wanted === 'int' && !/^-?\d+$/.test(text)) return `is int, not "${text}"`;
  if (allowed && !allowed.includes(text)) return `is one of ${allowed.join(', ')}, not "${text}"`;
  return undefined;
}

/** The file with its variables put in, for tools other than azd. Names every variable that is missing. */
export function resolveParameters(text: string, env: Readonly<Record<string, string | undefined>>): ParameterFile {
  const missing = new Set<string>();
  const resolved = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'string' || !value.includes('${')) return value;
    const filled = value.replace(VARIABLE, (_whole, name: string, fallback: string | undefined) => {
      const set = env[name];
      if (set !== undefined && set !== '') return set;
      if (fallback === undefined) missing.add(name);
      return fallback ?? '';
    });
    return filled === 'true' || filled === 'false' ? filled === 'true' : filled;
  }) as ParameterFile;
  if (missing.size > 0) throw new Error(`Set ${[...missing].join(', ')}; infra/README.md says what each means.`);
  return resolved;
}
