import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from '../../local/command.ts';

/** A terminal that keeps what is written to it, without colours. */
export function keepingTerminal(): Terminal & { readonly text: () => string } {
  const lines: string[] = [];
  const keep = (text: string): void => void lines.push(stripVTControlCharacters(text));
  return { out: keep, err: keep, text: () => lines.join('\n') };
}
