/**
 * Strings and comments as KQL writes them: `"…"` and `'…'` with backslash escapes, `@"…"` and `@'…'` where a doubled
 * quote stands for one, ``` ```…``` ``` and `~~~…~~~` over several lines, each also obfuscated with a leading h (which
 * stays outside the match); bracketed names such as `['now']` are strings too; `//` runs to the line's end.
 */
export const OPAQUE =
  /\/\/[^\r\n]*|```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|@"(?:[^"]|"")*"?|@'(?:[^']|'')*'?|"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?/y;
export const NAME = /[A-Za-z_$][\w$-]*|\d[\w.]*/y;

/** A call such as `now(-5d)`, outside strings and comments. */
export interface Call {
  readonly name: string;
  /** What stands between the parentheses. */
  readonly argument: string;
  readonly start: number;
  /** The offset behind the closing parenthesis. */
  readonly end: number;
}

/** The calls of functions that stand outside strings, comments and other such calls. */
export function callsOf(kql: string, names: readonly string[]): readonly Call[] {
  const calls: Call[] = [];
  replaceCalls(kql, names, (call) => {
    calls.push(call);
    return '';
  });
  return calls;
}

/** Puts something else in the place of each call; strings, comments and everything else stay as they are. */
export function replaceCalls(kql: string, names: readonly string[], replace: (call: Call) => string): string {
  // Not a member (`x.now()`), a longer name (`my_now()`), or a definition.
  const pattern = new RegExp(`(?:${names.join('|')})(?=(?:\\s|//[^\\r\\n]*[\\r\\n])*\\()`, 'y');
  let out = '';
  for (let at = 0; at < kql.length;) {
    const opaque = matchAt(OPAQUE, kql, at);
    const call = opaque === '' ? callAt(kql, at, pattern) : undefined;
    if (call) {
      out += replace(call);
      at = call.end;
    } else {
      const text = opaque || matchAt(NAME, kql, at) || kql.charAt(at);
      out += text;
      at += text.length;
    }
  }
  return out;
}

/** The comments, from `//` to the line's end. */
export function commentsOf(kql: string): readonly { readonly start: number; readonly end: number }[] {
  const comments: { start: number; end: number }[] = [];
  for (let at = 0; at < kql.length;) {
    const opaque = matchAt(OPAQUE, kql, at);
    if (opaque.startsWith('//')) comments.push({ start: at, end: at + opaque.length });
    at += opaque.length || 1;
  }
  return comments;
}

/** The same text with blanks for its comments, and for its strings where these are asked for; every place stays. */
export function blanked(kql: string, what: 'comments' | 'comments-and-strings'): string {
  let out = '';
  for (let at = 0; at < kql.length;) {
    const opaque = matchAt(OPAQUE, kql, at);
    const isBlanked = opaque.startsWith('//') || (opaque !== '' && what === 'comments-and-strings');
    const text = opaque || kql.charAt(at);
    out += isBlanked ? text.replace(/[^\r\n]/g, ' ') : text;
    at += text.length;
  }
  return out;
}

/** The arguments of a call, without those of calls inside. */
export function splitArguments(argument: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (let at = 0; at < argument.length;) {
    const text = matchAt(OPAQUE, argument, at) || argument.charAt(at);
    if ('([{'.includes(text)) depth += 1;
    if (')]}'.includes(text)) depth -= 1;
    if (text === ',' && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + text);
    at += text.length;
  }
  return parts.map((part) => part.trim());
}

function callAt(kql: string, at: number, pattern: RegExp): Call | undefined {
  const name = matchAt(pattern, kql, at);
  if (name === '' || isMember(kql, at)) return undefined;
  const open = openingParenthesis(kql, at + name.length);
  const close = closingParenthesis(kql, open);
  return close === undefined ? undefined : { name, argument: kql.slice(open + 1, close), start: at, end: close + 1 };
}

/** Two dots are a range, `a..now()`; one is a member. */
const isMember = (kql: string, at: number): boolean => /(?<!\.)\.\s*$/.test(kql.slice(Math.max(0, at - 20), at));

function openingParenthesis(kql: string, from: number): number {
  let at = from;
  while (kql.charAt(at) !== '(') at += matchAt(OPAQUE, kql, at).length || 1;
  return at;
}

/** Where the parenthesis opened at `open` is closed; undefined when it never is. */
function closingParenthesis(kql: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < kql.length;) {
    const opaque = matchAt(OPAQUE, kql, at);
    if (opaque === '') {
      if (kql.charAt(at) === '(') depth += 1;
      if (kql.charAt(at) === ')' && (depth -= 1) === 0) return at;
    }
    at += opaque.length || 1;
  }
  return undefined;
}

export function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
