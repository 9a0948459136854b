import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { acknowledge, addNote, expectDevices, type Case, type CaseState, type Mark } from '../../src/hunt/case.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { noticeContext, type Notice } from '../../src/hunt/notice.ts';
import { deviceUrl, huntingUrl, linksOf, logsUrl, type Portals } from '../../src/teams/card-links.ts';
import { CARD_BUDGET, caseCard, caseSummary, plainCard } from '../../src/teams/card.ts';
import { sparkline } from '../../src/teams/sparkline.ts';
import { aCase, aFinding, aHunt, aReport, aRun, NOON } from '../support/builders.ts';
import { buttonsOf, bytesOf, nodesOf, textOf } from '../support/cards.ts';

const context = noticeContext(aHunt(), aRun(), aReport({ findings: [aFinding('a')] }));
const found = (...findings: Finding[]): Case => aCase({ kind: 'devices-found', context, findings });
const ana: Mark = { by: { id: 'ana', name: 'Ana' }, at: NOON };
const after = (about: Case, ...steps: ((state: CaseState) => CaseState)[]): Case => ({
  ...about,
  state: steps.reduce((state, step) => step(state), about.state),
});
const promise = (finding: Finding) => ({
  ...ana,
  device: finding.device,
  until: new Date('2026-12-24T00:00:00Z'),
  reason: 'the help desk',
});
const DEVICE_ID = '47db1c843743a41212f28c97d60c5409d0a40592';
const portals: Portals = {
  tenantId: 'aaaaaaaa-0000-0000-0000-000000000001',
  defender: 'https://security.microsoft.com',
  azure: 'https://portal.azure.com',
  workspaceIds: new Map([
    ['corp', '/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/w'],
  ]),
};
const trouble = { code: 'workspace-denied', message: 'No right.', since: NOON, toldAt: NOON };

describe('the buttons of a card', () => {
  it('of one device are six, the most that Teams shows at once', () => {
    const card = caseCard(found(aFinding(DEVICE_ID)), { device: 'https://d.example', hunting: 'https://h.example' });

    expect(buttonsOf(card)).toEqual([
      'Acknowledge',
      'Expected here…',
      'Note…',
      'Open in Defender',
      'Query…',
      'Run now',
    ]);
  });

  it('name the case and nothing that could be forged to some purpose', () => {
    const about = found(aFinding('a'), aFinding('b'));
    const executed = nodesOf(caseCard(about)).filter(({ type }) => type === 'Action.Execute');

    expect(executed.length).toBeGreaterThan(3);
    for (const { data } of executed) expect(data?.['case']).toBe(about.id);
  });

  it('let a device of a list be chosen by its number, since names come from outside', () => {
    const about = found(aFinding('a', { name: '[x](https://evil.example)' }), aFinding('b'));
    const choice = nodesOf(caseCard(about)).find(({ type }) => type === 'Input.ChoiceSet');

    expect(choice?.choices?.map(({ title }) => title)).toEqual(['All 2 listed above', 'No. 1', 'No. 2']);
    expect(textOf(caseCard(about))).toContain('1. |');
  });

  it('have the query to copy and the portals that run it', () => {
    const query = nodesOf(caseCard(found(aFinding('a')), { hunting: 'https://h.example', logs: 'https://l.example' }));

    expect(query.find(({ id }) => id === 'query')?.value).toBe(aHunt().query);
    expect(query.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Run in Defender', 'Run in Log Analytics']),
    );
  });

  it('of a webhook only open links: nobody could answer a click', () => {
    const card = caseCard(found(aFinding('a')), { page: 'https://app.example/api/cases/x?sig=y' }, 'webhook');

    expect(nodesOf(card).filter(({ type }) => type === 'Action.Execute')).toEqual([]);
    expect(buttonsOf(card)).toEqual(['Acknowledge, expect, note…', 'Query…']);
  });
});

describe('what people did', () => {
  it('stands on the card, and an acknowledged one is not red any more', () => {
    const before = found(aFinding('a'));
    const done = after(
      before,
      (state) => acknowledge(state, ana),
      (state) => addNote(state, { ...ana, text: 'asked the owner' }),
      (state) => expectDevices(state, [promise(aFinding('a'))]),
    );

    expect(textOf(caseCard(done))).toContain('✓ Acknowledged by Ana, 23 Nov 2026 12:00 UTC');
    expect(textOf(caseCard(done))).toContain('Ana, 23 Nov 2026 12:00 UTC: |asked the owner');
    expect(textOf(caseCard(done))).toContain('Expected here until 24 Dec 2026: |the help desk');
    expect(buttonsOf(caseCard(done))).not.toContain('Acknowledge');
    expect(buttonsOf(caseCard(done))).toContain('Not expected after all');
    expect(JSON.stringify(caseCard(before).body)).toContain('"style":"attention"');
    expect(JSON.stringify(caseCard(done).body)).not.toContain('"style":"attention"');
  });

  it('by a link is marked as such, since nobody has checked the name', () => {
    const byLink: Mark = { by: { id: 'link', name: 'The CISO' }, at: NOON };

    expect(textOf(caseCard(after(found(aFinding('a')), (state) => acknowledge(state, byLink))))).toContain(
      'The CISO (by link, name not checked)',
    );
  });

  it('says which of several devices are expected', () => {
    const [a, b] = [aFinding('a'), aFinding('b')];
    const text = textOf(caseCard(after(found(a, b), (state) => expectDevices(state, [promise(b)]))));

    expect(text).toContain('1 device expected until 24 Dec 2026');
    expect(text).toMatch(/b\.contoso\.com\|[^|]+\|expected until 24 Dec 2026/);
  });

  it('counts notes it does not show', () => {
    const notes = ['one', 'two', 'three', 'four', 'five'];
    const about = notes.reduce(
      (one, text) => after(one, (state) => addNote(state, { ...ana, text })),
      found(aFinding('a')),
    );

    expect(textOf(caseCard(about))).toContain('2 older notes, not shown here');
    expect(textOf(caseCard(about))).toContain('five');
  });

  it('is answered on top to whoever clicked', () => {
    expect(textOf(caseCard(found(aFinding('a')), {}, 'bot', 'Bo was first.'))).toMatch(/^Bo was first\.\|/);
  });

  it('not in time is said on the card and in the notification', () => {
    const about = after(found(aFinding('a')), (state) => ({ ...state, escalatedAt: NOON }));

    expect(textOf(caseCard(about))).toContain('Told again: nobody had opened it since 23 Nov 2026 12:00 UTC');
    expect(caseSummary(about)).toMatch(/^Nobody has looked: New device/);
  });
});

describe('each kind of card', () => {
  const kinds: readonly [string, Case, string][] = [
    ['a new device', found(aFinding('a')), '● New device: '],
    ['a returning device', found(aFinding('a', { novelty: 'returning' })), '↩ Device is back: '],
    [
      'a device whose promise has run out',
      found(aFinding('a', { novelty: 'expectation-ended', expected: { until: NOON, reason: 'a test', by: 'Ana' } })),
      '◷ No longer expected: ',
    ],
    [
      'a baseline',
      aCase({ kind: 'baseline-founded', context, total: 3, devices: [] }),
      '■ Baseline founded: 3 devices',
    ],
    [
      'a failing hunt',
      aCase({ kind: 'trouble', context, trouble, reminder: false }),
      '▲ This hunt cannot be trusted right now',
    ],
    [
      'a hunt that still fails',
      aCase({ kind: 'trouble', context, trouble, reminder: true }),
      '▲ Still failing since 23 Nov 2026 12:00 UTC',
    ],
    [
      'a blind hunt',
      aCase({ kind: 'trouble', context, trouble: { ...trouble, code: 'blind-hunt' }, reminder: false }),
      '◌ This hunt is blind',
    ],
    ['a hunt that works again', aCase({ kind: 'recovered', context, trouble }), '✓ This hunt works again'],
  ];

  it.each(kinds)('such as %s begins with a mark of its own', (_what, about, title) => {
    expect(textOf(caseCard(about)).startsWith(title)).toBe(true);
    expect(caseCard(about).fallbackText).not.toBe('');
  });

  it('says who expected a device until when, and why', () => {
    expect(textOf(caseCard(kinds[2]?.[1] ?? found()))).toContain(
      'Ana expected it until 23 Nov 2026 (a test), and it is still seen',
    );
  });

  it('can be acknowledged, but for good news', () => {
    expect(buttonsOf(caseCard(kinds[4]?.[1] ?? found()))).toEqual(['Acknowledge', 'Note…', 'Query…', 'Run now']);
    expect(buttonsOf(caseCard(kinds[7]?.[1] ?? found()))).not.toContain('Acknowledge');
  });
});

describe('the chart of the latest runs', () => {
  const point = (devices: number, failed = false) => ({ at: NOON, failed, devices, news: 0 });

  it('runs from left to right, with a cross for a run that failed', () => {
    expect(sparkline([point(8), point(0, true), point(4), point(0)])).toBe('▁▅×█');
    expect(sparkline([point(0), point(0)])).toBe('▁▁');
    expect(sparkline([point(1), point(1000)])).toBe('█▂');
  });

  it('needs two runs', () => {
    expect(sparkline([point(8)])).toBeUndefined();
    expect(textOf(caseCard({ ...found(aFinding('a')), history: [point(3), point(2)] }))).toContain('Last 2 runs|▆█');
  });
});

describe('links', () => {
  it('open the device in Defender by its id, and nothing that only looks like one', () => {
    expect(deviceUrl(DEVICE_ID, portals)).toBe(
      `https://security.microsoft.com/machines/v2/${DEVICE_ID}/overview?tid=${portals.tenantId ?? ''}`,
    );
    for (const id of ['', '../x', `${DEVICE_ID}/..`, 'https://evil.example', `${DEVICE_ID}?x`])
      expect(deviceUrl(id, portals)).toBeUndefined();
  });

  it('carry the query to advanced hunting as gzip of UTF-16LE, and to Log Analytics as gzip of UTF-8', () => {
    const query = 'DeviceInfo | where DeviceName == "ünïcode 😀" // & ? #';
    const hunting = new URL(huntingUrl(query, portals) ?? '');
    const packed = /\/q\/([^/]+)\/timespan/.exec(logsUrl(query, 'corp', portals) ?? '')?.[1] ?? '';

    expect(gunzipSync(Buffer.from(hunting.searchParams.get('query') ?? '', 'base64url')).toString('utf16le')).toBe(
      query,
    );
    expect(gunzipSync(Buffer.from(decodeURIComponent(packed), 'base64')).toString()).toBe(query);
    expect(logsUrl(query, 'unknown', portals)).toBeUndefined();
  });

  it('that would be too long are left out', () => {
    expect(huntingUrl(randomBytes(6_000).toString('base64'), portals)).toBeUndefined();
  });

  it('are those of the one device on the card', () => {
    expect(linksOf(found(aFinding(DEVICE_ID)), portals, undefined)).toHaveProperty('device');
    expect(linksOf(found(aFinding(DEVICE_ID), aFinding('b')), portals, undefined)).not.toHaveProperty('device');
  });
});

describe('the budget', () => {
  it('holds for whatever people and devices write, with every link and button', () => {
    const words = fc.string({ unit: 'binary', maxLength: 600, size: 'max' });
    const links = {
      device: `https://d/${'x'.repeat(200)}`,
      hunting: `https://h/${'x'.repeat(3_900)}`,
      logs: `https://l/${'x'.repeat(3_900)}`,
      page: `https://p/${'x'.repeat(300)}`,
    };
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 30, size: 'max' }), words, words, (names, text, query) => {
        const mark: Mark = { by: { id: 'x', name: text }, at: NOON };
        const notice: Notice = {
          kind: 'devices-found',
          context: { ...context, query, hunt: { ...context.hunt, name: text, tactics: names, techniques: names } },
          findings: names.map((name, i) => aFinding(String(i), { name, id: name, reports: [name] })),
        };
        const base = aCase(notice, {
          history: Array.from({ length: 14 }, () => ({ at: NOON, failed: false, devices: 9, news: 0 })),
        });
        const about = after(
          base,
          (state) => acknowledge(state, mark),
          (state) => names.reduce((one, name) => addNote(one, { ...mark, text: name }), state),
          (state) =>
            expectDevices(
              state,
              notice.findings.map((finding) => ({ ...promise(finding), by: mark.by, reason: finding.name })),
            ),
        );

        expect(bytesOf(caseCard(about, links))).toBeLessThanOrEqual(CARD_BUDGET);
        expect(bytesOf(plainCard(about, links))).toBeLessThanOrEqual(2_000);
        expect(JSON.stringify(caseCard({ ...about, notice: { ...about.notice, context } }, {}))).not.toMatch(/\{\{/);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  }, 60_000);
});
