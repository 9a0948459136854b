/** `npm run package`: out/ as a zip to deploy, the same bytes for the same content whenever and wherever it is made. */
import { zipSync, type Zippable } from 'fflate';
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'firstsight.zip' } } });
if (!existsSync('out/main.mjs')) {
  console.error('There is no out/main.mjs; npm run build makes it.');
  process.exit(1);
}

// Zip has local times without a zone: this one reads the same everywhere.
const mtime = new Date(2000, 0, 1);
const files = readdirSync('out', { recursive: true, encoding: 'utf8' })
  .filter((file) => statSync(path.join('out', file)).isFile())
  .map((file) => file.split(path.sep).join('/'))
  .sort();
const content: Zippable = Object.fromEntries(files.map((file) => [file, readFileSync(path.join('out', file))]));
const zip = zipSync(content, { mtime, level: 9, os: 3, attrs: 0o644 << 16 });
writeFileSync(values.out, zip);
console.log(
  `${values.out}: ${String(files.length)} files, ${(zip.length / 1e6).toFixed(2)} MB, sha256 ${hash('sha256', zip, 'hex')}`,
);
