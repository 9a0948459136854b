/**
 * `npm run deploy:parameters -- <file>`: infra/main.parameters.json with the variables of the environment put in, for
 * `az deployment sub what-if` and whoever deploys without azd. It may hold secrets: only its owner can read the file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolveParameters } from './bicep/parameters.ts';

const file = process.argv[2];
if (file === undefined) {
  console.error('npm run deploy:parameters -- <file to write>');
  process.exit(2);
}
try {
  const resolved = resolveParameters(readFileSync('infra/main.parameters.json', 'utf8'), process.env);
  writeFileSync(file, `${JSON.stringify(resolved, null, 2)}\n`, { mode: 0o600 });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
