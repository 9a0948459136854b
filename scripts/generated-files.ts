import { format } from 'prettier';
import { huntSchemaJson } from './hunt-schema.ts';
import { readFacts } from './rmm-pack/facts.ts';
import { packFiles } from './rmm-pack/hunts.ts';
import { packPage } from './rmm-pack/page.ts';

export interface GeneratedFile {
  readonly file: string;
  readonly text: string;
}

/** Every file that is made from others; `npm run generate` writes them, a test compares. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const facts = readFacts();
  return [
    { file: 'hunts/hunt.schema.json', text: await format(huntSchemaJson(), { parser: 'json', printWidth: 120 }) },
    { file: 'docs/rmm-pack.md', text: await format(packPage(facts), { parser: 'markdown', printWidth: 120 }) },
    ...packFiles(facts),
  ];
}
