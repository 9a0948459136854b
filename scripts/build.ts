/** `npm run build`: out/ holds everything that is deployed and nothing else. */
import { build, type Plugin } from 'esbuild';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const OUT = 'out';

/** teams-ai loads these for AI planners and OAuth prompts, which nobody here uses; they are two thirds of its weight. */
const UNUSED = /^(openai|gpt-tokenizer|botbuilder-dialogs|yaml|json-colorizer)(\/|$)/;
const leaveOut: Plugin = {
  name: 'leave-out-unused',
  setup(setup) {
    setup.onResolve({ filter: UNUSED }, ({ path: name, importer }) =>
      /node_modules/.test(importer) ? { path: name, namespace: 'unused' } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path: name }) => ({
      loader: 'js',
      contents: `module.exports = new Proxy({}, { get: (_, key) => key === '__esModule' ? true : class { constructor() { throw new Error(${JSON.stringify(`${name} is left out of the bundle`)}); } } });`,
    }));
  },
};

/** CommonJS packages inside an ES module still want these. */
const BANNER =
  "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fu}from'node:url';import{dirname as __dn}from'node:path';" +
  'const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);';

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: OUT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // The Teams SDK becomes a chunk of its own, read at the first card or message.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  legalComments: 'external',
  // The Functions worker provides it.
  external: ['@azure/functions-core'],
  plugins: [leaveOut],
  banner: { js: BANNER },
  metafile: true,
  logLevel: 'warning',
});
cpSync('host.json', path.join(OUT, 'host.json'));
const isDeployed = (file: string): boolean => statSync(file).isDirectory() || /\.ya?ml$/i.test(file);
cpSync('hunts', path.join(OUT, 'hunts'), {
  recursive: true,
  filter: (file) => isDeployed(file) && path.basename(file) !== 'schemas',
});
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly name: string;
  readonly version: string;
};
writeFileSync(
  path.join(OUT, 'package.json'),
  `${JSON.stringify({ name, version, type: 'module', main: 'main.mjs' }, null, 2)}\n`,
);

for (const file of Object.keys(metafile.outputs).filter((output) => output.endsWith('.mjs'))) {
  console.log(`${file.padEnd(28)} ${(statSync(file).size / 1024).toFixed(0).padStart(6)} KB`);
}
