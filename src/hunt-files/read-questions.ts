import { EVIDENCE_KINDS, type EvidenceKind } from '../hunt/evidence-kinds.ts';
import { SCENARIO_MODES, type HuntQuestions, type Scenario } from '../hunt/hunt-questions.ts';
import { isClosedExpression, namesIn } from '../kql/names.ts';
import { nearest } from '../nearest.ts';
import type { Fields } from './fields.ts';
import { SCENARIO_FIELDS } from './hunt-schema.ts';

/** A card names each of them; more stories than this nobody compares. */
const MOST_SCENARIOS = 20;

/** Reads what a hunt asks beyond its query; what is wrong is noted at its place. */
export function readQuestions(fields: Fields, query: string): HuntQuestions {
  const evidence = fields.map('evidence', EVIDENCE_KINDS) as ReadonlyMap<EvidenceKind, string>;
  const scenarios = readScenarios(fields);
  const needsRows = scenarios.length > 0 && !evidence.has('executions');
  if (needsRows)
    fields.problem('scenarios', 'are judged on executions: "evidence" needs the query "executions" besides them');
  for (const kind of evidence.keys()) {
    if (kind !== 'files' && !evidence.has('files') && namesIn(evidence.get(kind) ?? '').has('Files'))
      fields.problemIn(['evidence', kind], 'names Files, which is what "evidence.files" finds; that query is missing');
  }
  return {
    evidence: Object.fromEntries(evidence),
    scenarios,
    siblings: readSiblings(fields),
    tables: readTables(fields, query),
  };
}

function readScenarios(fields: Fields): readonly Scenario[] {
  const value = fields.value('scenarios');
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    fields.problem('scenarios', '"scenarios" must be a list');
    return [];
  }
  if (value.length > MOST_SCENARIOS)
    fields.problem('scenarios', `has ${String(value.length)} scenarios; ${String(MOST_SCENARIOS)} are the most`);
  const scenarios = value.flatMap((item: unknown, i) => readScenario(fields, item, i) ?? []);
  for (const [i, { name }] of scenarios.entries()) {
    if (scenarios.findIndex((other) => other.name === name) < i)
      fields.problemIn(['scenarios', i, 'name'], `names the scenario "${name}" a second time; counts are kept by name`);
  }
  return scenarios;
}

function readScenario(fields: Fields, item: unknown, i: number): Scenario | undefined {
  const problem = (part: readonly string[], message: string, suggestion?: string): void => {
    fields.problemIn(['scenarios', i, ...part], message, suggestion);
  };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    problem([], 'is no scenario with "name" and "where"');
    return undefined;
  }
  const given = item as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) {
    if (!SCENARIO_FIELDS.includes(name))
      problem(
        [name],
        `"${name}" is no part of a scenario; known: ${SCENARIO_FIELDS.join(', ')}`,
        nearest(name, SCENARIO_FIELDS),
      );
  }
  const text = (name: string): string => {
    const value = given[name] ?? '';
    if (typeof value !== 'string') problem([name], `"scenarios.${name}" must be a text`);
    return typeof value === 'string' ? value.trim() : '';
  };
  const [name, where, description] = [text('name'), text('where'), text('description')];
  const wanted = text('mode') || 'annotate';
  const mode = SCENARIO_MODES.find((known) => known === wanted);
  if (mode === undefined)
    problem(['mode'], `"mode" is one of ${SCENARIO_MODES.join(', ')}`, nearest(wanted, SCENARIO_MODES));
  if (name === '') problem(['name'], 'needs a "name"');
  if (where === '') problem(['where'], 'needs a "where": which executions it explains, as KQL');
  else if (!isClosedExpression(where))
    problem(
      ['where'],
      'must be one condition, such as "FileName =~ \'x.exe\'": without "|" and ";", and with every bracket closed',
    );
  return { name: name.slice(0, 100), where, description, mode: mode ?? 'annotate' };
}

function readSiblings(fields: Fields): readonly string[] {
  const siblings = fields.texts('siblings').filter((name) => name !== '');
  if (siblings.length > 5) fields.problem('siblings', 'names more than five hunts; they are for one tool');
  return siblings.map((name) => name.toLowerCase());
}

/** Sentinel's authors name tables that a query does not read, and products (`SecurityAlert (MDATP)`). */
function readTables(fields: Fields, query: string): readonly string[] {
  const connectors = fields.value('requiredDataConnectors');
  const named = Array.isArray(connectors) ? connectors.flatMap(dataTypesOf) : [];
  const read = namesIn(query);
  return [...new Set(named)].filter((name) => read.has(name)).slice(0, 10);
}

function dataTypesOf(connector: unknown): readonly string[] {
  if (typeof connector !== 'object' || connector === null || !('dataTypes' in connector)) return [];
  const types: unknown = connector.dataTypes;
  return Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [];
}
