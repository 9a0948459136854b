/** `npm run hunt -- replay`: storage only; the workspace is never asked. */
import { UnknownNameError } from '../../src/errors.ts';
import type { Hunt, HuntScope } from '../../src/hunt/hunt.ts';
import type { KeptHead } from '../../src/hunt/kept-run.ts';
import { nearest } from '../../src/nearest.ts';
import type { KeptRun, Services } from '../../src/services.ts';
import { UsageError } from '../hunt-run/request.ts';
import { KqlError } from './kept-table.ts';
import { startOf, type Unkept } from './compare-decisions.ts';
import { replay, type Replay, type ReplayInput } from './replay.ts';
import { replayJson, replayText, type Titled } from './report.ts';
import type { ReplayRequest } from './request.ts';
import { asItWas, trialOf, type Trial } from './trial.ts';

/** What storage answers; a workspace is not among it. */
export type Kept = Pick<Services, 'hunts' | 'kept' | 'runs' | 'ledger' | 'cases' | 'workspaces'>;

/** The text that is printed. */
export async function replayHunt(request: ReplayRequest, services: Kept): Promise<string> {
  const hunt = huntOf(request, services);
  const scope = { hunt: hunt.id, workspace: workspaceOf(request, services) };
  const { from, to, changed } = request;
  const first = await checkKept(scope, request, services);
  const result = await replay({
    runs: services.kept.of(scope, new Date(0), new Date(to.getTime() + 1)),
    from,
    trialOn: changed ? trying(changed.file, changed.hunt) : (_head, { facts }) => asItWas(facts.hunt),
    foundBy: foundBy(scope, services),
    unkept: unkeptRuns(scope, services),
  }).catch((error: unknown) => {
    throw error instanceof KqlError ? notKept(error, changed?.file) : error;
  });
  const titled: Titled = {
    ...{ hunt, workspace: scope.workspace, first, cases: await casesOf(result, services) },
    before: result.before ?? hunt,
    ...(changed && { changed }),
  };
  return request.json ? replayJson(result, titled) : replayText(result, titled);
}

function huntOf(
  { hunt: name, changed }: ReplayRequest,
  { hunts }: Kept,
): Pick<Hunt, 'id' | 'slug' | 'name' | 'severity'> {
  const named = name === undefined ? undefined : hunts.find(name);
  if (name !== undefined && !named) {
    const names = hunts.all().flatMap(({ slug, id }): string[] => [slug, id]);
    throw new UnknownNameError('hunt', name, nearest(name, names));
  }
  if (!changed) return named as Hunt;
  if (named && named.id !== changed.hunt.id)
    throw new UsageError(
      `${changed.file} has the id ${changed.hunt.id}, and ${named.slug} the id ${named.id}: runs are kept by it.`,
    );
  return named ?? hunts.find(changed.hunt.id) ?? changed.hunt;
}

function workspaceOf({ workspace }: ReplayRequest, { workspaces }: Kept): string {
  const known = [...workspaces.keys()];
  const [only] = known;
  if (workspace === undefined && known.length === 1 && only !== undefined) return only;
  if (workspace === undefined) throw new UsageError(`Name one workspace with --workspace; known: ${known.join(', ')}.`);
  if (!known.includes(workspace)) throw new UnknownNameError('workspace', workspace, nearest(workspace, known));
  return workspace;
}

/** The first run of which anything is kept. */
async function checkKept(scope: HuntScope, { from, to }: ReplayRequest, { kept }: Kept): Promise<KeptHead> {
  let first: KeptRun | undefined;
  let [any, last] = [false, undefined as KeptRun | undefined];
  for await (const run of kept.of(scope, new Date(0), new Date(8e15))) {
    if (!first || startOf(run) < startOf(first)) first = run;
    if (!last || startOf(run) > startOf(last)) last = run;
    any ||= startOf(run) >= from && startOf(run) <= to;
  }
  if (first && any) return first;
  throw new UsageError(
    first && last
      ? `No run from ${from.toISOString()} to ${to.toISOString()} is kept. There are runs from ${startOf(first).toISOString()} to ${startOf(last).toISOString()}.`
      : `No run of this hunt is kept in ${scope.workspace}: rows are kept of runs that complete with this version, for RETAIN_DAYS.`,
  );
}

/** What of a changed file can be tried on each run; refuses it by name, with all reasons, where something cannot. */
function trying(file: string, changed: Hunt): ReplayInput['trialOn'] {
  const known = new Map<string, Trial>();
  return ({ asOf }, { facts }) => {
    const key = JSON.stringify(facts.hunt);
    const trial = known.get(key) ?? trialOf(facts.hunt, changed);
    if ('reasons' in trial) throw new UsageError(refusal(file, asOf, trial.reasons));
    known.set(key, trial);
    return trial;
  };
}

const refusal = (file: string, asOf: Date, reasons: readonly string[]): string =>
  [
    `${file} cannot be tried on the rows that were kept of the run of ${asOf.toISOString()}:`,
    ...reasons.map((reason) => `  - ${reason}.`),
    `Ask the workspace instead: npm run hunt -- ${file} --dry-run, or --dry-run --as-of a past instant. If the hunt was changed since, begin after that with --from.`,
  ].join('\n');

const notKept = ({ message }: KqlError, file = 'The hunt'): UsageError =>
  new UsageError(
    `${file} asks for what was not kept: ${message}\nOf the answer only the hunt's device columns are there (id, name, first seen, last seen, count), of executions every column of the question. Ask the workspace instead: npm run hunt -- ${file} --dry-run.`,
  );

function foundBy(scope: HuntScope, { ledger }: Kept): ReplayInput['foundBy'] {
  return async (device) => {
    const [known] = await ledger.find(device, [scope]);
    if (!known) return [];
    const { run, state, trail } = known.device;
    const events = trail.flatMap((event) => {
      if (event.kind === 'returned') return [{ run: event.run, told: true }];
      return event.kind === 'found' ? [{ run: event.run, told: event.how === 'newly-seen' }] : [];
    });
    return [...events, { run, told: state !== 'baseline' }];
  };
}

/** Read once, and only when somebody asks: most replays need none of them. */
function unkeptRuns(scope: HuntScope, { runs, kept }: Kept): Unkept {
  const read = async () => {
    const ids = new Set<string>();
    for await (const { id } of kept.of(scope, new Date(0), new Date(8e15))) ids.add(id);
    const records = await runs.recent(scope, Number.MAX_SAFE_INTEGER);
    return records.flatMap(({ id, asOf, endedAt }) => (endedAt && !ids.has(id) ? [{ id, asOf, endedAt }] : []));
  };
  let known: ReturnType<typeof read> | undefined;
  return () => (known ??= read());
}

/** The cases of the runs that would have been told otherwise. */
async function casesOf({ differences }: Replay, { cases }: Kept): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { head } of differences) {
    const [about] = (await cases.ofRun(head.id)).filter(({ notice }) => notice.kind === 'devices-found');
    if (about) found.set(head.id, about.id);
  }
  return found;
}
