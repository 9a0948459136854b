import { azureServices, type AzureOverrides, type Wired } from './azure-services.ts';
import { handlersOf, type Handlers } from './functions/handlers.ts';
import { onMessage } from './functions/on-message.ts';
import type { Program } from './functions/program.ts';
import { describeProblem } from './errors.ts';
import { errorFields, type Log } from './log.ts';
import type { Environment } from './setting-readers.ts';
import { onFirstUse } from './on-first-use.ts';
import { readSettings } from './settings.ts';

/** What the functions do over Azure's services. */
export const azureHandlers = (env: Environment, log: Log, overrides: AzureOverrides = {}): Handlers =>
  handlersOf(azureProgram(env, log, overrides));

/** The program over Azure's services, made at the first invocation that needs it and kept for the next. */
function azureProgram(env: Environment, log: Log, overrides: AzureOverrides): Program {
  const wire = onFirstUse(() => connect(env, log, overrides));
  return {
    services: async () => (await wire()).services,
    board: async () => (await wire()).board,
    messages: async (request) => {
      try {
        const { loadBot } = await wire();
        // Without a bot nobody should find out that there is an endpoint.
        return loadBot ? await onMessage(request, loadBot, log) : { status: 404 };
      } catch (error) {
        log.error('bot.failed', errorFields(error));
        // Strangers call this address: a status is all they get.
        return { status: 503 };
      }
    },
  };
}

async function connect(env: Environment, log: Log, overrides: AzureOverrides): Promise<Wired> {
  const wired = await azureServices(readSettings(env), log, overrides);
  const { hunts } = wired.services;
  for (const problem of hunts.problems()) log.error('hunt-file.invalid', { problem: describeProblem(problem) });
  for (const warning of hunts.warnings()) log.warn('hunt-file.repaired', { warning: describeProblem(warning) });
  return wired;
}
