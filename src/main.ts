/** Entry of the deployed app. Registers and does nothing else: see docs/decisions/0008. */
import { app } from '@azure/functions';
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

registerFunctions(app, azureProgram(process.env, log));
