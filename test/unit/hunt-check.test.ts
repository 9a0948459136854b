import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkHunt } from '../../local/hunt-check/check.ts';
import { queryErrors } from '../../local/hunt-check/query-errors.ts';
import { diagnose } from '../../local/kql/diagnose.ts';
import { DEVICE_TABLES, type Dialect } from '../../local/schemas/device-tables.ts';

const HEAD = 'id: 4d7b52be-4a25-4a0d-8e8c-0a7e4a9b4b11\nname: n\n';
const hunt = (query: string, more = ''): string => `${HEAD}${more}query: |\n${query.replace(/^/gm, '  ')}\n`;
const GOOD = `DeviceProcessEvents
| where Timestamp > ago(5d) and FileName =~ 'a.exe'
| summarize FirstSeen = min(Timestamp), Count = count() by DeviceId, DeviceName`;

const said = (text: string, dialect?: Dialect): string[] =>
  checkHunt('x.yaml', text, dialect).map(
    ({ severity, line, column, message, suggestion }) =>
      `${severity} ${String(line)}:${String(column)} ${message}${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`,
  );
/** What is said of a query in one line, from its first sign. */
const ofLine = (query: string, dialect?: Dialect): string[] =>
  said(hunt(query), dialect).map((text) => text.replace(/ 4:(\d+)/, (_all, at) => ` ${String(Number(at) - 2)}`));

it('nothing is said of a hunt that is as it should be', () => {
  expect(said(hunt(GOOD))).toEqual([]);
  expect(said(readFileSync('hunts/litemanager-file-signature.yaml', 'utf8'))).toEqual([]);
});

describe('a name that is not known', () => {
  const by = 'summarize count() by DeviceId';
  it.each([
    [
      `DeviceFileCertificateInfo | where Timestamp > ago(1d) and Singer has 'x' | ${by}`,
      'error 59 there is no column "Singer" here; did you mean "Signer"?',
    ],
    [
      `DeviceFileCertificateInfo | where Timestamp > ago(1d) and signer has 'x' | ${by}`,
      'error 59 there is no column "signer" here; did you mean "Signer"?',
    ],
    [
      `DeviceNetworkEvents | where Timestamp > ago(1d) | summarize count() by DeviceId, AccountUpn`,
      'error 82 there is no column "AccountUpn" here; did you mean "InitiatingProcessAccountUpn"?',
    ],
    [
      `DeviceProcesEvents | where Timestamp > ago(1d) | ${by}`,
      'error 1 there is no table "DeviceProcesEvents"; did you mean "DeviceProcessEvents"?',
    ],
    [
      'DeviceInfo | where Timestamp > ago(1d) | summarize cont() by DeviceId',
      'error 52 there is no function cont(); did you mean "count"?',
    ],
    [
      `DeviceInfo | where Timestamp > ago(1d) | ${by} | where OSPlatform == 'x'`,
      'error 80 "OSPlatform" is no column any more: what comes before leaves DeviceId, count_',
    ],
    [
      'DeviceInfo | where Timestamp > ago(1d) | summarise count() by DeviceId',
      'error 42 "summarise" is no operator of KQL; did you mean "summarize"?',
    ],
    [
      `DeviceInfo | where Timestamp > ago(1d) and OSPlatform hasany ('a') | ${by}`,
      'error 55 "hasany" is not understood here; did you mean "has_any"?',
    ],
  ])('in %s is told with the nearest that is', (query, expected) => {
    expect(ofLine(query)).toEqual([expected]);
  });

  it('is told once, where it stands first, and without what follows from it', () => {
    expect(
      ofLine(`DeviceInfo | where Timestamp > ago(1d) | ${by}D | project DeviceIdD | where DeviceIdD == ''`),
    ).toEqual(['error 63 there is no column "DeviceIdD" here; did you mean "DeviceId"?']);
    expect(ofLine(`Badges_CL | where Timestamp > ago(1d) and Foo == 1 | project Bar`)).toHaveLength(1);
  });

  it('but belongs to a workspace or to a table of its own is only warned of', () => {
    expect(
      ofLine(
        "let W = _GetWatchlist('vip') | project SearchKey; DeviceInfo | where Timestamp > ago(1d) and DeviceName in (W) | summarize count() by DeviceId",
      ),
    ).toEqual(['warning 9 _GetWatchlist() is no function of KQL itself; nothing that comes from it is checked']);
    expect(ofLine('Badges_CL | where TimeGenerated > ago(1d) | summarize count() by Door')).toEqual([
      'warning 1 the columns of "Badges_CL" are not known here; with hunts/schemas/Badges_CL.json what is asked of it is checked too',
    ]);
  });
});

describe('the dialects', () => {
  const query = 'DeviceProcessEvents | where Timestamp > ago(1d) and LogonID == 5 | summarize count() by DeviceId';
  const signins = 'AADSignInEventsBeta | where Timestamp > ago(1d) | summarize count() by DeviceId = AadDeviceId';

  it('are told apart: what only the other one has is called so', () => {
    expect(ofLine(query)).toEqual(['error 53 "LogonID" is a column in advanced hunting only, not in Log Analytics']);
    expect(ofLine(query, 'advanced-hunting')).toEqual([]);
    expect(ofLine(signins)).toEqual([
      'error 1 "AADSignInEventsBeta" is a table in advanced hunting only, not in Log Analytics',
    ]);
    expect(ofLine(query.replace('LogonID == 5', 'TimeGenerated > ago(1d)'), 'advanced-hunting')).toEqual([
      'error 53 "TimeGenerated" is a column in Log Analytics only, not in advanced hunting',
    ]);
    expect(
      ofLine('DeviceInfo | where Timestamp > ago(1d) | invoke FileProfile(DeviceId) | summarize count() by DeviceId'),
    ).toEqual(['error 49 FileProfile() is a function of advanced hunting; a workspace has none']);
  });
});

describe('the form of a query', () => {
  const head = 'DeviceInfo | where Timestamp > ago(1d)';
  it.each([
    [`${head} and OSPlatform has 'x | summarize count() by DeviceId`, 'error 59 this text has no end'],
    [`${head} and (OSPlatform has 'x' | summarize count() by DeviceId`, 'error 44 this "(" has no end'],
    [`${head} | summarize count(), by DeviceId`, 'error 59 this comma has nothing behind it'],
    [
      `${head} | where OSPlatform = 'x' | summarize count() by DeviceId`,
      'error 48 one "=" gives a name; to compare, write "=="',
    ],
    [
      `${head} | osplatform == 'x' | summarize count() by DeviceId`,
      'error 42 "osplatform" is no operator of KQL; write "where" before a condition',
    ],
    [`${head} where OSPlatform == 'x' | summarize count() by DeviceId`, 'error 40 a "|" is missing before "where"'],
    [
      `${head} | where OSPlatform has_all has_any ('x') | summarize count() by DeviceId`,
      'error 66 "has_all" and "has_any" follow each other; one of them is too many',
    ],
    [
      `${head} and OSPlatform > 5 | summarize count() by DeviceId`,
      "error 55 The operator '>' is not defined for the operand types string and long (KS106)",
    ],
  ])('%s', (query, expected) => {
    expect(ofLine(query)).toEqual([expected]);
  });
});

it('texts that become one, since a comma is missing, are told', () => {
  const query =
    "DeviceInfo | where Timestamp > ago(1d) and OSPlatform in ('a'\n  'b', 'c') | summarize count() by DeviceId";

  expect(said(hunt(query))).toEqual(['warning 4:61 these texts follow each other and become one; a comma is missing']);
});

describe('the time that a hunt looks back', () => {
  const by = '| summarize FirstSeen = min(Timestamp) by DeviceId';

  it('must not be further in the query than the hunt is asked for', () => {
    expect(
      said(
        hunt(`let past = 14d;\nDeviceInfo\n| where Timestamp between (ago(past) .. now())\n${by}`, 'lookback: 5d\n'),
      ),
    ).toEqual(['error 7:30 looks back 14 days, but the hunt is asked for 5 days; set "lookback: 14d"']);
  });

  it('is worked out by the engine where the loader cannot', () => {
    const query = `let days = toint('30');\nDeviceInfo\n| where Timestamp > ago(days * 1d)\n${by}`;

    expect(said(hunt(query))).toEqual([
      'warning 3:8 does not say how far it looks back in ago(…) or now(-…); five days are asked for, set "lookback" to change it',
      'error 6:23 looks back 30 days, but the hunt is asked for 5 days; set "lookback: 30d"',
    ]);
    expect(said(hunt(query, 'lookback: 30d\n'))).toEqual([]);
  });

  it('should not be longer in the file than in the query', () => {
    expect(said(hunt(GOOD, 'lookback: 30d\n'))).toEqual([
      'warning 3:11 30 days are asked for, but the query looks back 5 days only',
    ]);
  });

  it('must be bounded for every table that is read', () => {
    expect(said(hunt(`DeviceInfo\n${by}`, 'lookback: 1d\n'))).toEqual([
      'warning 5:3 DeviceInfo is read without a bound in time; add "| where Timestamp > ago(…)"',
    ]);
    expect(
      said(hunt(`DeviceInfo\n| where Timestamp > ago(1d)\n| join kind=inner (DeviceEvents) on DeviceId\n${by}`)),
    ).toEqual(['warning 6:22 DeviceEvents is read without a bound in time; add "| where Timestamp > ago(…)"']);
    expect(
      said(
        hunt(
          `let Seen = DeviceEvents | distinct DeviceId;\nDeviceInfo\n| where Timestamp > ago(1d)\n| join kind=leftsemi (Seen) on DeviceId\n${by}`,
        ),
      ),
    ).toEqual(['warning 4:14 DeviceEvents is read without a bound in time; add "| where Timestamp > ago(…)"']);
  });

  it('is not bounded by a condition on what was gathered', () => {
    expect(
      said(hunt('DeviceInfo\n| summarize Timestamp = max(Timestamp) by DeviceId\n| where Timestamp > ago(1d)')),
    ).toEqual(['warning 4:3 DeviceInfo is read without a bound in time; add "| where Timestamp > ago(…)"']);
  });

  it.each([
    ['ago(1d) < Timestamp'],
    ['Timestamp >= ago(1d) and Timestamp < now()'],
    ['(Timestamp > ago(1d))'],
    ['TimeGenerated between (ago(1d) .. 1d)'],
    ["datetime_diff('hour', now(), Timestamp) < 24 and Timestamp < ago(0s)"],
    ['Timestamp > ago(1d) or Timestamp > ago(2h)'],
  ])('is bounded by %s', (condition) => {
    expect(
      said(hunt(`DeviceInfo | where ${condition}\n${by}`, 'lookback: 1d\n')).filter((text) => text.includes('bound')),
    ).toEqual([]);
  });

  it('must not begin on a fixed day', () => {
    expect(said(hunt(`DeviceInfo | where Timestamp > datetime(2026-01-01)\n${by}`, 'lookback: 30d\n'))).toEqual([
      'warning 5:34 datetime(2026-01-01) is a fixed day, so that every run looks further back than the one before',
    ]);
  });

  it('should not depend on a clock that cannot be set back', () => {
    expect(said(hunt(`DeviceInfo | where Timestamp > ago(1d) and ingestion_time() > ago(1d)\n${by}`))[0]).toBe(
      'warning 4:46 ingestion_time() is a clock that cannot be set back: a run repeated or asked for as of a past day asks something else',
    );
  });
});

describe('the answer of a hunt', () => {
  const head = 'DeviceInfo\n| where Timestamp > ago(1d)';

  it('needs the column of the device, which is told with those it has', () => {
    expect(said(hunt(`${head}\n| summarize count() by DeviceName`))).toEqual([
      'error 6:5 the answer has no column "DeviceId" for "device.id"; it has DeviceName, count_',
    ]);
  });

  it('needs every column that its file names, told where it is named', () => {
    expect(
      said(
        `${hunt(`${head}\n| summarize Last = max(Timestamp), n = count() by DeviceId`)}device:\n  id: DeviceId\n  lastSeen: LastSeen\n  count: N\n`,
      ),
    ).toEqual([
      'error 9:13 the answer has no column "LastSeen" for "device.lastSeen"; it has DeviceId, Last, n',
      'error 10:10 the answer has no column "N" for "device.count"; it has DeviceId, Last, n; did you mean "n"?',
    ]);
  });

  it('should hold instants where instants are read', () => {
    expect(said(hunt(`${head}\n| summarize FirstSeen = tostring(min(Timestamp)) by DeviceId`))).toEqual([
      'warning 6:5 "FirstSeen" is a string; "device.firstSeen" is read from a datetime',
    ]);
  });

  it('should have one row for a device, and one for every device', () => {
    expect(said(hunt(head))).toEqual([
      'warning 5:5 gives a row for each match; end with "| summarize … by DeviceId, DeviceName"',
    ]);
    expect(said(hunt(`${head}\n| summarize count() by DeviceId, OS = OSPlatform, bin(Timestamp, 1d)`))).toEqual([
      'warning 6:5 gives several rows for a device, one for each OS, bin(Timestamp,1d); the card adds them up',
    ]);
    expect(said(hunt(`${head}\n| distinct DeviceId, DeviceName\n| take 100`))).toEqual([
      'warning 7:5 leaves devices out: those beyond this number are never told',
    ]);
  });
});

describe('the rows of its tests', () => {
  const tests = (rows: string): string => `${hunt(GOOD)}tests:\n  - name: a\n    tables: { ${rows} }\n    finds: []\n`;

  it('need tables and columns that are there', () => {
    expect(said(tests('DeviceProcessEvent: [{ x: 1 }]'))).toEqual([
      'error 9:15 there is no table "DeviceProcessEvent"; did you mean "DeviceProcessEvents"?',
    ]);
    expect(said(tests('DeviceProcessEvents: [{ FileName: a }, { Filename: b }]'))).toEqual([
      'error 9:56 DeviceProcessEvents has no column "Filename"; did you mean "FileName"?',
    ]);
  });
});

it('a hunt that the engine does not know is told to be so, and is no error', () => {
  expect(
    said(hunt('DeviceInfo | where Timestamp > ago(1d) | evaluate basket() | summarize count() by DeviceId')).map(
      (text) => text.slice(0, 14),
    ),
  ).toEqual(['warning 4:53 t']);
});

it('a file with several faults is told of all of them, in order', () => {
  const text = `${hunt(GOOD.replace('FileName', 'FilName')).replace('name: n', 'name: n\ntatics: x')}schedule: daily\n`;

  expect(said(text).map((line) => line.slice(0, 12))).toEqual(['error 3:1 "t', 'error 6:35 t', 'error 8:11 "']);
});

it('whatever is wrong with a query is told, and nothing is of one that the binder takes', () => {
  const words = GOOD.split(/(?<=\s)|(?=\s)/);
  const change = fc.constantFrom('', ' ', '(', ')', ',', '|', "'", ';', 'DeviceID', 'by', '5d', '//', '=');
  fc.assert(
    fc.property(fc.nat(words.length - 1), change, (at, word) => {
      const query = words.with(at, word).join('');
      const diagnosis = diagnose(query, DEVICE_TABLES);
      const remarks = queryErrors(query, diagnosis, 'log-analytics');

      expect(remarks.length > 0).toBe(diagnosis.errors.length > 0);
      for (const { start, length, message } of remarks) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start + length).toBeLessThanOrEqual(query.length);
        expect(message).not.toBe('');
      }
    }),
    { numRuns: 60 },
  );
});
