import type { HuntFile } from '../../src/hunt-files/hunt-file.ts';
import type { Position } from '../../src/hunt-files/fields.ts';
import { EVIDENCE_COLUMNS, EVIDENCE_KINDS, type EvidenceKind } from '../../src/hunt/evidence-kinds.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { evidenceQuery, type EvidenceQuery } from '../../src/kql/evidence-query.ts';
import { namesIn } from '../../src/kql/names.ts';
import { diagnose } from '../kql/diagnose.ts';
import { SCHEMAS, type Dialect } from '../schemas/device-tables.ts';
import { resultOf } from './device-rows.ts';
import { nearestName } from './nearest-name.ts';
import { queryErrors } from './query-errors.ts';
import type { Remark } from './remark.ts';
import { timeBounds } from './time-bounds.ts';

/** Any device and file will do: a query is judged by its names and types. */
const SOME = { devices: ['device'], files: ['file'] };
/** What ties a scenario to more than words that whoever types a command chooses. */
const TIES: readonly string[] = [
  'FolderPath',
  'SHA1',
  'SHA256',
  'InitiatingProcessFolderPath',
  'InitiatingProcessSHA1',
];

/** What a colleague would say of a hunt's evidence and scenarios. */
export function ofQuestions(file: HuntFile, hunt: Hunt, dialect: Dialect): readonly Remark[] {
  const asked = EVIDENCE_KINDS.flatMap((kind) => {
    const query = evidenceQuery(kind, hunt, SOME);
    return query ? ofEvidence(kind, query, file, hunt, dialect) : [];
  });
  return [...asked, ...looseExclusions(file, hunt)];
}

function ofEvidence(
  kind: EvidenceKind,
  query: EvidenceQuery,
  file: HuntFile,
  hunt: Hunt,
  dialect: Dialect,
): readonly Remark[] {
  const place = placeIn(kind, query, file, hunt);
  const schema = SCHEMAS[dialect];
  const diagnosis = diagnose(query.kql, schema);
  const remarks = [
    ...queryErrors(query.kql, diagnosis, dialect),
    ...(diagnosis.errors.length > 0 ? [] : timeBounds(query.kql, diagnosis.tree, schema, hunt).remarks),
  ];
  if (diagnosis.errors.length > 0) return remarks.map(({ start, ...remark }) => ({ ...remark, ...place(start) }));
  const columns = (resultOf(diagnosis.tree)?.columns ?? []).map(({ name }) => name);
  const missing = EVIDENCE_COLUMNS[kind].required.filter((name) => !columns.includes(name));
  return [
    ...remarks.map(({ start, ...remark }) => ({ ...remark, ...place(start) })),
    ...missing.map((name): Remark => {
      const suggestion = nearestName(name, columns);
      const message = `the answer of "evidence.${kind}" has no column "${name}"; it has ${columns.filter((column) => !column.startsWith('Firstsight_')).join(', ') || 'none'}`;
      const hint = suggestion === undefined ? {} : { suggestion };
      return { severity: 'error', ...file.placeOf(['evidence', kind]), length: 0, message, ...hint };
    }),
  ];
}

/** Where in the file a character of the whole query stands: in the evidence, or in the scenario that is set behind it. */
function placeIn(
  kind: EvidenceKind,
  { start, scenarios }: EvidenceQuery,
  file: HuntFile,
  hunt: Hunt,
): (offset: number) => Position {
  return (offset) => {
    const at = scenarios.findLastIndex((place) => offset >= place);
    const [place = 0, where = ''] = [scenarios[at], hunt.scenarios[at]?.where];
    return at >= 0 && offset <= place + where.length
      ? file.placeInText(['scenarios', at, 'where'])(offset - place)
      : file.placeInText(['evidence', kind])(Math.max(0, offset - start));
  };
}

/** `names`: the hunts beside the file. */
export function ofSiblings(
  file: HuntFile,
  { siblings }: Pick<Hunt, 'siblings'>,
  names: readonly string[],
): readonly Remark[] {
  return siblings
    .filter((name) => !names.includes(name))
    .map((name): Remark => {
      const suggestion = nearestName(name, names);
      const message = `"siblings" names "${name}", which is no hunt of this folder`;
      const hint = suggestion === undefined ? {} : { suggestion };
      return { severity: 'warning', ...file.placeOf(['siblings']), length: 0, message, ...hint };
    });
}

/** See docs/scenarios.md. */
function looseExclusions(file: HuntFile, { scenarios }: Hunt): readonly Remark[] {
  return scenarios.flatMap(({ mode, where, name }, i): Remark[] => {
    const names = namesIn(where);
    if (mode !== 'exclude' || TIES.some((tie) => names.has(tie))) return [];
    const message = `"${name}" leaves devices out by words alone, and an attacker chooses the words of a command line; add a path or a hash, or write "mode: annotate"`;
    return [{ severity: 'warning', ...file.placeOf(['scenarios', i, 'mode']), length: 0, message }];
  });
}
