/** In what form a list is answered. */
export type Format = 'json' | 'csv' | 'ndjson' | 'stix';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  stix: 'application/stix+json;version=2.1',
};

/** What `Accept` asks for, of what there is; JSON for everything else, as for a browser's star. */
export function formatOf(accept: string | null, known: readonly Format[]): Format {
  const asked = (accept ?? '').toLowerCase();
  const names: Readonly<Record<Format, RegExp>> = {
    csv: /\btext\/csv\b/,
    ndjson: /\bapplication\/(?:x-)?ndjson\b/,
    stix: /\bapplication\/(?:stix\+json|vnd\.oasis\.stix\+json)/,
    json: /\bapplication\/json\b/,
  };
  return known.find((format) => names[format].test(asked)) ?? 'json';
}

/** One JSON value a line. JSON escapes line breaks, so that no name can begin a line. */
export const ndjson = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');
