/**
 * Rows a second that the offline KQL engine works through, by operator, beside DuckDB on the same rows and question, as a
 * yardstick: DuckDB keeps columns and uses every core. It is no dependency, since its lock file names packages of other
 * systems that `npm ci` does not find everywhere: `npm install --no-save @duckdb/node-api` puts it beside.
 * Machines differ and are noisy, so read the ratios. `node bench/kql.ts --rows 1000000 --rounds 5`
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import type { Row } from '../local/kql/compile.ts';
import type { Schema } from '../local/kql/language.ts';
import { compileQuery } from '../local/kql/query.ts';
import { parseDatetime, TICKS_PER_DAY } from '../local/kql/values.ts';
import { duckDb } from './duckdb.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const ROWS = Number(values.rows);
const ROUNDS = Number(values.rounds);
const NOW = parseDatetime('2026-11-23T06:00:00Z') ?? 0n;
const SIGNER = 'Yakhnovets Denis Aleksandrovich IP';

const schema: Schema = {
  DeviceFileCertificateInfo: [
    { name: 'Timestamp', type: 'datetime' },
    { name: 'DeviceId', type: 'string' },
    { name: 'DeviceName', type: 'string' },
    { name: 'Signer', type: 'string' },
    { name: 'ReportId', type: 'long' },
  ],
  Small: [
    { name: 'DeviceId', type: 'string' },
    { name: 'Owner', type: 'string' },
  ],
};

/** One row in two hundred is by the signer that the hunt looks for; half of all lie within its five days. */
const rowAt = (i: number): Row => {
  const device = (i * 7919) % 20_000;
  return [
    NOW - (BigInt(i % 1000) * TICKS_PER_DAY) / 100n,
    `device-${String(device)}`,
    `wks-${String(device)}.contoso.com`,
    i % 200 === 0 ? SIGNER : `Vendor ${String(i % 977)} Software Publishing Limited`,
    i,
  ];
};
const rows = Array.from({ length: ROWS }, (_, i) => rowAt(i));
const small = Array.from({ length: 5_000 }, (_, i): Row => [`device-${String(i)}`, `owner-${String(i % 50)}`]);
const env = { now: NOW, rows: (table: string) => (table === 'Small' ? small : rows) };

const liteManager = (parse(readFileSync('hunts/litemanager-file-signature.yaml', 'utf8')) as { readonly query: string })
  .query;
const T = 'DeviceFileCertificateInfo';
const SINCE = `TIMESTAMP '2026-11-18 06:00:00'`;

/** Name, KQL, and the same question in SQL. */
const QUESTIONS: readonly (readonly [string, string, string])[] = [
  [
    'the LiteManager hunt',
    liteManager,
    `SELECT DeviceId, DeviceName, min(Timestamp), max(Timestamp), list(DISTINCT ReportId), count(*) FROM ${T}
     WHERE Timestamp >= ${SINCE} AND regexp_matches(Signer, '(?i)(^|[^\\pL\\pN])${SIGNER}($|[^\\pL\\pN])') GROUP BY ALL`,
  ],
  ['where by time', `${T} | where Timestamp > ago(5d) | count`, `SELECT count(*) FROM ${T} WHERE Timestamp > ${SINCE}`],
  [
    'where has',
    `${T} | where Signer has 'Denis' | count`,
    `SELECT count(*) FROM ${T} WHERE regexp_matches(Signer, '(?i)(^|[^\\pL\\pN])Denis($|[^\\pL\\pN])')`,
  ],
  [
    'where contains',
    `${T} | where Signer contains 'denis' | count`,
    `SELECT count(*) FROM ${T} WHERE Signer ILIKE '%denis%'`,
  ],
  [
    'where =~',
    `${T} | where Signer =~ '${SIGNER}' | count`,
    `SELECT count(*) FROM ${T} WHERE lower(Signer) = lower('${SIGNER}')`,
  ],
  [
    'where in',
    `${T} | where DeviceId in ('device-1', 'device-2') | count`,
    `SELECT count(*) FROM ${T} WHERE DeviceId IN ('device-1', 'device-2')`,
  ],
  [
    'where matches regex',
    `${T} | where Signer matches regex 'Vendor 9[0-9]+ ' | count`,
    `SELECT count(*) FROM ${T} WHERE regexp_matches(Signer, 'Vendor 9[0-9]+ ')`,
  ],
  [
    'extend',
    `${T} | extend x = strcat(DeviceId, '/', ReportId) | summarize max(strlen(x))`,
    `SELECT max(length(concat(DeviceId, '/', ReportId))) FROM ${T}`,
  ],
  [
    'project',
    `${T} | project DeviceId, Day = bin(Timestamp, 1d) | count`,
    `SELECT count(d) FROM (SELECT DeviceId, date_trunc('day', Timestamp) AS d FROM ${T})`,
  ],
  [
    'summarize count by',
    `${T} | summarize count() by DeviceId`,
    `SELECT DeviceId, count(*) FROM ${T} GROUP BY DeviceId`,
  ],
  ['summarize dcount', `${T} | summarize dcount(DeviceId)`, `SELECT count(DISTINCT DeviceId) FROM ${T}`],
  [
    'summarize arg_max',
    `${T} | summarize arg_max(Timestamp, *) by DeviceId`,
    `SELECT DeviceId, arg_max(Signer, Timestamp) FROM ${T} GROUP BY DeviceId`,
  ],
  ['distinct', `${T} | distinct DeviceId, DeviceName`, `SELECT DISTINCT DeviceId, DeviceName FROM ${T}`],
  [
    'sort',
    `${T} | sort by Signer asc, ReportId desc | take 10`,
    `SELECT * FROM (SELECT *, row_number() OVER (ORDER BY Signer, ReportId DESC) AS n FROM ${T}) WHERE n <= 10`,
  ],
  ['top', `${T} | top 10 by ReportId`, `SELECT * FROM ${T} ORDER BY ReportId DESC LIMIT 10`],
  ['join', `${T} | join kind=inner Small on DeviceId | count`, `SELECT count(*) FROM ${T} JOIN Small USING (DeviceId)`],
  ['lookup', `${T} | lookup Small on DeviceId | count`, `SELECT count(*) FROM ${T} LEFT JOIN Small USING (DeviceId)`],
  ['union', `union ${T}, ${T} | count`, `SELECT count(*) FROM (SELECT * FROM ${T} UNION ALL SELECT * FROM ${T})`],
  [
    'parse',
    `${T} | parse Signer with 'Vendor ' n:long ' ' * | summarize max(n)`,
    `SELECT max(TRY_CAST(regexp_extract(Signer, '^Vendor (\\d+) ', 1) AS BIGINT)) FROM ${T}`,
  ],
  [
    'mv-expand',
    `${T} | extend part = split(Signer, ' ') | mv-expand part | count`,
    `SELECT count(*) FROM (SELECT unnest(string_split(Signer, ' ')) FROM ${T})`,
  ],
];

/** The least of several rounds, in seconds: what disturbs a round only makes it longer. */
async function least(act: () => unknown): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await act();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

const duckdb = await duckDb(T, rows, small);
const line = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(14))).join('');
console.log(`${String(ROWS)} rows, the least of ${String(ROUNDS)} rounds`);
console.log(line(['', 'engine s', 'rows/s', 'DuckDB s', 'engine/DuckDB']));
for (const [name, kql, sql] of QUESTIONS) {
  const query = compileQuery(kql, schema);
  const ours = await least(() => query.run({ ...env }).rows.length);
  const theirs = duckdb && (await least(async () => (await duckdb.runAndReadAll(sql)).currentRowCount));
  console.log(
    line([
      name,
      ours.toFixed(3),
      Math.round(ROWS / ours).toLocaleString('en'),
      theirs?.toFixed(3) ?? '',
      theirs ? (ours / theirs).toFixed(1) : '',
    ]),
  );
}
if (!duckdb) console.log('DuckDB is not installed: npm install --no-save @duckdb/node-api');
