/** Entry of the deployed app. Registers and does nothing else: see docs/decisions/0008. */
import { app } from '@azure/functions';
import { fileURLToPath } from 'node:url';
import type { Handlers } from './functions/handlers.ts';
import { registerFunctions } from './functions/register.ts';
import { jsonLog } from './log.ts';
import { redactConsole, redactorFor } from './redact.ts';

/* The one place that may write to the console: Azure ships it to Application Insights with its level. */
/* eslint-disable no-console */
const redact = redactorFor(process.env);
redactConsole(console, redact);
const log = jsonLog({
  info: (line) => {
    console.info(line);
  },
  warn: (line) => {
    console.warn(line);
  },
  error: (line) => {
    console.error(line);
  },
});
/* eslint-enable no-console */

// The hunts are deployed beside this file, wherever the host starts the process.
process.env['HUNTS_FOLDER'] ??= fileURLToPath(new URL('hunts', import.meta.url));

let handlers: Promise<Handlers> | undefined;
/* A chunk of its own in the bundle: the host waits for the registrations, and nobody for the rest. */
const load = (): Promise<Handlers> =>
  (handlers ??= import('./azure-program.ts').then(({ azureHandlers }) => azureHandlers(process.env, log)));
registerFunctions(app, load, { log, redact });
