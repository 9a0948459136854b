import { LineCounter, parseDocument, type Document, type YAMLParseError } from 'yaml';
import type { HuntFileProblem } from '../errors.ts';

/** A file's text as YAML, or what is wrong with it; `warnings` names what was repaired. */
export interface ParsedText {
  readonly document?: Document.Parsed;
  /** What was parsed: clean, and repaired. */
  readonly text: string;
  /** The place in the file of an offset in the text. */
  readonly at: (offset: number) => { readonly line: number; readonly column: number };
  readonly problems: readonly HuntFileProblem[];
  readonly warnings: readonly HuntFileProblem[];
}

export function parseText(file: string, raw: string): ParsedText {
  const clean = raw.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const { text, repairs, indented } = repairDataTypes(clean);
  const warnings = repairs.map((place) => ({
    file,
    ...place,
    message: '"dataTypes" stood at the column of the dash before it; it was read as indented by two',
  }));
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    const column = indented.has(line) ? col - REPAIR.length : col;
    return { line: Math.max(1, line), column: Math.max(1, column) };
  };
  if (text.includes('\0'))
    return { text, at, problems: [{ file, line: 1, column: 1, message: 'is no text file' }], warnings: [] };
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    strict: true,
    uniqueKeys: true,
    intAsBigInt: true,
  });
  if (document.errors.length === 0) return { document, text, at, problems: [], warnings };
  const lost = lostIndentation(file, clean);
  if (lost.length > 0) return { text, at, problems: lost, warnings: [] };
  const found = document.errors.map((error) => ({ file, ...at(error.pos[0]), message: inPlainWords(error, text) }));
  // The parser stumbles over every line that follows a tab; its author needs to know of the first.
  const tab = text.split('\n').findIndex((line) => line.startsWith('\t')) + 1;
  const problems = tab === 0 ? found : [...found.filter(({ line }) => line < tab), tabProblem(file, tab)];
  return { text, at, problems, warnings };
}

const REPAIR = '  ';

/** The one fault that every file of the original public collection has. */
function repairDataTypes(text: string): {
  readonly text: string;
  readonly repairs: readonly { readonly line: number; readonly column: number }[];
  /** The lines that stand further to the right than in the file. */
  readonly indented: ReadonlySet<number>;
} {
  const repairs: { line: number; column: number }[] = [];
  const indented = new Set<number>();
  const lines = text.split('\n');
  for (let i = 1; i < lines.length; i += 1) {
    const dash = /^( *)- connectorId:/.exec(lines[i - 1] ?? '');
    if (!dash || !(lines[i] ?? '').startsWith(`${dash[1] ?? ''}dataTypes:`)) continue;
    repairs.push({ line: i + 1, column: (dash[1] ?? '').length + 1 });
    let last = i + 1;
    while (/^ *- (?!connectorId:)/.test(lines[last] ?? '')) last += 1;
    for (let line = i; line < last; line += 1) {
      lines[line] = `${REPAIR}${lines[line] ?? ''}`;
      indented.add(line + 1);
    }
  }
  return { text: lines.join('\n'), repairs, indented };
}

/** `query: |` with text at the left edge: what a copy from a web page leaves. */
function lostIndentation(file: string, text: string): HuntFileProblem[] {
  const lines = text.split('\n');
  return lines.flatMap((header, i) => {
    const field = /^([\w-]+): *[|>][-+\d]* *$/.exec(header)?.[1];
    // Neither blank, nor indented, nor a comment.
    const next = lines.findIndex((line, at) => at > i && /^[^\s#]/.test(line));
    const endsTheText = /^(?:[\w-]+|"[^"]*"|'[^']*'|<<) *:(?:\s|$)|^(?:---|\.\.\.|\? )/.test(lines[next] ?? '');
    if (field === undefined || next < 0 || endsTheText) return [];
    const message = `the indentation was lost when this file was copied: every line of "${field}" must be indented by two spaces`;
    return [{ file, line: next + 1, column: 1, message }];
  });
}

const TABS = 'is indented with a tab; YAML takes spaces only';
const tabProblem = (file: string, line: number): HuntFileProblem => ({ file, line, column: 1, message: TABS });

function inPlainWords(error: YAMLParseError, text: string): string {
  const from = text.lastIndexOf('\n', error.pos[0] - 1) + 1;
  const line = text.slice(from, (text.indexOf('\n', error.pos[0]) + 1 || text.length + 1) - 1);
  const placeholder = /%%\w+%%/.exec(line)?.[0];
  if (placeholder !== undefined) return `has the template placeholder ${placeholder}; put a value in its place`;
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'names this field a second time';
    case 'TAB_AS_INDENT':
      return TABS;
    case 'BAD_SCALAR_START':
      return `starts with ${text.charAt(error.pos[0])}, which means something to YAML; put the value in quotes`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'has a second colon; put the value in quotes';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'is neither a field such as "name: …" nor indented below one';
    case 'BAD_INDENT':
      return 'is not indented like its neighbours';
    case 'MULTIPLE_DOCS':
      return 'holds a second document; a hunt is one file';
    default:
      return `is not YAML: ${error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code}`;
  }
}
