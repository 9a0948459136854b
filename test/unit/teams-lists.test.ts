import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/hunt/finding.ts';
import { noticeContext, type Notice as AnyNotice } from '../../src/hunt/notice.ts';
import { CARD_BUDGET, caseCard, caseSummary } from '../../src/teams/card.ts';
import { aCase, aFinding, aHunt, aReport, aRun } from '../support/builders.ts';

type Notice = Exclude<AnyNotice, { readonly kind: 'unseen' }>;
const noticeCard = (notice: Notice) => caseCard(aCase(notice));
const noticeSummary = (notice: Notice): string => caseSummary(aCase(notice));

const context = noticeContext(aHunt(), aRun(), aReport({ findings: [aFinding('a')] }));
const found = (...findings: Finding[]): Notice => ({ kind: 'devices-found', context, findings });
const back = (id: string): Finding =>
  aFinding(id, { novelty: 'returning', lastSeenBefore: new Date('2026-09-01T00:00:00Z') });

function texts(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { readonly type?: string; readonly text?: string };
  return [...(type === 'TextRun' ? [text ?? ''] : []), ...Object.values(value).flatMap(texts)];
}
const textOf = (notice: Notice): string => texts(noticeCard(notice)).join('|');

describe('a list of devices', () => {
  it('says of each when it was seen first, why it is listed, and how often it matched', () => {
    const text = textOf(found(aFinding('a', { count: 1_234 }), aFinding('b')));

    expect(text).toContain('1. |a.contoso.com|20 Nov 2026 10:00|new| 1,234×');
  });

  it('tells two devices of one name apart by their ids', () => {
    const text = textOf(found(aFinding('id-1', { name: 'same' }), aFinding('id-2', { name: 'same' }), aFinding('c')));

    expect(text).toContain('same| id-1|');
    expect(text).toContain('same| id-2|');
    expect(text).not.toContain('c.contoso.com| c|');
  });

  it('does not call devices unseen that have come back', () => {
    expect(textOf(found(back('a'), back('b')))).not.toContain('No earlier run');
    expect(textOf(found(aFinding('a'), back('b')))).toContain('1 new device, 1 device back|New: no earlier run');
  });

  it('accounts for 5,000 devices within its budget', () => {
    const notice = found(
      ...Array.from({ length: 5_000 }, (_, i) => aFinding(`d${String(i)}`, { name: '"\\😀'.repeat(99) })),
    );
    const rows = JSON.stringify(noticeCard(notice)).split('"TableRow"').length - 2;
    const rest = Number(/and ([\d,]+) more devices/.exec(textOf(notice))?.[1]?.replaceAll(',', ''));

    expect(Buffer.byteLength(JSON.stringify(noticeCard(notice)))).toBeLessThanOrEqual(CARD_BUDGET);
    expect(rows).toBeGreaterThan(0);
    expect(rows + rest).toBe(5_000);
  });
});

describe('a single device', () => {
  it('that hides its name behind invisible characters is called by its id', () => {
    const hidden = found(aFinding('dev-1', { name: '\u200b'.repeat(700) }));

    expect(textOf(hidden)).toContain('● New device: |dev-1');
    expect(noticeSummary(hidden)).toBe('New device: dev-1 – LiteManager by file signature');
  });

  it('seen first before the window is not said to be in it', () => {
    const text = textOf(found(aFinding('a', { firstSeen: new Date('2020-01-01T00:00:00Z') })));

    expect(text).toContain('1 Jan 2020 00:00 UTC|');
    expect(text).not.toContain('in this window');
  });

  it('whose hunt gives no times says so, and nothing about the window', () => {
    const { firstSeen: _first, lastSeen: _last, ...timeless } = aFinding('a');

    expect(textOf(found(timeless))).toContain('First seen|not given|Last seen|not given|');
  });
});
