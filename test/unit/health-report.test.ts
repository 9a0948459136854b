import { describe, expect, it } from 'vitest';
import { healthReasons, type HealthInput } from '../../src/functions/health-report.ts';
import type { ScopeState, Target } from '../../src/services.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, aRun } from '../support/builders.ts';

const now = new Date('2026-11-23T06:30:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const hunt = aHunt();
const channel: Target = { id: '19:hunts', kind: 'channel', reference: {}, rules: [] };
const scope = { hunt: hunt.id, workspace: 'corp' };

const healthy = (state: Partial<ScopeState> = {}): HealthInput => ({
  hunts: [hunt],
  workspaces: ['corp'],
  problems: [],
  states: [{ scope, lastSlot: new Date('2026-11-23T06:00:00Z'), ...state }],
  targets: [channel],
  mutes: [],
  canaries: [],
  lastTick: ago(4 * MINUTE),
  policy: {
    schedule: '0 0 6 * * *',
    tick: '0 */5 * * * *',
    digest: '0 0 7 * * 1',
    lateness: 2 * DAY,
    runTimeout: 12 * MINUTE,
    evidenceTimeout: 120_000,
    blindAfter: 2_700_000,
    remindAfter: DAY,
    escalateAfter: 4 * HOUR,
    retain: 400 * DAY,
  },
  now,
});
const codes = (input: HealthInput): string[] => healthReasons(input).map(({ code }) => code);

describe('health', () => {
  it('notices that the timer ticks and the queue delivers nothing', () => {
    const yesterday = new Date('2026-11-22T06:00:09Z');
    const lastRun = { id: aRun().id, at: yesterday, status: 'completed' } as const;
    const silent = healthy({ lastSlot: new Date('2026-11-22T06:00:00Z'), lastRun });
    const [reason] = healthReasons(silent).filter(({ code }) => code === 'queue-silent');
    expect(reason?.message).toContain('no run has ended since 2026-11-22T06:00:09.000Z, and 1 slot waits');

    const atWork = { lease: { run: aRun().id, until: ago(-MINUTE) } };
    expect(codes(healthy({ lastSlot: new Date('2026-11-22T06:00:00Z'), lastRun, ...atWork }))).not.toContain(
      'queue-silent',
    );
    const other = { scope: { ...scope, workspace: 'emea' }, lastSlot: now, lastRun: { ...lastRun, at: ago(MINUTE) } };
    expect(codes({ ...silent, states: [...silent.states, other] })).not.toContain('queue-silent');
  });

  it('gives no reason when silence means that nothing is new', () => {
    expect(healthReasons(healthy())).toEqual([]);
  });

  it('forgives two missed ticks and reports the third', () => {
    expect(codes({ ...healthy(), lastTick: new Date('2026-11-23T06:20:00Z') })).toEqual([]);
    expect(healthReasons({ ...healthy(), lastTick: new Date('2026-11-23T06:15:00Z') })).toEqual([
      { code: 'timer-silent', message: 'The timer last ticked at 2026-11-23T06:15:00.000Z.' },
    ]);
  });

  it('says that the timer never ticked', () => {
    expect(codes({ ...healthy(), lastTick: undefined })).toEqual(['timer-silent']);
  });

  it('names a hunt file that does not load, with its place', () => {
    const problem = {
      file: 'rmm/x.yaml',
      line: 3,
      column: 1,
      message: '"tatics" is no field of a hunt',
      suggestion: 'tactics',
    };

    expect(healthReasons({ ...healthy(), problems: [problem] })).toEqual([
      { code: 'hunt-file-invalid', message: 'rmm/x.yaml:3:1 "tatics" is no field of a hunt; did you mean "tactics"?' },
    ]);
  });

  it('reports that nothing is looked for when no hunt is loaded', () => {
    expect(codes({ ...healthy(), hunts: [], states: [] })).toEqual(['no-hunts']);
  });

  it('reports that nobody can be told', () => {
    expect(codes({ ...healthy(), targets: [] })).toEqual(['no-target']);
    const broken = { ...channel, broken: { since: ago(HOUR), reason: 'gone' } };
    expect(codes({ ...healthy(), targets: [broken] })).toEqual(['target-broken', 'no-target']);
    expect(codes({ ...healthy(), targets: [broken, { ...channel, id: '19:other' }] })).toEqual(['target-broken']);
  });

  it('passes on the trouble of a hunt with its own code', () => {
    const trouble = { code: 'workspace-denied', message: 'No right.', since: ago(DAY), toldAt: ago(DAY) };

    expect(healthReasons(healthy({ trouble }))).toEqual([
      { code: 'workspace-denied', message: `${hunt.slug} in corp, since 2026-11-22T06:30:00.000Z: No right.` },
    ]);
  });

  it('reports a hunt that has never run: its silence is no baseline', () => {
    expect(codes({ ...healthy(), states: [] })).toEqual(['never-run']);
  });

  it('reports a slot that no run has answered for, once a run could have', () => {
    const missed = { lastSlot: new Date('2026-11-22T06:00:00Z') };

    expect(codes(healthy(missed))).toEqual(['slot-missed']);
    expect(codes({ ...healthy(missed), now: new Date('2026-11-23T06:10:00Z') })).toEqual([]);
  });

  it('reports a time that nobody has looked at, until it is caught up', () => {
    const gap = { coverage: { from: ago(60 * DAY), until: ago(9 * DAY) }, lastComplete: ago(HOUR) };

    expect(codes(healthy(gap))).toEqual(['gap-open']);
    expect(codes(healthy({ ...gap, coverage: { from: ago(60 * DAY), until: ago(HOUR) } }))).toEqual([]);
  });

  it('reports what has been pending for ten minutes', () => {
    expect(codes(healthy({ unsettledSince: ago(9 * MINUTE) }))).toEqual([]);
    expect(codes(healthy({ unsettledSince: ago(10 * MINUTE) }))).toEqual(['findings-untold']);
  });
});
