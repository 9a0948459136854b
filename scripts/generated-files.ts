import { format } from 'prettier';
import { huntSchemaJson } from './hunt-schema.ts';

export interface GeneratedFile {
  readonly file: string;
  readonly text: string;
}

/** Every file that is made from others; `npm run generate` writes them, a test compares. */
export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  return [
    { file: 'hunts/hunt.schema.json', text: await format(huntSchemaJson(), { parser: 'json', printWidth: 120 }) },
  ];
}
