import { azureServices, type AzureOverrides } from './azure-services.ts';
import { onMessage } from './functions/on-message.ts';
import { problemResponse } from './functions/problem-response.ts';
import type { Program } from './functions/program.ts';
import { describeProblem } from './errors.ts';
import { errorFields, type Log } from './log.ts';
import type { Environment } from './setting-readers.ts';
import { readSettings } from './settings.ts';

type Wired = ReturnType<typeof azureServices>;

/** The program over Azure's services, made at the first invocation that needs it and kept for the next. */
export function azureProgram(env: Environment, log: Log, overrides: AzureOverrides = {}): Program {
  let wired: Wired | undefined;
  const wire = (): Wired => (wired ??= connect(env, log, overrides));
  return {
    services: () =>
      new Promise((resolve) => {
        resolve(wire().services);
      }),
    board: () =>
      new Promise((resolve) => {
        resolve(wire().board);
      }),
    messages: async (request) => {
      try {
        const { loadBot } = wire();
        // Without a bot nobody should find out that there is an endpoint.
        return loadBot ? await onMessage(request, loadBot, log) : { status: 404 };
      } catch (error) {
        log.error('bot.failed', errorFields(error));
        // Strangers call this address: a status is all they get.
        return { status: problemResponse(error).status ?? 500 };
      }
    },
  };
}

function connect(env: Environment, log: Log, overrides: AzureOverrides): Wired {
  const wired = azureServices(readSettings(env), log, overrides);
  const { hunts } = wired.services;
  for (const problem of hunts.problems()) log.error('hunt-file.invalid', { problem: describeProblem(problem) });
  for (const warning of hunts.warnings()) log.warn('hunt-file.repaired', { warning: describeProblem(warning) });
  return wired;
}
