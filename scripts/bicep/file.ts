/** One Bicep file: its declarations by kind, and how to say what is wrong with it. */
import type { HuntFileProblem } from '../../src/errors.ts';
import { nearest } from '../../src/nearest.ts';
import { parseBicep, type Place, type Statement } from './syntax.ts';

export type Problem = HuntFileProblem;

export interface BicepFile {
  readonly path: string;
  readonly targetScope: string;
  readonly statements: readonly Statement[];
  readonly params: ReadonlyMap<string, Statement>;
  readonly vars: ReadonlyMap<string, Statement>;
  readonly resources: ReadonlyMap<string, Statement>;
  readonly modules: ReadonlyMap<string, Statement>;
  readonly outputs: ReadonlyMap<string, Statement>;
  /** The file behind each module, once all are read. */
  readonly imports: Map<string, BicepFile>;
  readonly problems: Problem[];
}

export async function readBicep(path: string, text: string): Promise<BicepFile> {
  const { statements, errors } = await parseBicep(text);
  const problems: Problem[] = errors.map(({ at, text: found }) => ({
    file: path,
    ...at,
    message: `Syntax: ${found}.`,
  }));
  const ofKind = (kind: Statement['kind']): ReadonlyMap<string, Statement> =>
    new Map(statements.filter((one) => one.kind === kind).map((one) => [one.name, one]));
  const scope = statements.find(({ kind }) => kind === 'targetScope')?.value;
  return {
    path,
    targetScope: (scope?.kind === 'text' && scope.value) || 'resourceGroup',
    statements,
    params: ofKind('param'),
    vars: ofKind('var'),
    resources: ofKind('resource'),
    modules: ofKind('module'),
    outputs: ofKind('output'),
    imports: new Map(),
    problems,
  };
}

export const decoratorOf = ({ decorators }: Statement, name: string): Statement['decorators'][number] | undefined =>
  decorators.find((one) => one.name === name);

/** Notes a problem; `wrong` and `right` give the nearest right name. */
export function report(
  { path, problems }: Pick<BicepFile, 'path' | 'problems'>,
  at: Place,
  message: string,
  wrong?: string,
  right: Iterable<string> = [],
): void {
  const suggestion = wrong === undefined ? undefined : nearest(wrong, right);
  problems.push({ file: path, ...at, message, ...(suggestion !== undefined && { suggestion }) });
}
