/** `npm run hunt -- <file>`: runs one hunt once and prints what it found. */
import path from 'node:path';
import { azureServices } from '../src/azure-services.ts';
import { backfill } from '../src/backfill.ts';
import { UnknownNameError } from '../src/errors.ts';
import type { Hunt } from '../src/hunt/hunt.ts';
import type { HuntReport } from '../src/hunt/report.ts';
import { planRun, requestedRunId, scopeKeyOf, type RunOrder } from '../src/hunt/run.ts';
import { nearest } from '../src/nearest.ts';
import { previewScenarios } from '../src/preview.ts';
import { investigate, runHunt } from '../src/run-hunt.ts';
import type { Services } from '../src/services.ts';
import type { Environment } from '../src/setting-readers.ts';
import { readSettings } from '../src/settings.ts';
import { startAzurite } from './azurite.ts';
import { explainDevice, readExplain } from './hunt-explain.ts';
import { replayHunt } from './hunt-replay/command.ts';
import { readReplay } from './hunt-replay/request.ts';
import { explainText } from './explain-text.ts';
import { withProgress } from './hunt-run/progress.ts';
import { EXIT, readRequest, say, UsageError, type Request } from './hunt-run/request.ts';
import { offlineOverrides } from './offline.ts';
import { reportJson, reportText } from './report-text.ts';
import { runningIn } from './running.ts';
import { readLocalSettings } from './settings-file.ts';
import { terminalLog } from './terminal-log.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const [verb, ...rest] = process.argv.slice(2);
    if (verb === 'explain') {
      const explain = readExplain(rest);
      if (!explain) return EXIT.nothingNew;
      return await withServices((services) => explainDevice(explain, services));
    }
    if (verb === 'replay') {
      const replay = readReplay(rest, new Date());
      if (!replay) return EXIT.nothingNew;
      return await withServices(async (services) => {
        console.log(await withProgress('Replaying', () => replayHunt(replay, services)));
        return EXIT.nothingNew;
      });
    }
    const request = readRequest(process.argv.slice(2));
    return request ? await withServices((services) => run(request, services)) : EXIT.nothingNew;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    if (!(error instanceof UsageError) && !(error instanceof UnknownNameError)) return EXIT.failure;
    say('\nnpm run hunt -- --help explains the usage.');
    return EXIT.usage;
  }
}

/** Over the storage of a running `npm start`, or over our own on the same data. */
async function withServices(act: (services: Services) => Promise<number>): Promise<number> {
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
    const { services } = await azureServices(readSettings(env), terminalLog(say), overrides);
    return await act(services);
  } finally {
    await azurite?.stop();
  }
}

async function run(
  { hunt, dryRun, explain, json, asOf, backfill: span, workspace }: Request,
  services: Services,
): Promise<number> {
  const now = services.now();
  const scope = { hunt: hunt.id, workspace: chosen(workspace, services) };
  const order: RunOrder = { id: requestedRunId(scope, now, 'cli'), scope, trigger: 'command-line', asOf: asOf ?? now };
  const report = await withProgress(`Asking ${scope.workspace}`, () => {
    if (span !== undefined) return backfill(hunt, { ...order, trigger: 'backfill' }, span, services, tellProgress);
    return dryRun ? dryReport(hunt, order, services) : realReport(hunt, order, services);
  });
  console.log(json ? reportJson(report) : reportText(report, dryRun));
  if (explain) console.log(`\n${explainText(await previewScenarios(report, services))}`);
  if (!dryRun && span === undefined && (await services.conversations.list()).length === 0)
    say('No Teams conversation is installed: what is new waits to be told.');
  return report.findings.length > 0 ? EXIT.newDevices : EXIT.nothingNew;
}

function tellProgress(done: number, all: number): void {
  say(`${String(done)} of ${String(all)} windows`);
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
  return (await investigate(hunt, run, state, services)).report;
}

async function realReport(hunt: Hunt, order: RunOrder, services: Services): Promise<HuntReport> {
  let report: HuntReport | undefined;
  await runHunt(hunt, order, false, services, (made) => (report = made));
  if (!report) throw new Error('The run ended without a report.');
  return report;
}
