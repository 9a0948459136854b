import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { slugOf } from '../src/hunt-files/slug.ts';
import { UsageError } from './command.ts';

export interface HuntText {
  /** As somebody at this terminal would name it. */
  readonly file: string;
  readonly text: string;
}

/** The hunt files that somebody names: files, and all below folders but those that start with `_` or `.`. */
export function readHuntPaths(paths: readonly string[]): readonly HuntText[] {
  const files = paths.flatMap(filesOf);
  if (files.length === 0) throw new UsageError(`There is no hunt file in ${paths.join(', ')}.`);
  return files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

function filesOf(given: string): readonly string[] {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`${given} is not there; name a file such as hunts/litemanager-file-signature.yaml.`);
  if (!stat.isDirectory()) return [given];
  return readdirSync(given, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/i.test(name) && !/(?:^|[\\/])[._]/.test(name))
    .sort()
    .map((name) => path.join(given, name));
}

/** The names of the hunts in the folder of a file, its own included. */
export const huntsBeside = (file: string): readonly string[] =>
  readdirSync(path.dirname(file))
    .filter((name) => /^[^._].*\.ya?ml$/i.test(name))
    .map(slugOf);
