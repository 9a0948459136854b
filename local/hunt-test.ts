/** `npm run hunt:test` */
import { TERMINAL } from './command.ts';
import { huntTest } from './hunt-test/command.ts';

process.exitCode = huntTest(process.argv.slice(2), TERMINAL);
