import type { BuildOptions, Plugin } from 'esbuild';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';

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

/**
 * `import` of one of Node's own modules reads every export of it, and some of those load a tenth of a second's worth of
 * others: `http` alone brings all of fetch. `require` reads what is used.
 */
const builtinsByName: Plugin = {
  name: 'builtins-by-name',
  setup(setup) {
    setup.onResolve({ filter: /^[a-z:/_0-9]+$/ }, ({ path: name, kind, namespace }) =>
      isBuiltin(name) && kind === 'import-statement' && namespace !== 'builtin'
        ? { path: name, namespace: 'builtin' }
        : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path: name }) => ({
      loader: 'js',
      contents: `module.exports = require(${JSON.stringify(name)});`,
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
  inject: [fileURLToPath(new URL('no-form-data.js', import.meta.url))],
  plugins: [leaveOut, builtinsByName],
  banner: { js: BANNER },
  logLevel: 'warning',
} as const satisfies BuildOptions;
