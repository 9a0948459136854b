import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceEvidence, Execution } from '../../src/hunt/evidence.ts';
import { bounded } from '../../src/hunt/evidence.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { outboxRow } from '../../src/azure/ledger-rows.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import type { Verdict } from '../../src/hunt/verdict.ts';
import { isProtected } from '../../src/hunt/verdict.ts';
import { casePage } from '../../src/pages/case-page.ts';
import { CARD_BUDGET, caseCard } from '../../src/teams/card.ts';
import { aCase, aFinding, aHunt, aReport, aRun, NOON } from '../support/builders.ts';

const ran = (commandLine: string, more: Partial<Execution> = {}): Execution => ({
  file: 'cmd.exe',
  path: 'C:\\Windows\\System32\\cmd.exe',
  sha1: 'a'.repeat(40),
  commandLine,
  account: 'system',
  parent: 'ROMServer.exe',
  parentPath: 'C:\\Users\\ana\\Downloads\\ROMServer.exe',
  count: 1,
  explainedBy: [],
  ...more,
});
const EVIDENCE: DeviceEvidence = {
  files: [{ sha1: 'b'.repeat(40), signer: 'Yakhnovets', trusted: true, certificate: 'timestamped', devices: 3 }],
  executions: [
    ran('powershell -enc SQBFAFgA', { path: 'C:\\Users\\ana\\Downloads\\ROMServer.exe' }),
    ran('backup.exe', { explainedBy: ['Backup'], count: 4 }),
  ],
  arrivals: [
    {
      ...{ at: new Date('2026-11-22T09:00:00Z'), action: 'FileCreated', file: 'ROMServer.exe', process: 'msiexec.exe' },
      ...{ path: 'C:\\x', account: 'ana', origin: 'https://litemanager.example/x.msi' },
    },
  ],
  peers: [{ address: '203.0.113.10', port: 5650, host: 'lm1.litemanager.com', count: 7 }],
  context: [['Machine group', 'Servers']],
  counts: { files: 1, executions: 5, peers: 1 },
  gaps: [{ part: 'prevalence', code: 'workspace-timed-out' }],
};
const VERDICT: Verdict = {
  ...{ kind: 'unexplained', executions: 5, explained: 4, hidden: false },
  by: [{ scenario: 'Automated backup job via LiteManager', executions: 4 }],
};
const FINDING = aFinding('a', {
  evidence: EVIDENCE,
  verdict: VERDICT,
  agreement: { agree: ['signature', 'process'], differ: ['network'], unknown: [] },
});
const report = aReport({ findings: [FINDING] });
const context = noticeContext(aHunt(), aRun(), { ...report, totals: { ...report.totals, reporting: 400 } });
const aboutOf = (...findings: Finding[]) => aCase({ kind: 'devices-found', context, findings });

interface Node {
  readonly type?: string;
  readonly text?: string;
  readonly style?: string;
}
const nodes = (value: unknown): Node[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(nodes)] : [];
const textOf = (card: unknown): string =>
  nodes(card)
    .flatMap(({ type, text }) => (type === 'TextRun' ? [text ?? ''] : []))
    .join('|');
const pageOf = (...findings: Finding[]): string =>
  casePage({ about: aboutOf(...findings), devices: findings, total: findings.length, action: '/x', now: NOON }).body;

/** In the order of the questions an analyst asks. */
const ORDER = [
  'a.contoso.com',
  '4 of 5 executions match: Automated backup job via LiteManager',
  'C:\\Users\\ana\\Downloads\\ROMServer.exe',
  'anybody may write there',
  'litemanager.example',
  'powershell -enc SQBFAFgA',
  '203.0.113.10:5650',
  'Yakhnovets',
  'Servers',
];

describe('the evidence of a new device', () => {
  it('stands on the card in the order in which an analyst asks', () => {
    const text = textOf(caseCard(aboutOf(FINDING)));
    const places = ORDER.map((part) => text.indexOf(part));

    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const part of [
      '2 of 3 hunts agree',
      'on 3 of 400 devices',
      'expired after it signed, which is normal',
      '1 new of 400 reporting devices',
    ])
      expect(text).toContain(part);
  });

  it('stands on the page of the case, too', () => {
    const page = pageOf(FINDING);

    for (const part of [...ORDER, 'backup.exe', '2 of 3 hunts agree']) expect(page).toContain(part);
  });

  it('says what could not be had', () => {
    expect(textOf(caseCard(aboutOf(FINDING)))).toContain('Not known: prevalence (workspace-timed-out)');
    expect(pageOf(FINDING)).toContain('Not known: prevalence (workspace-timed-out)');
  });

  it('colours the card by how many hunts agree: one alone is no alarm, unless the others could not be asked', () => {
    const styleOf = (agree: number, unknown: number): string | undefined => {
      const names = ['signature', 'process', 'network'];
      const differ = names.slice(agree + unknown);
      const agreement = { agree: names.slice(0, agree), differ, unknown: names.slice(agree, agree + unknown) };
      return nodes(caseCard(aboutOf({ ...FINDING, agreement }))).find(({ type }) => type === 'Container')?.style;
    };

    expect(styleOf(1, 0)).toBe('warning');
    expect(styleOf(1, 2)).toBe('attention');
    expect(styleOf(2, 0)).toBe('attention');
    expect(styleOf(3, 0)).toBe('attention');
  });

  it('fits the card whatever it says, and is never interpreted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), fc.integer({ min: 1, max: 30 }), (text, many) => {
        const hostile = `{{DATE(2026-01-01)}} [x](https://evil.example) <at>SOC</at> ${text}`;
        const all = Array.from({ length: many }, () => hostile);
        const evidence = bounded(
          {
            files: all.map((sha1) => ({ sha1, signer: hostile })),
            executions: all.map((words) => ran(words, { path: hostile, account: hostile, parent: hostile })),
            arrivals: all.map((origin) => ({
              action: origin,
              file: origin,
              path: origin,
              process: origin,
              account: origin,
              origin,
            })),
            peers: all.map((host) => ({ address: host, host, count: 1 })),
            context: [['Users', hostile]],
            counts: { files: many, executions: many, peers: many },
            gaps: [],
          },
          1,
        );
        const finding = { ...FINDING, evidence };
        const card = caseCard(aboutOf(finding));
        expect(JSON.stringify(evidence).length).toBeLessThanOrEqual(3_000);
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(CARD_BUDGET);
        for (const { type, text: shown } of nodes(card))
          if (type === 'TextRun') expect(shown).not.toMatch(/\{\{|\p{Cc}/u);
        expect(pageOf(finding)).not.toContain('<at>');
      }),
      { numRuns: 60 },
    );
  });

  it('fits the card for the longest texts of the widest characters', () => {
    const wide = '😀"\\'.repeat(5_000);
    const evidence = bounded(
      { ...EVIDENCE, executions: Array.from({ length: 50 }, () => ran(wide, { path: wide })) },
      1,
    );
    const about = aboutOf({ ...FINDING, name: wide, evidence });

    expect(Buffer.byteLength(JSON.stringify(caseCard(about)))).toBeLessThanOrEqual(CARD_BUDGET);
    expect(textOf(caseCard(about))).toContain('Unexplained');
  });
});

it('a hundred devices with all that is kept of them fit into one row of storage', () => {
  const wide = '\u0001"\\'.repeat(5_000);
  const of = (n: number): Finding => ({
    ...aFinding(String(n).padStart(256, 'x'), { name: wide, reports: Array.from({ length: 20 }, () => wide) }),
    evidence: bounded({ ...EVIDENCE, executions: Array.from({ length: 50 }, () => ran(wide, { path: wide })) }, 97),
    verdict: { ...VERDICT, by: Array.from({ length: 6 }, () => ({ scenario: 'x'.repeat(100), executions: 1 })) },
    agreement: { agree: ['a'.repeat(40), 'b'.repeat(40)], differ: [], unknown: [] },
  });
  const row = outboxRow(
    'p',
    0,
    1,
    Array.from({ length: 97 }, (_, n) => of(n)),
    report,
  );

  expect(2 * Object.entries(row).flat().join('').length).toBeLessThan(1024 * 1024);
});

it.each([
  ['C:\\Program Files (x86)\\LiteManager Pro - Server\\ROMServer.exe', true],
  ['c:\\windows\\system32\\cmd.exe', true],
  ['C:\\Windows\\Temp\\x.exe', false],
  ['C:\\Windows\\System32\\spool\\drivers\\color\\x.exe', false],
  ['C:\\Program Files\\..\\Users\\x.exe', false],
  ['C:\\Program Files/x.exe', false],
  ['C:\\Program Files Evil\\x.exe', false],
  ['C:\\ProgramData\\x.exe', false],
  ['\\\\server\\share\\x.exe', false],
  ['', false],
])('only administrators write to %j: %s', (path, expected) => {
  expect(isProtected(path)).toBe(expected);
});
