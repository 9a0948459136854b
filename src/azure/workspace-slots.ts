import { errorFields, type Log } from '../log.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import { querySlots, type OwnSlots, type QuerySlots } from './query-slots.ts';
import { SLOT_LEASE, slotRows, type HeldSlot } from './slot-rows.ts';
import type { Table } from './table.ts';

export interface WorkspaceSlotsOptions {
  readonly table: Table;
  /** The workspace as logs name it, and as Azure does. */
  readonly alias: string;
  readonly id: string;
  /** Queries at once in the workspace, of all processes. */
  readonly size: number;
  /** Those of this process, whatever workspace they are for. */
  readonly own: OwnSlots;
  readonly now: () => Date;
  /** Waits; rejects when the signal fires. */
  readonly sleep: (length: Milliseconds, value: undefined, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly log: Log;
}

const RENEW_EVERY: Milliseconds = SLOT_LEASE / 3;
/** Between two looks for a free slot, half more or less. It does not grow: who waits longest must not look most rarely. */
const LOOK_EVERY: Milliseconds = SECOND / 2;
/** A process that has had every slot for so long leaves one alone, while everybody who waits has looked. */
const TURN: Milliseconds = 10 * SECOND;
const STEP_BACK: Milliseconds = 2 * LOOK_EVERY;

/**
 * Limits the queries of a workspace over all processes: docs/decisions/0021-query-slots-are-rows.md. A slot is held while
 * a query is at work and not while anybody waits. Without storage there is still the limit of the process.
 */
export function workspaceSlots(options: WorkspaceSlotsOptions): QuerySlots {
  const { table, alias, id, size, own, now, sleep, log } = options;
  const rows = slotRows(table, id, size, now);
  /** One at a time asks storage; the others wait behind it, which costs nothing. */
  const line = querySlots(1);
  let inLine = 0;
  let atWork = 0;
  /** Since when this process has had all slots, and more to ask. */
  let fullSince: number | undefined;

  const failed = (step: 'take' | 'renew' | 'give-back', error: unknown): void => {
    log.warn('query.slot-failed', { workspace: alias, step, ...errorFields(error) });
  };

  return {
    async run(act, signal) {
      const leave = await enter(signal);
      try {
        return await act();
      } finally {
        await leave();
      }
    },
  };

  async function enter(signal: AbortSignal): Promise<() => Promise<void>> {
    inLine += 1;
    try {
      const first = await line.take(signal);
      try {
        return await takeBoth(signal);
      } finally {
        first();
      }
    } finally {
      inLine -= 1;
    }
  }

  /** A slot of the process and one of the workspace; neither is kept waiting for the other. */
  async function takeBoth(signal: AbortSignal): Promise<() => Promise<void>> {
    for (let waits = false; ; waits = true) {
      if (fullSince !== undefined && now().getTime() - fullSince >= TURN) {
        fullSince = undefined;
        await pause(STEP_BACK, signal);
      }
      const give = await own.take(signal);
      const slot = await rows.take(waits).catch((error: unknown) => {
        failed('take', error);
        return 'unlimited' as const;
      });
      if (slot === 'unlimited')
        return () => {
          give();
          return Promise.resolve();
        };
      if (slot) {
        const leave = keep(slot, give);
        if (!signal.aborted) return leave;
        await leave();
        throw signal.reason as Error;
      }
      give();
      await pause(LOOK_EVERY * (0.5 + Math.random()), signal);
    }
  }

  /** Renews the slot until it is left. */
  function keep(slot: HeldSlot, give: () => void): () => Promise<void> {
    atWork += 1;
    if (atWork === size) fullSince ??= now().getTime();
    const done = new AbortController();
    const renewing = renew(slot, done.signal);
    return async () => {
      done.abort();
      try {
        await renewing;
        // An answer is not lost over it: the slot is free when its lease ends.
        await slot.giveBack().catch((error: unknown) => {
          failed('give-back', error);
        });
      } finally {
        atWork -= 1;
        if (inLine === 0) fullSince = undefined;
        give();
      }
    };
  }

  async function renew(slot: HeldSlot, done: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(RENEW_EVERY, undefined, { signal: done }).catch(() => undefined);
      if (done.aborted) return;
      try {
        // A query whose slot somebody took, because storage was away for a minute, is not worth starting anew.
        if (!(await slot.renew())) return;
      } catch (error) {
        failed('renew', error);
      }
    }
  }

  async function pause(length: Milliseconds, signal: AbortSignal): Promise<void> {
    await sleep(length, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}
