import { matchAt, NAME, OPAQUE } from './calls.ts';

/** What a piece of a query is to the eye. Good enough to read by; nothing is decided by it. */
export type Kind = 'comment' | 'string' | 'number' | 'keyword' | 'call' | 'name' | 'other';

const KEYWORDS = new Set(
  (
    'let where extend project project-away project-keep project-rename project-reorder summarize by join kind on union take limit top ' +
    'sort order asc desc distinct count mv-expand mv-apply parse parse-where evaluate invoke render serialize lookup as ' +
    'and or not in has has_any has_all hasprefix hassuffix contains startswith endswith matches regex between datatable ' +
    'search find make-series range print true false null inner innerunique leftanti leftouter leftsemi rightanti rightouter rightsemi ' +
    'fullouter materialize nulls first last with step from to of typeof'
  ).split(' '),
);

/** The query cut into pieces; together they are the query. */
export function piecesOf(kql: string): readonly { readonly kind: Kind; readonly text: string }[] {
  const pieces: { kind: Kind; text: string }[] = [];
  for (let at = 0; at < kql.length;) {
    const text = matchAt(OPAQUE, kql, at) || matchAt(NAME, kql, at) || kql.charAt(at);
    const kind = kindOf(text, kql.slice(at + text.length, at + text.length + 20));
    const before = pieces.at(-1);
    if (kind === 'other' && before?.kind === 'other') before.text += text;
    else pieces.push({ kind, text });
    at += text.length;
  }
  return pieces;
}

function kindOf(text: string, behind: string): Kind {
  if (text.startsWith('//')) return 'comment';
  if (/^(?:@?["']|```|~~~)/.test(text)) return 'string';
  if (/^\d/.test(text)) return 'number';
  if (!/^[A-Za-z_$]/.test(text)) return 'other';
  if (KEYWORDS.has(text)) return 'keyword';
  return /^\s*\(/.test(behind) ? 'call' : 'name';
}
