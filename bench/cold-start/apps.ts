import { build } from 'esbuild';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { BUNDLING } from '../../scripts/bundling.ts';

/** An app with one function that does nothing, bundled as ours is: what `@azure/functions` itself costs. */
export async function emptyApp(folder: string): Promise<string> {
  const contents = "import { app } from '@azure/functions'; app.http('empty', { handler: () => ({ status: 200 }) });";
  const outfile = path.join(folder, 'empty/main.mjs');
  await build({ ...BUNDLING, splitting: false, stdin: { contents, resolveDir: '.' }, outfile });
  return outfile;
}

/** Ours as it would be deployed without a bundler: a JavaScript file for each of TypeScript, beside node_modules. */
export function unbundledApp(folder: string): string {
  const out = path.join(folder, 'unbundled');
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const { outputText } = ts.transpileModule(readFileSync(path.join('src', file), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2024,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    const target = path.join(out, 'src', file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  writeFileSync(path.join(out, 'package.json'), '{"type":"module"}');
  symlinkSync(path.resolve('node_modules'), path.join(out, 'node_modules'));
  return path.join(out, 'src/main.js');
}

/** The driver of one life, compiled beforehand: its own loading should cost next to nothing. */
export async function driver(folder: string): Promise<string> {
  await build({
    ...BUNDLING,
    entryPoints: ['bench/cold-start/child.ts'],
    outdir: path.join(folder, 'driver'),
    outExtension: { '.js': '.mjs' },
  });
  return path.join(folder, 'driver/child.mjs');
}
