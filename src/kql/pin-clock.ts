/**
 * Strings and comments as KQL writes them: `"…"` and `'…'` with backslash escapes, `@"…"` and `@'…'` where a doubled
 * quote stands for one, ``` ```…``` ``` and `~~~…~~~` over several lines, each also obfuscated with a leading h (which
 * stays outside the match); bracketed names such as `['now']` are strings too; `//` runs to the line's end.
 */
const OPAQUE =
  /\/\/[^\r\n]*|```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|@"(?:[^"]|"")*"?|@'(?:[^']|'')*'?|"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?/y;
/** A call of the clock; not a member (`x.now()`), a longer name (`my_now()`), or a definition. */
const CALL = /(now|ago)(?=(?:\s|\/\/[^\r\n]*[\r\n])*\()/y;
const NAME = /[A-Za-z_$][\w$-]*|\d[\w.]*/y;

/**
 * Replaces the calls `now()`, `now(offset)` and `ago(length)` by the run's own clock reading, outside strings and
 * comments, so that a retry or a look at a past day asks exactly the same. `ingestion_time()` cannot be pinned.
 * See docs/decisions/0004-one-clock-reading-per-run.md.
 */
export function pinClock(kql: string, asOf: Date): string {
  return pinned(kql, `datetime(${asOf.toISOString()})`);
}

/** The calls of the clock that stand outside strings, comments and other such calls. */
export function clockCalls(kql: string): readonly Pick<ClockCall, 'name' | 'argument'>[] {
  const calls: ClockCall[] = [];
  replaceCalls(kql, (call) => {
    calls.push(call);
    return '';
  });
  return calls;
}

const pinned = (kql: string, clock: string): string => replaceCalls(kql, (call) => replacement(call, clock));

function replaceCalls(kql: string, replace: (call: ClockCall) => string): string {
  let out = '';
  for (let at = 0; at < kql.length;) {
    const opaque = matchAt(OPAQUE, kql, at);
    const call = opaque === '' ? clockCallAt(kql, at) : undefined;
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

interface ClockCall {
  readonly name: string;
  readonly argument: string;
  /** The offset behind the closing parenthesis. */
  readonly end: number;
}

function clockCallAt(kql: string, at: number): ClockCall | undefined {
  const name = matchAt(CALL, kql, at);
  if (name === '' || isMember(kql, at)) return undefined;
  const open = openingParenthesis(kql, at + name.length);
  const close = closingParenthesis(kql, open);
  return close === undefined ? undefined : { name, argument: kql.slice(open + 1, close), end: close + 1 };
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

function replacement({ name, argument }: ClockCall, clock: string): string {
  const inner = pinned(argument, clock);
  if (argument.trim() === '') return name === 'now' ? clock : `ago(${inner})`;
  return `(${clock} ${name === 'now' ? '+' : '-'} (${inner}))`;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
