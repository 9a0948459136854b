import { DEFAULT_DEVICE_COLUMNS, type DeviceColumns, type Hunt } from '../../src/hunt/hunt.ts';
import { child, childOf, elements, textOf } from '../kql/compile.ts';
import type { Column, Tree } from '../kql/language.ts';
import { nearestName } from './nearest-name.ts';
import { endOf } from './query-text.ts';
import type { QueryRemark } from './remark.ts';
import { statementsOf } from './scans.ts';

/** What the answer's columns lack for a device to be read from them. `field` says which part of `device` it is about. */
export interface ColumnRemark {
  readonly severity: 'error' | 'warning';
  readonly field: keyof DeviceColumns;
  readonly message: string;
  readonly suggestion?: string;
}

export const resultOf = (root: Tree): Tree | undefined =>
  statementsOf(root).findLast(({ kind }) => kind === 'ExpressionStatement')?.children[0];

export function deviceColumns(
  columns: readonly Column[],
  { device, requiredColumns }: Pick<Hunt, 'device' | 'requiredColumns'>,
): readonly ColumnRemark[] {
  const names = columns.map(({ name }) => name);
  const missing = requiredColumns
    .filter((field) => !names.includes(device[field]))
    .map((field): ColumnRemark => {
      const suggestion = nearestName(device[field], names);
      const message = `the answer has no column "${device[field]}" for "device.${field}"; it has ${names.join(', ') || 'none'}`;
      return { severity: 'error', field, message, ...(suggestion !== undefined && { suggestion }) };
    });
  const mistyped = (['firstSeen', 'lastSeen', 'count'] as const).flatMap((field): ColumnRemark[] => {
    const type = columns.find(({ name }) => name === device[field])?.type;
    const wanted = WANTED[field];
    if (type === undefined || wanted.includes(type)) return [];
    const message = `"${device[field]}" is a ${type}; "device.${field}" is read from a ${wanted[0] ?? ''}`;
    return [{ severity: 'warning', field, message }];
  });
  return [...missing, ...mistyped];
}

const WANTED: Readonly<Record<'firstSeen' | 'lastSeen' | 'count', readonly string[]>> = {
  firstSeen: ['datetime'],
  lastSeen: ['datetime'],
  count: ['long', 'int', 'real', 'decimal'],
};

/** Whether the answer has one row for a device, and a row for every device. */
export function deviceRows(root: Tree, { device }: Pick<Hunt, 'device'>): readonly QueryRemark[] {
  const result = resultOf(root);
  if (!result) return [];
  const operators = pipedOperators(result);
  const say = (operator: Tree, message: string): QueryRemark => ({
    severity: 'warning',
    start: operator.start,
    length: endOf(operator) - operator.start,
    message,
  });
  const cut = operators
    .filter(({ kind }) => ['TakeOperator', 'TopOperator', 'SampleOperator'].includes(kind))
    .map((operator) => say(operator, 'leaves devices out: those beyond this number are never told'));
  const gathering = operators.findLast(({ kind }) => ['SummarizeOperator', 'DistinctOperator'].includes(kind));
  if (!gathering) {
    const by = `${device.id}, ${device.name}`;
    return [...cut, say(operators.at(-1) ?? result, `gives a row for each match; end with "| summarize … by ${by}"`)];
  }
  const keys = keysOf(gathering);
  const more = keys.filter((key) => ![device.id, device.name, DEFAULT_DEVICE_COLUMNS.name].includes(key));
  if (more.length === 0) return cut;
  const message = `gives several rows for a device, one for each ${more.join(', ')}; the card adds them up`;
  return [...cut, say(gathering, message)];
}

/** The operators that a table is piped through, from first to last. */
function pipedOperators(tree: Tree): readonly Tree[] {
  if (tree.kind === 'ParenthesizedExpression') return pipedOperators(child(tree, 1));
  return tree.kind === 'PipeExpression' ? [...pipedOperators(child(tree, 0)), child(tree, 2)] : [];
}

function keysOf(gathering: Tree): readonly string[] {
  const by = gathering.kind === 'DistinctOperator' ? gathering : childOf(gathering, 'SummarizeByClause');
  const list = by?.children.filter(({ kind }) => kind === 'List').at(-1);
  return elements(list).map((key) => (key.kind === 'SimpleNamedExpression' ? textOf(child(key, 0)) : textOf(key)));
}
