import type { HuntFileProblem } from '../../src/errors.ts';
import { readHuntFile, type HuntFile } from '../../src/hunt-files/hunt-file.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { callsOf } from '../../src/kql/calls.ts';
import { diagnose } from '../kql/diagnose.ts';
import { KqlError } from '../kql/kql-error.ts';
import type { Schema, Tree } from '../kql/language.ts';
import { compileQuery } from '../kql/query.ts';
import { SCHEMAS, type Dialect } from '../schemas/device-tables.ts';
import { deviceColumns, deviceRows, resultOf, type ColumnRemark } from './device-rows.ts';
import { ofQuestions, ofSiblings } from './questions.ts';
import { queryErrors } from './query-errors.ts';
import { endOf, offsetOf } from './query-text.ts';
import type { QueryRemark, Remark } from './remark.ts';
import { testRows } from './test-rows.ts';
import { spoken, timeBounds } from './time-bounds.ts';

/** Everything a colleague would say of a hunt file, in the order of the text. */
export function checkHunt(
  name: string,
  raw: string,
  dialect: Dialect = 'log-analytics',
  /** The names of the hunts beside it, where they are known. */
  beside?: readonly string[],
): readonly Remark[] {
  const file = readHuntFile(name, raw);
  const remarks = [
    ...file.problems.map((problem) => ofLoader('error', problem)),
    ...file.warnings.map((warning) => ofLoader('warning', warning)),
    ...testRows(file, SCHEMAS[dialect]),
    ...(file.draft && file.draft.query.trim() !== '' ? ofQuery(file, file.draft, raw, dialect) : []),
    ...(file.draft ? ofQuestions(file, file.draft, dialect) : []),
    ...(file.draft && beside ? ofSiblings(file, file.draft, beside) : []),
  ];
  return [...unique(remarks)].sort((a, b) => a.line - b.line || a.column - b.column);
}

const ofLoader = (severity: Remark['severity'], { line, column, message, suggestion }: HuntFileProblem): Remark => ({
  ...{ severity, line, column, length: 0, message },
  ...(suggestion !== undefined && { suggestion }),
});

function ofQuery(file: HuntFile, hunt: Hunt, raw: string, dialect: Dialect): readonly Remark[] {
  const { query } = hunt;
  const schema = SCHEMAS[dialect];
  const placed = ({ start, ...remark }: QueryRemark): Remark => ({ ...remark, ...file.placeInQuery(start) });
  const diagnosis = diagnose(query, schema);
  const errors = queryErrors(query, diagnosis, dialect);
  // Of a query that cannot be bound nothing else is sure.
  if (diagnosis.errors.length > 0) return errors.map(placed);
  const { tree } = diagnosis;
  const { remarks, furthest } = timeBounds(query, tree, schema, hunt);
  const isLong = furthest !== undefined && furthest > 0 && /^lookback:/m.test(raw) && hunt.lookback > furthest;
  const about = [
    ...remarks,
    ...deviceRows(tree, hunt),
    ...ownClock(query),
    ...joinedTexts(tree),
    ...offline(query, schema),
  ];
  return [
    ...about.map(placed),
    ...deviceColumns(resultOf(tree)?.columns ?? [], hunt).map((remark) => ofColumn(remark, file, tree, raw)),
    ...(isLong ? [tooLong(file, hunt, furthest)] : []),
  ];
}

const tooLong = (file: HuntFile, { lookback }: Hunt, furthest: number): Remark => ({
  severity: 'warning',
  ...file.placeOf(['lookback']),
  length: 0,
  message: `${spoken(lookback)} are asked for, but the query looks back ${spoken(furthest)} only`,
});

/** At the mapping where the file has one; else where the answer gets its columns. */
function ofColumn({ field, ...remark }: ColumnRemark, file: HuntFile, tree: Tree, raw: string): Remark {
  const result = resultOf(tree);
  const last = result?.kind === 'PipeExpression' ? (result.children[2] ?? result) : (result ?? tree);
  const place = /^device:/m.test(raw) ? file.placeOf(['device', field]) : file.placeInQuery(last.start);
  return { ...remark, ...place, length: 0 };
}

/** See docs/decisions/0004-one-clock-reading-per-run.md. */
const ownClock = (query: string): readonly QueryRemark[] =>
  callsOf(query, ['ingestion_time']).map(({ start, end }) => ({
    ...{ severity: 'warning', start, length: end - start },
    message:
      'ingestion_time() is a clock that cannot be set back: a run repeated or asked for as of a past day asks something else',
  }));

/** `('a' 'b')` is one text: nearly always a comma was forgotten. */
function joinedTexts(tree: Tree): readonly QueryRemark[] {
  if (tree.kind !== 'CompoundStringLiteralExpression') return tree.children.flatMap(joinedTexts);
  const message = 'these texts follow each other and become one; a comma is missing';
  return [{ severity: 'warning', start: tree.start, length: endOf(tree) - tree.start, message }];
}

/** What the engine does not know, its tests and the local workspace cannot run either. */
function offline(query: string, schema: Schema): readonly QueryRemark[] {
  try {
    compileQuery(query, schema);
    return [];
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    return error.problems.map(({ line, column, message }) => ({
      ...{ severity: 'warning', start: offsetOf(query, line, column), length: 0 },
      message: `${message}, so that its tests cannot run; a workspace can run it`,
    }));
  }
}

function unique(remarks: readonly Remark[]): Iterable<Remark> {
  const byText = remarks.map(
    (remark) => [`${String(remark.line)}:${String(remark.column)} ${remark.message}`, remark] as const,
  );
  return new Map(byText).values();
}
