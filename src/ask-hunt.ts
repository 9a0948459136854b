/** Asks a workspace what a hunt asks; above the service's limits in parts, which together are one answer. */
import { setImmediate } from 'node:timers/promises';
import { UnexpectedColumnsError } from './errors.ts';
import type { PartialAnswer } from './hunt/answer.ts';
import { compareRows, type ComparisonInput } from './hunt/compare.ts';
import { keepingRows, type KeptAnswer } from './hunt/kept-rows.ts';
import { joinParts } from './hunt/join-parts.ts';
import type { HuntReport } from './hunt/report.ts';
import { KEEP_NOTHING, type Keeping } from './keep-run.ts';
import { MOST_PARTS, partOfDevices } from './kql/part-of-devices.ts';
import type { Workspace } from './services.ts';

/** The service gives 500,000 rows, but also no more than 100 MB: past this many, parts are asked for at once. */
const MANY_ROWS = 350_000;
/** What the service calls an answer that it cut off at a limit, and what we call one that is exactly as long as the limit. */
const CUT_OFF = /row-limit|E_QUERY_RESULT_SET_TOO_LARGE|RESULT_SET_TOO_LARGE|QueryResultSetTooLarge|ResponseSizeError/i;
const wasCutOff = (partial: PartialAnswer | undefined): boolean =>
  partial !== undefined && CUT_OFF.test(`${partial.code} ${partial.message}`);

/** `lastRows`: of the run before. A part that is still cut off at the finest division leaves the report marked as partial. */
export async function askHunt(
  workspace: Workspace,
  input: ComparisonInput,
  lastRows: number,
  signal: AbortSignal,
  keep: Keeping = KEEP_NOTHING,
): Promise<HuntReport> {
  for (let parts = lastRows > MANY_ROWS ? 4 : 1; ; parts *= 4) {
    const answers = await askInParts(workspace, input, parts, signal, keep);
    if (!answers) continue;
    keep.compared(
      input,
      answers.map(({ kept }) => kept),
    );
    // Putting half a million devices together is a turn of its own.
    await setImmediate();
    return joinParts(
      answers.map(({ value }) => value),
      input.baseline,
    );
  }
}

/** Undefined when a part was cut off and finer ones can be asked for. */
async function askInParts(
  workspace: Workspace,
  input: ComparisonInput,
  parts: number,
  signal: AbortSignal,
  { pack }: Keeping,
): Promise<readonly { readonly value: HuntReport; readonly kept: KeptAnswer }[] | undefined> {
  const { hunt, run, asked } = input;
  const answers: { value: HuntReport; kept: KeptAnswer }[] = [];
  for (let part = 0; part < parts; part += 1) {
    const query = parts === 1 ? asked : partOfDevices(asked, hunt.device, part, parts);
    const earlier = answers.map(({ value: before }) => before.founding);
    const read = keepingRows(compareRows({ ...input, earlier }), hunt.device, pack);
    const { value, kept } = await workspace.query(query, run.asked, signal, read);
    if ('missingColumns' in value) throw new UnexpectedColumnsError(value.missingColumns, value.columns);
    if (wasCutOff(value.partial) && parts < MOST_PARTS) return undefined;
    answers.push({ value, kept });
  }
  return answers;
}
