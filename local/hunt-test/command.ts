import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EXIT, withUsage, type Terminal } from '../command.ts';
import { readHuntPaths } from '../hunt-paths.ts';
import { testHunt } from './outcome.ts';
import { isGood, outcomesSummary, outcomeText } from './report.ts';
import { watchHunts } from './watch.ts';

const USAGE = `Usage: npm run hunt:test [-- <hunt files or folders>] [--watch]

  Runs the tests that hunt files have, their own query over their own rows, on the offline engine. A hunt needs one test
  that finds a device and one that finds none. Without a file it tests the folder hunts/.

  --watch, -w   stay, and test each file again when it is saved

Exit codes: 0 all pass, 1 some fail, 2 bad usage.`;

/** Something that keeps a command running until it is ended. */
export type StopWatching = () => void;

/** `npm run hunt:test`. With `--watch` it goes on; `watching` gets what ends it. */
export function huntTest(args: readonly string[], terminal: Terminal, watching?: (stop: StopWatching) => void): number {
  return withUsage('hunt:test', terminal, () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { watch: { type: 'boolean', short: 'w' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      terminal.out(USAGE);
      return EXIT.ok;
    }
    const paths = positionals.length > 0 ? positionals : ['hunts'];
    const code = test(paths, terminal);
    if (values.watch !== true) return code;
    terminal.out(`Waiting for changes in ${paths.join(', ')}; Ctrl-C ends.`);
    const stop = watchHunts(paths, (files) => {
      const there = files.filter((file) => existsSync(file));
      if (there.length > 0) test(there, terminal);
    });
    watching?.(stop);
    return EXIT.ok;
  });
}

function test(paths: readonly string[], { out }: Terminal): number {
  const outcomes = readHuntPaths(paths).map(({ file, text }) => {
    const outcome = testHunt(file, text);
    out(outcomeText(file, outcome));
    return outcome;
  });
  out(outcomesSummary(outcomes));
  return outcomes.every(isGood) ? EXIT.ok : EXIT.failure;
}
