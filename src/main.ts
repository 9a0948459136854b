/** Entry of the deployed app. Registers and does nothing else: see docs/decisions/0008. */
import { app } from '@azure/functions';
import { fileURLToPath } from 'node:url';
import { azureProgram } from './azure-program.ts';
import { registerFunctions } from './functions/register.ts';
import { jsonLog } from './log.ts';

/* The one place that may write to the console: Azure ships it to Application Insights with its level. */
/* eslint-disable no-console */
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
const hunts = fileURLToPath(new URL('hunts', import.meta.url));
registerFunctions(app, azureProgram({ HUNTS_FOLDER: hunts, ...process.env }, log));
