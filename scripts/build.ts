/** `npm run build`: out/ holds everything that is deployed and nothing else; it can be zipped as it is. */
import { build } from 'esbuild';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readHuntFile } from '../src/hunt-files/hunt-file.ts';
import { huntTexts } from '../src/hunt-files/hunt-texts.ts';
import { PREPARED, prepare } from '../src/hunt-files/prepared-hunts.ts';
import { BUNDLING } from './bundling.ts';
import { packagesOf, thirdPartyNotices } from './licenses.ts';

const OUT = 'out';

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  ...BUNDLING,
  entryPoints: ['src/main.ts'],
  outdir: OUT,
  outExtension: { '.js': '.mjs' },
  metafile: true,
});

cpSync('host.json', path.join(OUT, 'host.json'));
cpSync('LICENSE', path.join(OUT, 'LICENSE'));
const bundled = packagesOf(Object.keys(metafile.inputs));
writeFileSync(path.join(OUT, 'THIRD-PARTY-LICENSES.txt'), thirdPartyNotices(bundled));

const isDeployed = (file: string): boolean => statSync(file).isDirectory() || /\.ya?ml$/i.test(file);
cpSync('hunts', path.join(OUT, 'hunts'), {
  recursive: true,
  filter: (file) => isDeployed(file) && path.basename(file) !== 'schemas',
});
const { texts } = huntTexts('hunts', '**');
writeFileSync(path.join(OUT, 'hunts', PREPARED), prepare(texts, readHuntFile));

const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;
writeFileSync(
  path.join(OUT, 'package.json'),
  `${JSON.stringify({ name, version, license, type: 'module', main: 'main.mjs' }, null, 2)}\n`,
);

for (const [file, { bytes }] of Object.entries(metafile.outputs).filter(([output]) => output.endsWith('.mjs')))
  console.log(`${file.padEnd(40)} ${(bytes / 1024).toFixed(0).padStart(6)} KB`);
