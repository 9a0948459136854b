/** `npm run hunt:check` */
import { TERMINAL } from './command.ts';
import { huntCheck } from './hunt-check/command.ts';

process.exitCode = huntCheck(process.argv.slice(2), TERMINAL);
