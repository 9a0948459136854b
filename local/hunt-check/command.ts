import { parseArgs } from 'node:util';
import { nearest } from '../../src/nearest.ts';
import { EXIT, UsageError, withUsage, type Terminal } from '../command.ts';
import { huntsBeside, readHuntPaths } from '../hunt-paths.ts';
import { DIALECTS, type Dialect } from '../schemas/device-tables.ts';
import { checkHunt } from './check.ts';
import { remarksText, summary } from './report.ts';

const USAGE = `Usage: npm run hunt:check [-- <hunt files or folders>] [--dialect log-analytics|advanced-hunting]

  Says of hunt files what a colleague would say before they run: of the file itself, the query against the tables in
  hunts/schemas/, the columns of its answer, how far back it looks, and the rows of its tests. Without a file it checks
  the folder hunts/.

  --dialect     where the query is meant to run; log-analytics, which Firstsight asks, unless it is said

Exit codes: 0 no errors, 1 errors, 2 bad usage.`;

/** `npm run hunt:check` */
export function huntCheck(args: readonly string[], terminal: Terminal): number {
  return withUsage('hunt:check', terminal, () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { dialect: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help !== true) return check(positionals, dialectOf(values.dialect), terminal);
    terminal.out(USAGE);
    return EXIT.ok;
  });
}

function check(paths: readonly string[], dialect: Dialect, { out }: Terminal): number {
  const files = readHuntPaths(paths.length > 0 ? paths : ['hunts']);
  const checked = files.map(({ file, text }) => ({
    file,
    text,
    remarks: checkHunt(file, text, dialect, huntsBeside(file)),
  }));
  for (const { file, text, remarks } of checked) if (remarks.length > 0) out(remarksText(file, text, remarks));
  const remarks = checked.flatMap((file) => file.remarks);
  out(`${summary(checked.length, remarks)}.`);
  return remarks.some(({ severity }) => severity === 'error') ? EXIT.failure : EXIT.ok;
}

function dialectOf(name = 'log-analytics'): Dialect {
  const dialect = DIALECTS.find((known) => known === name);
  if (dialect) return dialect;
  const hint = nearest(name, DIALECTS);
  throw new UsageError(`There is no dialect "${name}"${hint === undefined ? '' : `; did you mean "${hint}"?`}`);
}
