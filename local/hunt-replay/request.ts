/** What `npm run hunt -- replay` is asked to do. */
import { parseArgs } from 'node:util';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { parseInstant } from '../../src/time.ts';
import { readHunt, UsageError } from '../hunt-run/request.ts';

export const USAGE = `Usage: npm run hunt -- replay [hunt] --from 2026-10-01 [--to 2026-10-31T06:00Z] [--hunt-file changed.yaml] [--workspace alias] [--json]

  Decides the runs of that time again from the rows that were kept of them, and prints which cards would have been
  others, device by device. The workspace is not asked, nothing is written, nobody is told.

  hunt          name or id of the hunt; may be left out where --hunt-file says it
  --from, --to  when the first and the last of the runs began: a day (midnight UTC) or an instant with its offset;
                --to is now unless it is given
  --hunt-file   the hunt as it is to be tried: its scenarios, forgetAfter, firstRun, severity and name, and "| where"
                operators added to the end of its query. Without it each run is decided again by the hunt as it was,
                which must come to the same.
  --workspace   which workspace's runs; needed when there are several
  --json        print the differences as JSON

Exit codes: 0 replayed, whatever came of it, 1 failure, 2 bad usage.`;

export interface ReplayRequest {
  /** As it was typed. */
  readonly hunt?: string;
  readonly changed?: { readonly file: string; readonly hunt: Hunt };
  readonly from: Date;
  readonly to: Date;
  readonly workspace?: string;
  readonly json: boolean;
}

/** Undefined when the usage was all that was asked for. Lists every problem at once. */
export function readReplay(args: readonly string[], now: Date): ReplayRequest | undefined {
  const { values, positionals } = parsed(args);
  if (values.help === true) {
    console.log(USAGE);
    return undefined;
  }
  const problems: string[] = [];
  const from = instantOf('from', values.from, problems);
  const to = instantOf('to', values.to ?? now.toISOString(), problems);
  const [hunt, ...more] = positionals;
  if (values.from === undefined) problems.push('Say from when with --from, for example --from 2026-10-01.');
  if (from && to && from > to) problems.push(`--from ${from.toISOString()} lies after --to ${to.toISOString()}.`);
  if (more.length > 0) problems.push('Name one hunt.');
  const file = values['hunt-file'];
  if (hunt === undefined && file === undefined)
    problems.push('Name a hunt, or a changed file of one with --hunt-file.');
  if (!from || !to || problems.length > 0) throw new UsageError(problems.join('\n'));
  return {
    ...{ from, to, json: values.json ?? false },
    ...(hunt !== undefined && { hunt }),
    ...(file !== undefined && { changed: { file, hunt: readHunt(file) } }),
    ...(values.workspace !== undefined && { workspace: values.workspace }),
  };
}

function instantOf(option: string, text: string | undefined, problems: string[]): Date | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text);
  if (!at)
    problems.push(
      `--${option} takes a day or an instant with its offset, for example 2026-10-01 or 2026-10-01T06:00Z, not "${text}".`,
    );
  return at;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        'hunt-file': { type: 'string' },
        workspace: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
