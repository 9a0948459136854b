/** Everything that can be said of a folder of Bicep without Azure and without its compiler. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readBicep, type BicepFile, type Problem } from './file.ts';
import { checkModules } from './modules.ts';
import { checkParameters } from './parameters.ts';
import { checkResources, type Schemas } from './resources.ts';
import type { ResourceSchema } from './schema.ts';
import { checkSymbols } from './symbols.ts';

/** Path → text; `main.bicep`, its modules and its parameter file. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(folder: string): Sources {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => /\.bicep$|\.parameters\.json$/.test(file));
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

export function readSchemas(folder: string): Schemas {
  const schemas = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as ResourceSchema);
  return new Map(schemas.map((schema) => [schema.resource, schema]));
}

export async function readFiles(sources: Sources): Promise<ReadonlyMap<string, BicepFile>> {
  const files = new Map<string, BicepFile>();
  for (const [file, text] of sources) if (file.endsWith('.bicep')) files.set(file, await readBicep(file, text));
  for (const file of files.values())
    for (const [name, { of = '' }] of file.modules) {
      const target = files.get(path.posix.join(path.posix.dirname(file.path), of));
      if (target) file.imports.set(name, target);
    }
  return files;
}

export async function checkInfra(sources: Sources, schemas: Schemas): Promise<readonly Problem[]> {
  const files = await readFiles(sources);
  const problems: Problem[] = [];
  for (const file of files.values()) {
    // What does not parse garbles everything after it.
    if (file.problems.length === 0) {
      checkSymbols(file);
      checkResources(file, schemas);
      checkModules(file);
    }
    problems.push(...file.problems);
  }
  for (const [file, text] of sources) {
    const main = files.get(file.replace(/\.parameters\.json$/, '.bicep'));
    if (file.endsWith('.parameters.json') && main) problems.push(...checkParameters(file, text, main));
  }
  return problems;
}
