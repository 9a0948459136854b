/** What `npm run hunt` is asked to do. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeProblem, HuntFileError } from '../../src/errors.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';
import { DAY, HOUR, parseInstant, parseTimespan, type Milliseconds } from '../../src/time.ts';

const USAGE = `Usage: npm run hunt -- <hunt file> [--dry-run | --explain] [--as-of 2026-11-20T06:00Z | --backfill 30d] [--workspace alias] [--json]

  replay [hunt] --from 2026-10-01 [--hunt-file changed.yaml]
                            which cards of that time would have been others, from the rows that were kept; --help says more
  explain <device> [hunt]   the story of a device, from what is stored; nothing is asked or written

  --dry-run     ask and compare, write and tell nothing
  --explain     a dry run that also judges every device by the hunt's scenarios, and shows what each would leave out
  --as-of       run the hunt as of a past instant
  --backfill    found the baseline from so much of the past, and tell nobody; for a hunt without one
  --workspace   which workspace of WORKSPACES to ask; needed when there are several
  --json        print the report as JSON

Exit codes: 0 nothing new, 10 new devices, 1 failure, 2 bad usage.`;

export const EXIT = { nothingNew: 0, failure: 1, usage: 2, newDevices: 10 } as const;

export class UsageError extends Error {}

export interface Request {
  readonly hunt: Hunt;
  readonly dryRun: boolean;
  readonly explain: boolean;
  readonly json: boolean;
  readonly asOf?: Date;
  readonly backfill?: Milliseconds;
  readonly workspace?: string;
}

export const say = (text: string): void => {
  console.error(text);
};

/** Undefined when the usage was all that was asked for. */
export function readRequest(args: string[]): Request | undefined {
  const { values, positionals } = parsed(args);
  if (values.help === true) {
    console.log(USAGE);
    return undefined;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(file === undefined ? 'Name a hunt file.' : 'Name one hunt file.');
  const asOf = values['as-of'] === undefined ? undefined : parseInstant(values['as-of']);
  if (values['as-of'] !== undefined && !asOf)
    throw new UsageError('--as-of takes an instant with its offset, for example 2026-11-20T06:00Z.');
  if (asOf && asOf > new Date())
    throw new UsageError(`--as-of lies in the future; it is now ${new Date().toISOString()}.`);
  const span = readBackfill(values.backfill);
  const explain = values.explain ?? false;
  if (span !== undefined && (asOf || explain || values['dry-run'] === true))
    throw new UsageError(
      '--backfill ends now and writes; it goes neither with --as-of nor with --dry-run or --explain.',
    );
  if (explain && values.json === true) throw new UsageError('--explain is for people; it does not go with --json.');
  return {
    hunt: readHunt(file),
    dryRun: explain || values['dry-run'] === true,
    explain,
    json: values.json ?? false,
    ...(asOf && { asOf }),
    ...(span !== undefined && { backfill: span }),
    ...(values.workspace !== undefined && { workspace: values.workspace }),
  };
}

/** Further back than any workspace keeps rows in its interactive tier by default. */
const LONGEST_BACKFILL = 365 * DAY;

function readBackfill(text: string | undefined): Milliseconds | undefined {
  if (text === undefined) return undefined;
  const span = parseTimespan(text);
  if (span === undefined || span < HOUR || span > LONGEST_BACKFILL)
    throw new UsageError('--backfill takes a length of time from 1h to 365d, for example 30d.');
  return span;
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean' },
        explain: { type: 'boolean' },
        'as-of': { type: 'string' },
        backfill: { type: 'string' },
        workspace: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function readHunt(file: string): Hunt {
  const { hunt, problems, warnings } = readHuntFile(path.basename(file), textOf(file));
  for (const warning of warnings) say(`Warning: ${describeProblem(warning)}`);
  if (!hunt) throw new HuntFileError(problems);
  return hunt;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read; name a file such as hunts/litemanager-file-signature.yaml.`, {
      cause: error,
    });
  }
}
