/** What was learned about devices, with the scenarios of a changed hunt: their conditions run on the rows that were kept. */
import type { AnswerColumn, Cell } from '../../src/hunt/answer.ts';
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import type { KeptEvidence, KeptHunt } from '../../src/hunt/kept-run.ts';
import type { Learned } from '../../src/hunt/learned.ts';
import { executionsIn, readEvidence } from '../../src/hunt/read-evidence.ts';
import type { Scenario } from '../../src/hunt/hunt-questions.ts';
import { matchColumn } from '../../src/kql/evidence-query.ts';
import { kqlTexts } from '../../src/kql/literal.ts';
import { rowFilter, type RowFilter } from './kept-table.ts';

/** Remembers what it has compiled: thirty runs have the same columns. */
export function judgeAgain() {
  const compiled = new Map<string, RowFilter>();
  const filterOf = (where: string, columns: readonly AnswerColumn[], lists: string): RowFilter => {
    const head = NAMES_A_LIST.test(where) ? lists : '';
    const key = JSON.stringify([where, columns, head]);
    const filter = compiled.get(key) ?? rowFilter(`| where (\n${where}\n)`, columns, head);
    compiled.set(key, filter);
    return filter;
  };
  return (
    kept: Iterable<KeptEvidence>,
    before: Pick<KeptHunt, 'scenarios'>,
    scenarios: readonly Scenario[],
    asOf: Date,
  ): ReadonlyMap<DeviceKey, Learned> => {
    const learned = new Map<DeviceKey, Learned>();
    const whole = [...kept];
    const lists = listsOf(whole);
    for (const [, group] of Map.groupBy(whole, ({ executions }) => JSON.stringify(executions?.columns ?? []))) {
      const columns = group[0]?.executions?.columns ?? [];
      const rows = group.flatMap(({ executions }) => executions?.rows ?? []);
      const matches = scenarios.map((scenario) =>
        matchesOf(scenario, before.scenarios, columns, rows, asOf, (where) => filterOf(where, columns, lists)),
      );
      const answer = {
        columns: [...withoutMatches(columns), ...scenarios.map((_one, i) => ({ name: matchColumn(i), type: 'bool' }))],
        rows: rows.map((row, place): Cell[] => [
          ...withoutMatches(columns, row),
          ...matches.map((matching) => matching.has(place)),
        ]),
      };
      const evidenceOf = readEvidence(rows.length === 0 ? {} : { executions: { state: 'answered', answer } }, {
        scenarios,
        matchColumn,
        asOf,
      });
      for (const one of group) {
        const { executions } = evidenceOf(one.device);
        const { files, peers, gaps } = one.evidence;
        learned.set(one.device, {
          evidence: {
            ...{ files, peers, executions, arrivals: [] },
            counts: { files: files.length, executions: executionsIn(executions), peers: peers.length },
            gaps: one.tooMany ? [...gaps, { part: 'executions', code: 'not-kept' }] : gaps,
          },
          telemetry: one.telemetry,
        });
      }
    }
    return learned;
  };
}

/** What a question about devices may name: the devices it is about, and the files that were found on them. */
const NAMES_A_LIST = /\b(?:Devices|Files)\b/;
function listsOf(kept: readonly KeptEvidence[]): string {
  const files = new Set(kept.flatMap(({ evidence }) => evidence.files.map(({ sha1 }) => sha1)));
  const place = (columns: readonly AnswerColumn[]): number => columns.findIndex(({ name }) => name === 'DeviceId');
  const devices = new Set(
    kept.flatMap(({ executions }) =>
      (executions?.rows ?? []).map((row) => String(row[place(executions?.columns ?? [])] ?? '')),
    ),
  );
  files.delete('');
  return `let Devices = ${kqlTexts([...devices])};\nlet Files = ${kqlTexts([...files])};\n`;
}

/** The rows that a scenario matches: as the workspace said, where it was asked the same, and else by our own engine. */
function matchesOf(
  { where }: Scenario,
  before: readonly Scenario[],
  columns: readonly AnswerColumn[],
  rows: readonly (readonly Cell[])[],
  asOf: Date,
  filterOf: (where: string) => RowFilter,
): ReadonlySet<number> {
  const asked = before.findIndex((scenario) => scenario.where.trim() === where.trim());
  const place = columns.findIndex(({ name }) => asked >= 0 && name === matchColumn(asked));
  if (place < 0) return rows.length === 0 ? new Set() : filterOf(where)(rows, asOf);
  return new Set(rows.flatMap((row, i) => (row[place] === true || row[place] === 1 ? [i] : [])));
}

const OURS = /^Firstsight_/;
function withoutMatches(columns: readonly AnswerColumn[]): readonly AnswerColumn[];
function withoutMatches(columns: readonly AnswerColumn[], row: readonly Cell[]): readonly Cell[];
function withoutMatches(columns: readonly AnswerColumn[], row?: readonly Cell[]): readonly (AnswerColumn | Cell)[] {
  return (row ?? columns).filter((_one: AnswerColumn | Cell, i: number) => !OURS.test(columns[i]?.name ?? ''));
}
