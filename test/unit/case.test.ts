import { describe, expect, it } from 'vitest';
import {
  acknowledge,
  addNote,
  digestOf,
  expectDevices,
  isUrgent,
  NEW_CASE,
  unexpect,
  type Mark,
} from '../../src/hunt/case.ts';
import { worstFirst } from '../../src/hunt/finding.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import { wants, wantsEscalations, withRule, type SubscriptionRule } from '../../src/hunt/subscription.ts';
import { aFinding, aHunt, aReport, aRun, NOON } from '../support/builders.ts';

const ana: Mark = { by: { id: 'ana', name: 'Ana' }, at: NOON };
const bo: Mark = { by: { id: 'bo', name: 'Bo' }, at: NOON };
const hunt = aHunt();
const contextOf = (severity: 'high' | 'medium') =>
  noticeContext(aHunt({ severity }), aRun(), aReport({ findings: [aFinding('a')] }));

describe('a case', () => {
  it('is acknowledged by whoever is first', () => {
    const first = acknowledge(NEW_CASE, ana);

    expect(first).toMatchObject({ acknowledged: ana, seen: ana });
    expect(acknowledge(first, bo)).toBe(first);
  });

  it('keeps the same words of the same person once, and the latest twenty', () => {
    const noted = addNote(NEW_CASE, { ...ana, text: 'looks fine' });

    expect(addNote(noted, { ...ana, text: 'looks fine' })).toBe(noted);
    expect(addNote(noted, { ...bo, text: 'looks fine' }).notes).toHaveLength(2);
    const many = Array.from({ length: 30 }, (_, n) => n).reduce(
      (state, n) => addNote(state, { ...ana, text: String(n) }),
      NEW_CASE,
    );
    expect(many.notes.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 10)));
  });

  it('has one promise a device, the latest', () => {
    const [a, b] = [aFinding('a').device, aFinding('b').device];
    const promise = (device: typeof a, reason: string) => ({ ...ana, device, until: NOON, reason });
    const state = expectDevices(expectDevices(NEW_CASE, [promise(a, 'one'), promise(b, 'one')]), [promise(a, 'two')]);

    expect(state.expected.map(({ reason }) => reason).sort()).toEqual(['one', 'two']);
    expect(unexpect(state, bo)).toMatchObject({ expected: [], seen: ana });
    expect(unexpect(NEW_CASE, bo)).toBe(NEW_CASE);
  });

  it('of 5,000 devices keeps the worst 25 and counts all', () => {
    const findings = Array.from({ length: 5_000 }, (_, n) => aFinding(String(n), { count: n }));

    const digest = digestOf({ kind: 'devices-found', context: contextOf('high'), findings });

    expect(digest).toMatchObject({ counts: { 'newly-seen': 5_000, returning: 0, 'expectation-ended': 0 } });
    expect(digest.kind === 'devices-found' && digest.findings.map(({ count }) => count)).toEqual(
      Array.from({ length: 25 }, (_, n) => 4_999 - n),
    );
  });

  it('is urgent when a hunt of high severity has seen a device for the first time', () => {
    const digest = (severity: 'high' | 'medium', novelty: 'newly-seen' | 'returning') =>
      digestOf({ kind: 'devices-found', context: contextOf(severity), findings: [aFinding('a', { novelty })] });

    expect(isUrgent(digest('high', 'newly-seen'))).toBe(true);
    expect(isUrgent(digest('high', 'returning'))).toBe(false);
    expect(isUrgent(digest('medium', 'newly-seen'))).toBe(false);
  });
});

it('the worst device is one never seen before, then the one that matched most, then latest', () => {
  const findings = [
    aFinding('back', { novelty: 'returning', count: 99 }),
    aFinding('few', { count: 1 }),
    aFinding('lapsed', { novelty: 'expectation-ended', count: 9 }),
    aFinding('many', { count: 5 }),
    aFinding('late', { count: 1, lastSeen: NOON }),
  ];

  expect(worstFirst(findings).map(({ id }) => id)).toEqual(['many', 'late', 'few', 'lapsed', 'back']);
});

describe('a conversation', () => {
  const rules = (...all: [topic: SubscriptionRule['topic'], on: boolean][]): readonly SubscriptionRule[] =>
    all.reduce<readonly SubscriptionRule[]>((before, [topic, on]) => withRule(before, { topic, on }), []);

  it('is told of everything until it says otherwise', () => {
    expect(wants([], hunt)).toBe(true);
    expect(wants(rules(['everything', false]), hunt)).toBe(false);
  });

  it('can have one hunt of a tactic it does not want, and the other way round', () => {
    const but = rules(['tactic:CommandAndControl', false], [`hunt:${hunt.id}`, true]);

    expect(wants(but, hunt)).toBe(true);
    expect(wants(but, { ...hunt, id: 'other' as typeof hunt.id })).toBe(false);
    expect(wants(rules([`hunt:${hunt.id}`, true], ['tactic:CommandAndControl', false]), hunt)).toBe(false);
    expect(wants(rules(['everything', false], ['tactic:CommandAndControl', true]), hunt)).toBe(true);
  });

  it('starts afresh with everything, and has one rule a topic', () => {
    expect(rules([`hunt:${hunt.id}`, false], ['everything', true])).toEqual([{ topic: 'everything', on: true }]);
    expect(rules([`hunt:${hunt.id}`, false], [`hunt:${hunt.id}`, true])).toHaveLength(1);
  });

  it('gets escalations only when it asked for them, whatever else it wants', () => {
    expect(wantsEscalations([])).toBe(false);
    const asked = rules(['escalations', true], ['everything', false]);
    expect(wantsEscalations(asked)).toBe(true);
    expect(wants(asked, hunt)).toBe(false);
  });
});
