import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedFiles } from '../../scripts/generated-files.ts';

const files = await generatedFiles();

it.each(files)('$file is what "npm run generate" makes of its sources', ({ file, text }) => {
  expect(readFileSync(file, 'utf8')).toBe(text);
});
