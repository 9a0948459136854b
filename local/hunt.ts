/** `npm run hunt -- <file>`: runs one hunt once and prints what it found. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { azureServices } from '../src/azure-services.ts';
import { describeProblem, HuntFileError, UnknownNameError } from '../src/errors.ts';
import type { Hunt } from '../src/hunt/hunt.ts';
import type { HuntReport } from '../src/hunt/report.ts';
import { planRun, requestedRunId, scopeKeyOf, type RunOrder } from '../src/hunt/run.ts';
import { readHuntFile } from '../src/hunt-files/hunt-file.ts';
import { nearest } from '../src/nearest.ts';
import { investigate, runHunt } from '../src/run-hunt.ts';
import type { Services } from '../src/services.ts';
import type { Environment } from '../src/setting-readers.ts';
import { readSettings } from '../src/settings.ts';
import { parseInstant } from '../src/time.ts';
import { startAzurite } from './azurite.ts';
import { offlineOverrides } from './offline.ts';
import { reportJson, reportText } from './report-text.ts';
import { runningIn } from './running.ts';
import { readLocalSettings } from './settings-file.ts';
import { terminalLog } from './terminal-log.ts';

const USAGE = `Usage: npm run hunt -- <hunt file> [--dry-run] [--as-of 2026-11-20T06:00Z] [--workspace alias] [--json]

  --dry-run     ask and compare, write and tell nothing
  --as-of       run the hunt as of a past instant
  --workspace   which workspace of WORKSPACES to ask; needed when there are several
  --json        print the report as JSON

Exit codes: 0 nothing new, 10 new devices, 1 failure, 2 bad usage.`;

const EXIT = { nothingNew: 0, failure: 1, usage: 2, newDevices: 10 } as const;

class UsageError extends Error {}

interface Request {
  readonly hunt: Hunt;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly asOf?: Date;
  readonly workspace?: string;
}

const say = (text: string): void => {
  console.error(text);
};

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const request = readRequest(process.argv.slice(2));
    return request ? await runWith(request) : EXIT.nothingNew;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError) && !(error instanceof UnknownNameError)) return EXIT.failure;
    say('\nnpm run hunt -- --help explains the usage.');
    return EXIT.usage;
  }
}

function readRequest(args: string[]): Request | undefined {
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
  return {
    hunt: readHunt(file),
    dryRun: values['dry-run'] ?? false,
    json: values.json ?? false,
    ...(asOf && { asOf }),
    ...(values.workspace !== undefined && { workspace: values.workspace }),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean' },
        'as-of': { type: 'string' },
        workspace: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readHunt(file: string): Hunt {
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

/** Over the storage of a running `npm start`, or over our own on the same data. */
async function runWith(request: Request): Promise<number> {
  const { env: settings } = readLocalSettings(process.env);
  const folder = settings['LOCAL_FOLDER'] ?? '.local';
  const running = runningIn(folder);
  const own = settings['AzureWebJobsStorage'] === 'UseDevelopmentStorage=true';
  const azurite = own && !running ? await startAzurite({ folder: path.join(folder, 'azurite') }) : undefined;
  const connectionString = azurite?.connectionString ?? running?.connectionString;
  const env: Environment =
    own && connectionString !== undefined ? { ...settings, AzureWebJobsStorage: connectionString } : settings;
  try {
    // The telemetry of a running program is relative to its start.
    const { overrides } = offlineOverrides(env, running ? new Date(running.epoch) : new Date());
    const { services } = azureServices(readSettings(env), terminalLog(say), overrides);
    return await run(request, services);
  } finally {
    await azurite?.stop();
  }
}

async function run({ hunt, dryRun, json, asOf, workspace }: Request, services: Services): Promise<number> {
  const now = services.now();
  const scope = { hunt: hunt.id, workspace: chosen(workspace, services) };
  const order: RunOrder = { id: requestedRunId(scope, now, 'cli'), scope, trigger: 'command-line', asOf: asOf ?? now };
  const report = await withProgress(`Asking ${scope.workspace}`, () =>
    dryRun ? dryReport(hunt, order, services) : realReport(hunt, order, services),
  );
  console.log(json ? reportJson(report) : reportText(report, dryRun));
  if (!dryRun && (await services.conversations.list()).length === 0)
    say('No Teams conversation is installed: what is new waits to be told.');
  return report.findings.length > 0 ? EXIT.newDevices : EXIT.nothingNew;
}

function chosen(name: string | undefined, { workspaces }: Services): string {
  const known = [...workspaces.keys()];
  const [only] = known;
  if (name === undefined && known.length === 1 && only !== undefined) return only;
  if (name === undefined) throw new UsageError(`Name one workspace with --workspace; known: ${known.join(', ')}.`);
  if (!workspaces.has(name)) throw new UnknownNameError('workspace', name, nearest(name, known));
  return name;
}

async function dryReport(hunt: Hunt, order: RunOrder, services: Services): Promise<HuntReport> {
  const states = await services.runs.scopes();
  const state = states.find(({ scope }) => scopeKeyOf(scope) === scopeKeyOf(order.scope));
  const run = planRun(order, hunt, services.policy.lateness);
  return (await investigate(hunt, run, state?.lastComplete, services)).report;
}

async function realReport(hunt: Hunt, order: RunOrder, services: Services): Promise<HuntReport> {
  let report: HuntReport | undefined;
  await runHunt(hunt, order, false, services, (made) => (report = made));
  if (!report) throw new Error('The run ended without a report.');
  return report;
}

/** A line that says that something is going on, for somebody who waits. */
async function withProgress<T>(what: string, act: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const show = (): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}… ${String(Math.round((Date.now() - began) / 1000))} s`);
  };
  if (!process.stderr.isTTY) say(`${what}…`);
  show();
  const timer = setInterval(show, 1_000);
  try {
    return await act();
  } finally {
    clearInterval(timer);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}
