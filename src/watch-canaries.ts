/** The timer looks after the canaries: another invocation than the one that carries them. See docs/decisions/0074. */
import { perchesOf } from './canary-standing.ts';
import { CANARY_MISSING } from './canary-witness.ts';
import { arrived, keptSchedule, lookedAt, scheduled } from './hunt/canary-flight.ts';
import { canaryDeadline, tickLength, verdictOn, type Around, type Verdict } from './hunt/canary-verdict.ts';
import {
  CANARY_HUNT,
  canaryScope,
  flightTime,
  OFF,
  type CanaryState,
  type Flight,
  type Missing,
} from './hunt/canary.ts';
import { noticeContext, type NoticeContext } from './hunt/notice.ts';
import { planRun, scheduledRunId, scopeKeyOf } from './hunt/run.ts';
import { dueSlot } from './hunt/schedule.ts';
import { errorFields } from './log.ts';
import { sendAnother } from './send-another-canary.ts';
import type { RunRecord, ScopeState, Services, Target } from './services.ts';
import { tellPending } from './tell.ts';

/** Notices what has become of every canary; of one that is missing it tells once, and again when one arrives. */
export async function watchCanaries(states: ReadonlyMap<string, ScopeState>, services: Services): Promise<void> {
  const { canaries, workspaces, policy, log, now } = services;
  const all = await canaries.all();
  if (policy.canary === undefined) {
    for (const { scope, state } of all)
      if (state.schedule !== OFF) await canaries.change(scope, (latest) => keptSchedule(latest, OFF, now()));
    return;
  }
  const known = new Map(all.map(({ scope, state }) => [scopeKeyOf(scope), state]));
  for (const workspace of workspaces.keys()) {
    const key = scopeKeyOf(canaryScope(workspace));
    try {
      await watch(workspace, policy.canary, known.get(key), states.get(key), services);
    } catch (error) {
      log.error('tick.failed', { hunt: CANARY_HUNT.slug, workspace, ...errorFields(error) });
    }
  }
}

async function watch(
  workspace: string,
  schedule: string,
  known: CanaryState | undefined,
  scopeState: ScopeState | undefined,
  services: Services,
): Promise<void> {
  const { canaries, conversations, runs, policy, log, now } = services;
  const scope = canaryScope(workspace);
  const at = now();
  const step = (before: CanaryState | undefined): CanaryState => {
    const kept = keptSchedule(before, schedule, at);
    const slot = dueSlot(schedule, later(kept.flight?.slot, scopeState?.lastSlot), at);
    return lookedAt(slot ? scheduled(kept, slot, at) : kept, at, 2 * tickLength(policy.tick, at));
  };
  const state = known && step(known) === known ? known : await canaries.change(scope, step);
  const { flight } = state;
  if (!flight || flight.done) return;
  const targets = await conversations.list();
  const record = flight.run === undefined ? undefined : await runs.find(flight.run);
  const verdict = verdictOn(flight, aroundOf(workspace, targets, record, scopeState, state, services));
  if (verdict.arrived) {
    await land(workspace, state, flight, services);
    return;
  }
  const late = flight.looked.length >= canaryDeadline(policy.tick, policy.runTimeout, at);
  if (!late && !state.missing) return;
  const missing = late ? await miss(workspace, state, flight, verdict, targets, services) : state.missing;
  log.error('canary.missing', { workspace, run: flight.run, stage: missing?.stage, reason: missing?.message });
  await sendAnother(scope, { flight, verdict, record, scopeState, targets }, services);
}

const later = (a: Date | undefined, b: Date | undefined): Date | undefined => (a && b ? (a > b ? a : b) : (a ?? b));

function aroundOf(
  workspace: string,
  targets: readonly Target[],
  record: RunRecord | undefined,
  scopeState: ScopeState | undefined,
  { missing, flight }: CanaryState,
  services: Services,
): Around {
  const lease = scopeState?.lease;
  const held = lease && lease.until > services.now() && lease.run !== flight?.run;
  return {
    workspace,
    perches: perchesOf(workspace, [...services.workspaces.keys()], targets),
    deserted: targets.length === 0,
    ...(record?.failure && { failure: record.failure }),
    ...(held && { holder: lease }),
    ...(missing && { missing }),
  };
}

/** Writes down that it is missing and where, and tells it once, if there is anybody who could be told. */
async function miss(
  workspace: string,
  state: CanaryState,
  flight: Flight,
  { stage, message, targets }: Extract<Verdict, { readonly arrived: false }>,
  all: readonly Target[],
  services: Services,
): Promise<Missing> {
  const { canaries, outbox, now } = services;
  const scope = canaryScope(workspace);
  const { since, tellings, toldAs } = state.missing ?? { since: now(), tellings: 0, toldAs: '' };
  const place = [stage, ...targets].join(' ');
  // Through a Teams that takes nothing nobody can be told that it does; what was lost is told by the next card.
  const taken = stage !== 'told' || flight.landings.length > 0;
  const tells = place !== toldAs && taken && all.some(({ broken }) => !broken);
  const news = tells ? { tellings: tellings + 1, toldAs: place } : { tellings, toldAs };
  const missing: Missing = { since, stage, message, targets, ...news };
  if (tells) {
    const context = contextOf(workspace, flight, services);
    const trouble = { code: CANARY_MISSING, message, since, toldAt: now() };
    // The number follows from what is stored: after a crash it is told once all the same.
    const id = `${context.run}-trouble-${String(missing.tellings).padStart(6, '0')}`;
    await services.runs.markUnsettled(scope, now());
    await outbox.add(scope, { kind: 'trouble', trouble, reminder: false, context }, id);
  }
  await canaries.change(scope, (latest = state) => ({ ...latest, missing }));
  if (tells) await tellPending(scope, services);
  return missing;
}

async function land(workspace: string, state: CanaryState, flight: Flight, services: Services): Promise<void> {
  const { canaries, outbox, runs, log, now } = services;
  const scope = canaryScope(workspace);
  const { missing } = state;
  const tells = missing !== undefined && missing.tellings > 0;
  if (tells) {
    const context = contextOf(workspace, flight, services);
    const trouble = { code: CANARY_MISSING, message: missing.message, since: missing.since, toldAt: now() };
    await runs.markUnsettled(scope, now());
    await outbox.add(scope, { kind: 'recovered', trouble, context }, `${context.run}-recovered`);
  }
  await canaries.change(scope, (latest = state) => (latest.flight?.run === flight.run ? arrived(latest) : latest));
  log.info('canary.arrived', { workspace, run: flight.run, took: flightTime(flight) });
  if (tells) await tellPending(scope, services);
}

function contextOf(workspace: string, { run, slot }: Flight, { policy }: Services): NoticeContext {
  const scope = canaryScope(workspace);
  const order = { id: run ?? scheduledRunId(scope, slot), scope, trigger: 'schedule', asOf: slot } as const;
  const { query: _ours, ...context } = noticeContext(CANARY_HUNT, planRun(order, CANARY_HUNT, policy.lateness));
  return context;
}
