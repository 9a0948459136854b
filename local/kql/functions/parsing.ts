import { constantText, takes, text, type Act, type Family } from './family.ts';

/** A path in its parts, with either kind of slash. */
const parsePath: Act = ([value], refuse) => {
  const all = text(value);
  if (/^\\\\[?.]\\/.test(all)) throw refuse('a path of the device namespace');
  const [, scheme = '', path = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([\s\S]*)$/.exec(all) ?? [];
  const root = /^[A-Za-z]:/.exec(path)?.[0] ?? '';
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const directory = path.slice(0, Math.max(0, slash));
  const [, file = '', stream = ''] = /^([^:]*)(?::([\s\S]*))?$/.exec(path.slice(slash + 1)) ?? [];
  const dot = file.lastIndexOf('.');
  if (slash >= 0 && (directory === '' || directory === root || file === ''))
    throw refuse('a path without a directory or a file');
  if (dot === 0 || (slash < 0 && root !== '')) throw refuse('a path of such a file');
  return {
    Scheme: scheme,
    RootPath: root,
    DirectoryPath: directory,
    DirectoryName: /[^/\\]*$/.exec(directory)?.[0] ?? '',
    Filename: file,
    Extension: dot < 0 ? '' : file.slice(dot + 1),
    AlternateDataStreamName: stream,
  };
};

const URL_PARTS =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^:@/?#]*):([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;

/** A URL in its parts, none of them decoded. Of what is no absolute URL all are empty. */
const parseUrl: Act = ([value]) => {
  const all = text(value);
  const [, scheme = '', user = '', password = '', host = '', port = '', path = '', query = '', fragment = ''] =
    URL_PARTS.exec(all) ?? [];
  return {
    Scheme: scheme,
    Host: host,
    Port: port,
    // A slash alone at the end is no path.
    Path: path === '/' && all.endsWith('/') ? '' : path,
    Username: user,
    Password: password,
    'Query Parameters': queryParameters(query),
    Fragment: fragment,
  };
};

/** By their keys in order; a key that comes again has a list. What lacks a key or a value is left out. */
function queryParameters(query: string): Readonly<Record<string, unknown>> {
  const found = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    const [, key = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(pair) ?? [];
    if (key === '' || value === '') continue;
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  const keys = [...found.keys()].sort();
  return Object.fromEntries(
    keys.map((key) => [key, found.get(key)?.length === 1 ? found.get(key)?.[0] : found.get(key)]),
  );
}

const parseUrlQuery: Act = ([value]) => ({ 'Query Parameters': queryParameters(text(value).replace(/^\?/, '')) });

/** The arguments of a command line, as Windows' CommandLineToArgvW parts them. */
function windowsArguments(line: string, refuse: (what: string) => Error): readonly string[] {
  const found: string[] = [];
  let at = 0;
  while (at < line.length) {
    while (/[ \t]/.test(line.charAt(at))) at += 1;
    if (at >= line.length) break;
    const start = at;
    let argument = '';
    let quoted = false;
    for (; at < line.length && (quoted || !/[ \t]/.test(line.charAt(at))); at += 1) {
      const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
      const quoteNext = line.charAt(at + slashes) === '"';
      // The name of the program is read by other rules, which part on these.
      if (quoteNext && found.length === 0 && (slashes > 0 || (!quoted && at > start)))
        throw refuse('a command that begins like this');
      if (slashes > 0 && quoteNext) {
        argument += '\\'.repeat(Math.floor(slashes / 2));
        at += slashes - 1;
        if (slashes % 2 === 1) {
          argument += '"';
          at += 1;
        }
      } else if (slashes > 0) {
        argument += '\\'.repeat(slashes);
        at += slashes - 1;
      } else if (line.charAt(at) === '"') {
        if (quoted && line.charAt(at + 1) === '"') throw refuse('quotes in quotes of a command line');
        quoted = !quoted;
      } else argument += line.charAt(at);
    }
    found.push(argument);
  }
  return found;
}

const parseCommandLine: Family = (types, call, scope) => {
  const kind = constantText(call, 1, scope) ?? '';
  return takes('string string', ([line], refuse) => {
    if (!/^windows$/i.test(kind)) throw refuse(`a command line of ${kind}`);
    if (text(line).trim() === '' || /^\s/.test(text(line))) throw refuse('a command line that begins with nothing');
    return windowsArguments(text(line), refuse);
  })(types, call, scope);
};

/** The fields of the first record. */
const parseCsv: Act = ([value], refuse) => {
  const fields: string[] = [];
  const all = text(value);
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y;
  for (;;) {
    const match = field.exec(all);
    if (!match) throw refuse('a quote within a field of CSV');
    const [, written = '', end = ''] = match;
    fields.push(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written);
    if (end !== ',') return fields;
  }
};

/** Up to four parts of up to eight digits, as one number. */
const parseVersion: Act = ([value]) => {
  if (!/^\d{1,8}(?:\.\d{1,8}){0,3}$/.test(text(value))) return null;
  const parts = text(value).split('.');
  return [0, 1, 2, 3].reduce((all, at) => all * 100_000_000n + BigInt(parts[at] ?? '0'), 0n);
};

/** Functions that take a text of a known form apart. */
export const PARSING: Readonly<Record<string, Family>> = {
  parse_command_line: parseCommandLine,
  parse_csv: takes('string', parseCsv),
  parse_path: takes('string', parsePath),
  parse_url: takes('string', parseUrl),
  parse_urlquery: takes('string', parseUrlQuery),
  parse_version: takes('string', parseVersion),
  parsecsv: takes('string', parseCsv),
  parseurl: takes('string', parseUrl),
};
