import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noticeContext, type Notice as AnyNotice } from '../../src/hunt/notice.ts';
import type { Proof } from '../../src/hunt/proof.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { CARD_BUDGET, caseCard, caseSummary } from '../../src/teams/card.ts';
import { techniqueUrl } from '../../src/teams/card-parts.ts';
import { inert } from '../../src/teams/inert.ts';
import { aCase, aFinding, aHunt, aReport, aRun, aSighting } from '../support/builders.ts';

type Notice = Exclude<AnyNotice, { readonly kind: 'unseen' }>;
const noticeCard = (notice: Notice) => caseCard(aCase(notice));
const noticeSummary = (notice: Notice): string => caseSummary(aCase(notice));

const context = noticeContext(aHunt(), aRun(), aReport({ findings: [aFinding('a')] }));
const found = (...findings: Finding[]): Notice => ({ kind: 'devices-found', context, findings });
const since = new Date('2026-11-20T06:00:00Z');
const trouble = { code: 'workspace-denied', message: 'No right to read the workspace.', since, toldAt: since };

interface Node {
  readonly type?: string;
  readonly text?: string;
  readonly url?: string;
}
/** Every object of a card. */
const nodes = (value: unknown): Node[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(nodes)] : [];
const textOf = (notice: Notice): string =>
  nodes(noticeCard(notice))
    .flatMap(({ type, text }) => (type === 'TextRun' ? [text ?? ''] : []))
    .join('|');
const bytes = (notice: Notice): number => Buffer.byteLength(JSON.stringify(noticeCard(notice)));

const look = { run: aRun().id, at: new Date('2026-11-22T12:00:00Z'), from: new Date('2026-11-17T12:00:00Z') };
const proof: Proof = {
  ...{ since, sinceFounding: true, runs: 20, blemished: 0, gaps: [], olderGaps: 0 },
  lastLook: look,
};
const proven = (more: Partial<Proof> = {}, partial = false): Notice => ({
  kind: 'devices-found',
  context: { ...context, proof: { ...proof, ...more }, ...(partial && { partial: { code: 'x', message: 'y' } }) },
  findings: [aFinding('a')],
});

describe('the proof on the card', () => {
  it('says since when, how often and with which gaps the hunt has looked', () => {
    expect(textOf(proven())).toContain(
      'Proof|Baseline of 20 Nov 2026 06:00 UTC; 20 complete runs before this one; no gap',
    );
    const gaps = [1, 2, 3, 4].map((n) => ({ from: new Date(2026, 0, n), until: new Date(2026, 0, n, 5) }));
    expect(textOf(proven({ gaps, olderGaps: 2, blemished: 3 }))).toMatch(
      /3 others partial, blind or failed; nobody looked from .*, and 3 times before/,
    );
  });

  it('has the three clocks', () => {
    expect(textOf(proven())).toContain(
      'Event 20 Nov 2026 10:00 UTC; arrived after 22 Nov 2026 12:00 UTC, when a run had looked at its time; first returned by complete run 21, 23 Nov 2026 12:00 UTC',
    );
    expect(textOf(proven({}, true))).toContain('first returned by the run of 23 Nov 2026 12:00 UTC');
    expect(textOf(found(aFinding('a')))).toContain('arrived by 23 Nov 2026 12:00 UTC; first returned by the run of');
  });

  it('has the clocks of several devices in one line, their events in the list', () => {
    const several = (count: number, ...findings: Finding[]): string => {
      const counts = { 'newly-seen': count, returning: 0, 'expectation-ended': 0, 'explanation-ended': 0 };
      const notice = { kind: 'devices-found', context: { ...context, proof }, findings, counts } as const;
      return nodes(caseCard({ ...aCase(found(...findings)), notice }))
        .flatMap(({ type, text }) => (type === 'TextRun' ? [text ?? ''] : []))
        .join('|');
    };
    const late = (id: string): Finding => aFinding(id);
    const early = aFinding('early', { firstSeen: new Date('2026-11-23T11:00:00Z') });
    const by = 'all returned by complete run 21, 23 Nov 2026 12:00 UTC';
    const after = 'arrived after 22 Nov 2026 12:00 UTC, when a run had looked at that time';
    expect(several(2, late('a'), late('b'))).toContain(`Clocks|Events as listed; all ${after}; ${by}`);
    expect(several(2, late('a'), early)).toContain(`Clocks|Events as listed; 1 of them ${after}; ${by}`);
    expect(several(40, late('a'), early)).toContain(`Clocks|Events as listed; at least 1 of them ${after}; ${by}`);
    expect(several(2, early, aFinding('b', { novelty: 'returning' }))).toContain(
      `Clocks|Events as listed; arrived by 23 Nov 2026 12:00 UTC; ${by}`,
    );
  });

  it('says that another device has, or had, the same name', () => {
    const sameNameAs = { device: aFinding('old').device, id: 'old', lastSeen: new Date('2026-11-02T00:00:00Z') };
    const twin = aFinding('a', { sameNameAs });
    expect(textOf(found(twin))).toContain('Same name as|old, last seen 2 Nov 2026: set up anew, or a twin');
    expect(textOf(found(twin, aFinding('b')))).toContain('new · same name as old, last seen 2 Nov 2026');
  });

  it('warns when the query is another one', () => {
    const changed = textOf(proven({ changed: { fromVersion: '1.0.0', toVersion: '1.1.0' } }));
    expect(changed).toContain('The query has changed since the run before (version 1.0.0 to 1.1.0)');
    expect(changed).toContain('arrived by');
  });

  it('claims no baseline that it has not seen founded', () => {
    expect(textOf(proven({ sinceFounding: false }))).toContain('Recorded since 20 Nov 2026 06:00 UTC');
  });
});

describe('the card of one new device', () => {
  it('says what is where since when, and what the run saw', () => {
    const text = textOf(found(aFinding('abc', { name: 'wks-1.contoso.com', reports: ['7', '8'], reportCount: 9 })));

    for (const part of [
      '● New device: |wks-1.contoso.com',
      'abc',
      '20 Nov 2026 10:00 UTC, in this window',
      '22 Nov 2026 10:00 UTC',
      '7, 8 and 7 more',
      'LiteManager by file signature',
      'Command and Control',
      'T1219',
      '18 Nov 2026 12:00 – 23 Nov 2026 12:00 UTC',
      'corp',
      '1 row, 1 device: 1 new, 0 returning, 0 known',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('links the technique to ATT&CK', () => {
    expect(nodes(noticeCard(found(aFinding('a')))).map(({ url }) => url)).toContain(
      'https://attack.mitre.org/techniques/T1219/',
    );
    expect(techniqueUrl('T1574.002')).toBe('https://attack.mitre.org/techniques/T1574/002/');
    expect(techniqueUrl('T1219/../x')).toBeUndefined();
  });

  it('tells a device that has come back from one that is new', () => {
    const text = textOf(
      found(aFinding('a', { novelty: 'returning', lastSeenBefore: new Date('2026-09-01T00:00:00Z') })),
    );

    expect(text).toContain('↩ Device is back: ');
    expect(text).toContain('Not seen since 1 Sep 2026');
  });

  it('warns when the answer was partial', () => {
    const partial = { code: 'E_QUERY_RESULT_SET_TOO_LARGE', message: 'x' };

    expect(textOf({ kind: 'devices-found', context: { ...context, partial }, findings: [aFinding('a')] })).toContain(
      'Partial answer',
    );
  });
});

describe('a card of several devices', () => {
  it('lists them and counts what it does not list', () => {
    const text = textOf(found(...Array.from({ length: 40 }, (_, i) => aFinding(`d${String(i).padStart(2, '0')}`))));

    expect(text).toContain('40 new devices');
    expect(text).toContain('d00.contoso.com');
    expect(text).toContain('and 30 more devices, not shown here');
  });

  it('keeps within its budget and accounts for every device, whatever they are called', () => {
    // By default fast-check's strings and arrays are so short that no card would ever come near its budget.
    const names = fc.string({ unit: 'binary', maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(fc.array(names, { minLength: 2, maxLength: 60, size: 'max' }), (all) => {
        const notice = found(...all.map((name, i) => aFinding(`id-${String(i)}`, { name })));
        const card = noticeCard(notice);
        const rows = nodes(card).filter(({ type }) => type === 'TableRow').length;
        const rest = Number(/and (\d+) more device/.exec(textOf(notice))?.[1] ?? 0);

        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(CARD_BUDGET);
        expect(Math.max(0, rows - 1) + rest).toBe(all.length);
      }),
      // Shrinking inputs this large would take minutes.
      { numRuns: 50, endOnFailure: true },
    );
  });

  it('keeps within its budget for 5,000 devices with names of 10,000 characters', () => {
    const long = aFinding('x', {
      name: '😀'.repeat(5_000),
      id: 'i'.repeat(10_000),
      reports: Array.from({ length: 20 }, () => '9'.repeat(500)),
    });

    expect(bytes(found(...Array.from({ length: 5_000 }, () => long)))).toBeLessThanOrEqual(CARD_BUDGET);
    expect(bytes(found(long))).toBeLessThanOrEqual(CARD_BUDGET);
  });
});

describe('the other cards', () => {
  it('a baseline lists its devices, or only counts them when the hunt is to learn', () => {
    const devices = [aSighting('one'), aSighting('two')];
    const learning = { ...context, hunt: { ...context.hunt, firstRun: 'learn' as const } };

    expect(textOf({ kind: 'baseline-founded', context, total: 2, devices })).toMatch(
      /Baseline founded: 2 devices.*one\.contoso\.com/,
    );
    expect(textOf({ kind: 'baseline-founded', context: learning, total: 2, devices })).not.toContain('one.contoso.com');
  });

  it('a trouble says what it is, and that silence is not to be trusted', () => {
    const text = textOf({ kind: 'trouble', context, trouble, reminder: false });

    expect(text).toContain('No right to read the workspace.');
    expect(text).toContain('Silence of this hunt does not mean that nothing is new.');
    expect(textOf({ kind: 'trouble', context, trouble, reminder: true })).toContain(
      '▲ Still failing since 20 Nov 2026 06:00 UTC',
    );
  });

  it('its end is told as such', () => {
    expect(textOf({ kind: 'recovered', context, trouble })).toContain('This hunt works again');
  });

  it('each has a line for the notification', () => {
    expect(
      (
        [
          found(aFinding('a')),
          found(aFinding('a'), aFinding('b')),
          { kind: 'baseline-founded', context, total: 1, devices: [] },
          { kind: 'trouble', context, trouble, reminder: true },
          { kind: 'recovered', context, trouble },
        ] satisfies Notice[]
      ).map(noticeSummary),
    ).toEqual([
      'New device: a.contoso.com – LiteManager by file signature',
      '2 new devices – LiteManager by file signature',
      'Baseline founded, 1 device – LiteManager by file signature',
      'Still not to be trusted – LiteManager by file signature',
      'Works again – LiteManager by file signature',
    ]);
  });
});

describe('text from a device', () => {
  const HOSTILE = [
    '[x](https://evil.example)',
    '![x](https://evil.example/p.png)',
    '<at>SOC</at>',
    '{{DATE(2026-01-01T00:00:00Z)}}',
    '\u202egnp.exe',
    'a\u200bb\u0000c\nd',
    '**bold**',
    '<b>b</b>',
  ];

  it.each(HOSTILE)('such as %j stands in text runs only, where nothing is interpreted', (name) => {
    const card = noticeCard(found(aFinding('a', { name, id: name, reports: [name] })));

    for (const { type } of nodes(card)) expect(['TextBlock', 'FactSet', 'Image', 'Media']).not.toContain(type);
    expect(JSON.stringify(card)).not.toMatch(/\{\{/);
    expect(
      nodes(card)
        .map(({ url }) => url ?? '')
        .filter((url) => url.includes('evil')),
    ).toEqual([]);
  });

  it('loses what cannot be seen, and is cut by whole characters', () => {
    expect(inert('a\u202eb\u200bc\u0007d\ne')).toBe('a b c d e');
    expect(inert('😀'.repeat(100), 10)).toBe(`${'😀'.repeat(9)}…`);
    expect(inert('\ud800lonely')).toBe('lonely');
  });
});
