import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { slugOf } from '../../src/hunt-files/slug.ts';
import { EXIT, UsageError, withUsage, type Terminal } from '../command.ts';
import { HUNTABLE, scaffold } from './scaffold.ts';

const USAGE = `Usage: npm run hunt:new -- "<name of the hunt>" [--table DeviceProcessEvents] [--folder hunts]

  Writes a hunt file with a new id, a query, a device mapping and two tests, all of which work as they are.

  --table       what it asks: ${HUNTABLE.join(', ')}
  --folder      where it is written; the files of hunts/ itself run unless the setting HUNTS says otherwise

Exit codes: 0 written, 2 bad usage.`;

/** Where the schema that editors use stands, from wherever the command is called: beside the hunts. */
const SCHEMA = 'hunts/hunt.schema.json';

/** `npm run hunt:new` */
export function huntNew(args: readonly string[], terminal: Terminal): number {
  return withUsage('hunt:new', terminal, () => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        table: { type: 'string', default: 'DeviceProcessEvents' },
        folder: { type: 'string', default: 'hunts' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      terminal.out(USAGE);
      return EXIT.ok;
    }
    const file = write(positionals.join(' ').trim(), values.table, values.folder);
    terminal.out(`${file} is written. Change its query and its tests, and then

  npm run hunt:check -- ${file}
  npm run hunt:test -- ${file} --watch
  npm run hunt -- ${file} --dry-run`);
    return EXIT.ok;
  });
}

function write(name: string, table: string, folder: string): string {
  const slug = slugOf(name);
  if (slug === '') throw new UsageError('Name the hunt, for example "AnyDesk connections".');
  const file = path.join(folder, `${slug}.yaml`);
  const schema = path.relative(folder, SCHEMA).replaceAll(path.sep, '/');
  const text = scaffold({ id: randomUUID(), name, table, schema });
  if (existsSync(file)) throw new UsageError(`${file} is there already; give the hunt another name.`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  return file;
}
