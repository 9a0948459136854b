import { tableConversations } from '../../src/azure/conversations.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { OUTBOX_ROWS, partitionOf } from '../../src/azure/ledger-rows.ts';
import { noticePartition, OPEN_NOTICES } from '../../src/azure/outbox-rows.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import type { DeviceRecord } from '../../src/services.ts';
import { dayOf } from '../../src/time.ts';
import { aScope } from '../support/builders.ts';
import { FOUNDING, KNOWN, NEW } from './day-before.ts';
import { toldIn, type Message } from './duplicates.ts';
import type { Strike } from './fault.ts';
import { unexplainedSteps } from './journal.ts';

const scope = aScope();

/** What has come of a scenario. */
export interface Aftermath {
  readonly table: Table;
  /** The messages in the conversation. */
  readonly delivered: readonly Message[];
  readonly happened: readonly Strike[];
  /** The day of the only answer there was. */
  readonly seen: Date;
  readonly now: () => Date;
}

export interface Verdict {
  readonly violations: readonly string[];
  /** Messages that say what another had said, for a reason. */
  readonly repeated: number;
}

/** What must hold once the storm is over and three quiet ticks have passed; see docs/decisions/0018. */
export async function verdictOn(after: Aftermath): Promise<Verdict> {
  const { table, delivered, happened } = after;
  const devices: DeviceRecord[] = [];
  for await (const device of tableLedger(table).devices(scope)) devices.push(device);
  const told = toldIn(delivered, happened);
  const lost = NEW.filter((device) => !told.messages.has(device));
  const strangers = [...told.messages.keys()].filter((device) => !NEW.includes(device));
  const violations = [
    ...(lost.length > 0 ? [`LOST ${lost.join(' ')}`] : []),
    ...(strangers.length > 0 ? [`TOLD THOUGH KNOWN ${strangers.join(' ')}`] : []),
    ...told.unexplained,
    ...(await ledgerViolations(after, devices)),
    ...(await scopeViolations(after)),
    ...(await unexplainedSteps(table, devices, delivered)),
    ...((await tableConversations(table).list()).some(({ broken }) => broken) ? ['TARGET BROKEN'] : []),
  ];
  return { violations, repeated: told.repeated };
}

/** The reference: 293 devices of the day before and 7 of this run, all of them seen on its day, and nothing else noticed. */
async function ledgerViolations({ table, seen }: Aftermath, devices: readonly DeviceRecord[]): Promise<string[]> {
  const { baseline } = await tableLedger(table).open(scope);
  const wanted = new Set([...KNOWN, ...NEW]);
  const wrong: string[] = [];
  for (const { device, id, name, lastSeen, state, run, trail } of devices) {
    const isNew = NEW.includes(id);
    const asExpected =
      wanted.delete(id) &&
      name === `${id}.contoso.com` &&
      dayOf(lastSeen) === dayOf(seen) &&
      baseline.known.lastSeenDay(device) === dayOf(seen) &&
      state === (isNew ? 'newly-seen' : 'baseline') &&
      (run === FOUNDING) === !isNew &&
      trail.length === 1 &&
      trail[0]?.kind === 'found';
    if (!asExpected) wrong.push(id);
  }
  const pending = await keysOf(table, partitionOf(scope, 0, 1), ...OUTBOX_ROWS);
  const notices = await keysOf(table, noticePartition(scope), ...OPEN_NOTICES);
  return [
    ...(wrong.length > 0 ? [`ROWS NOT AS IN THE MODEL ${wrong.join(' ')}`] : []),
    ...(wanted.size > 0 ? [`ROWS MISSING ${[...wanted].join(' ')}`] : []),
    ...(baseline.known.size === KNOWN.length + NEW.length ? [] : [`SET of ${String(baseline.known.size)}`]),
    ...(pending.length === 0 ? [] : [`UNTOLD ROWS ${pending.join(' ')}`]),
    ...(notices.length === 0 ? [] : [`OPEN NOTICES ${notices.join(' ')}`]),
  ];
}

async function keysOf(table: Table, partitionKey: string, from: string, to: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { rowKey } of table.list(partitionKey, from, to)) keys.push(rowKey);
  return keys;
}

async function scopeViolations({ table, now, delivered }: Aftermath): Promise<string[]> {
  const runs = tableRuns(table, now);
  const [state] = await runs.scopes();
  const lastTick = await runs.lastTick();
  // A run that takes over the lease of a dead one leaves the look at what is untold to the next tick.
  const looked = lastTick && state?.lastRun && state.lastRun.at < lastTick;
  const said = JSON.stringify(delivered);
  return [
    ...(state?.lease && state.lease.until > now() ? [`LEASE HELD by ${state.lease.run}`] : []),
    ...(state?.unsettledSince && looked ? ['UNSETTLED'] : []),
    // A later failure of the same run may have another code; it was told that the hunt cannot be trusted.
    ...(state?.trouble && !said.includes('cannot be trusted') ? [`TROUBLE UNTOLD ${state.trouble.code}`] : []),
    ...(state?.lastSlot ? [] : ['SLOT unanswered']),
  ];
}
