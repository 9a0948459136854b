/** `npm run hunt:new` */
import { TERMINAL } from './command.ts';
import { huntNew } from './hunt-new/command.ts';

process.exitCode = huntNew(process.argv.slice(2), TERMINAL);
