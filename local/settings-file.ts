import { existsSync, readFileSync } from 'node:fs';
import type { Environment } from '../src/setting-readers.ts';

export interface LocalSettings {
  /** The file that was read. */
  readonly file: string;
  /** Its values, under those of the process. */
  readonly env: Environment;
}

export const SETTINGS_FILES = ['local.settings.json', 'local.settings.sample.json'] as const;

/** Reads the developer's settings, or the sample's, which work offline. The process' own variables win. */
export function readLocalSettings(processEnv: Environment): LocalSettings {
  const file = SETTINGS_FILES.find((name) => existsSync(name)) ?? SETTINGS_FILES[1];
  const values = valuesOf(file, readFileSync(file, 'utf8'));
  const own = Object.fromEntries(Object.entries(processEnv).filter(([, value]) => value !== undefined));
  return { file, env: { ...values, ...own } };
}

function valuesOf(file: string, text: string): Environment {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const values = typeof parsed === 'object' && parsed !== null && 'Values' in parsed ? parsed.Values : undefined;
  if (typeof values !== 'object' || values === null) throw new Error(`${file} has no "Values": { "NAME": "text", … }.`);
  const wrong = Object.entries(values)
    .filter(([, value]) => typeof value !== 'string')
    .map(([name]) => name);
  if (wrong.length > 0) throw new Error(`${file}: the values of ${wrong.join(', ')} must be texts.`);
  return values as Environment;
}
