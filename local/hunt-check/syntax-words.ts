import { blanked } from '../../src/kql/calls.ts';
import type { Diagnostic } from '../kql/diagnose.ts';
import { nearestName } from './nearest-name.ts';
import type { QueryRemark } from './remark.ts';

type Words = Pick<QueryRemark, 'message'> & Partial<QueryRemark>;

/** What is wrong with the form of a query, where that can be said better than the parser does. */
export function syntaxInWords(query: string, error: Diagnostic): Words | undefined {
  const { code, message, start, length, inScope } = error;
  const text = query.slice(start, start + length);
  const signs = blanked(query, 'comments-and-strings');
  switch (code) {
    case 'KS174':
    case 'KS176':
      return noOperator(text, inScope.columns);
    case 'KS001':
    case 'KS005':
      return unclosed(query, signs, message, start) ?? missingBar(signs, start) ?? unexpected(text);
    case 'KS006':
      return (
        danglingComma(blanked(query, 'comments'), start) ??
        twoComparisons(signs, start) ?? { message: `an expression is missing here (${code})` }
      );
    case 'KS141':
      return /(?<![=!<>~])=(?![=~])/.test(signs.slice(start, start + length))
        ? { message: 'one "=" gives a name; to compare, write "=="' }
        : undefined;
    default:
      return undefined;
  }
}

const suggesting = (message: string, suggestion: string | undefined): Words => ({
  message,
  ...(suggestion !== undefined && { suggestion }),
});

function noOperator(text: string, columns: readonly string[]): Words | undefined {
  if (text === '') return undefined;
  const isColumn = columns.some((column) => column.toLowerCase() === text.toLowerCase());
  if (isColumn) return { message: `"${text}" is no operator of KQL; write "where" before a condition` };
  return suggesting(`"${text}" is no operator of KQL`, nearestName(text, OPERATORS));
}

function unclosed(query: string, signs: string, message: string, at: number): Words | undefined {
  const missing = /^(?:Missing|Expected): (['"`)\]}])/.exec(message)?.[1];
  if (missing === undefined) return undefined;
  const isText = !')]}'.includes(missing);
  const start = isText ? query.lastIndexOf(missing, at - 1) : openBracket(signs.slice(0, at), missing);
  if (start < 0) return undefined;
  const what = isText ? 'this text' : `this "${query.charAt(start)}"`;
  return { message: `${what} has no end`, start, length: 1 };
}

/** The last bracket that is still open at the end of a text. */
function openBracket(signs: string, closing: string): number {
  const opening = { ')': '(', ']': '[', '}': '{' }[closing];
  let depth = 0;
  for (let at = signs.length - 1; at >= 0; at -= 1) {
    if (signs.charAt(at) === closing) depth += 1;
    else if (signs.charAt(at) === opening && (depth -= 1) < 0) return at;
  }
  return -1;
}

function missingBar(signs: string, at: number): Words | undefined {
  const [gap = '', word = ''] = /^\s*([a-z-]+)/.exec(signs.slice(at)) ?? [];
  if (!OPERATORS.includes(word)) return undefined;
  return { message: `a "|" is missing before "${word}"`, start: at + gap.length - word.length, length: word.length };
}

function unexpected(text: string): Words | undefined {
  if (!/^\w+$/.test(text)) return undefined;
  return suggesting(`"${text}" is not understood here`, nearestName(text, [...COMPARISONS, ...OPERATORS]));
}

function twoComparisons(signs: string, at: number): Words | undefined {
  const first = /(\w+)\s*$/.exec(signs.slice(0, at))?.[1] ?? '';
  const second = /^\s*(\w+)/.exec(signs.slice(at))?.[1] ?? '';
  if (!COMPARISONS.includes(first) || !COMPARISONS.includes(second)) return undefined;
  return { message: `"${first}" and "${second}" follow each other; one of them is too many` };
}

function danglingComma(signs: string, at: number): Words | undefined {
  const comma = /,\s*$/.exec(signs.slice(0, at));
  return comma ? { message: 'this comma has nothing behind it', start: comma.index, length: 1 } : undefined;
}

const OPERATORS: readonly string[] = (
  'as consume count datatable distinct evaluate extend facet find fork getschema invoke join limit lookup make-series ' +
  'materialize mv-apply mv-expand order parse parse-kv parse-where partition print project project-away project-keep ' +
  'project-rename project-reorder range reduce render sample sample-distinct scan search serialize sort summarize take ' +
  'top top-hitters top-nested union where'
).split(' ');

const COMPARISONS: readonly string[] =
  'and or not in has has_cs has_any has_all hasprefix hassuffix contains contains_cs startswith endswith between matches'.split(
    ' ',
  );
