import type { BuildOptions, Plugin } from 'esbuild';

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

/** How TypeScript and packages become the deployed files; the empty app of the bench is made in the same way. */
export const BUNDLING = {
  bundle: true,
  // What is imported where it is needed becomes a chunk of its own, read when it is needed.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  // The Functions worker provides it.
  external: ['@azure/functions-core'],
  plugins: [leaveOut],
  banner: { js: BANNER },
  logLevel: 'warning',
} as const satisfies BuildOptions;
