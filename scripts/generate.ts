/** `npm run generate`: writes every file that is made from others. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedFiles } from './generated-files.ts';

const files = await generatedFiles();
for (const { file, text } of files) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(`${String(files.length)} files written.`);
