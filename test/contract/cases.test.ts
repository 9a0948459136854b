import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCases } from '../../src/azure/cases.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableLinkSecrets } from '../../src/azure/link-secrets.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tablePromises } from '../../src/azure/promises.ts';
import type { Table } from '../../src/azure/table.ts';
import {
  acknowledge,
  addNote,
  digestOf,
  expectDevices,
  seen,
  unexpect,
  type CaseState,
  type Mark,
} from '../../src/hunt/case.ts';
import type { Expectation } from '../../src/hunt/expectation.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import type { Opening } from '../../src/services.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { aFinding, aHunt, aReport, aRun, aScope, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = aScope();
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * MINUTE);
const inDays = (days: number): Date => new Date(NOON.getTime() + days * DAY);
const context = noticeContext(aHunt(), aRun(), aReport({ findings: [aFinding('a')] }));
const trouble = { code: 'partial-answer', message: 'm', since: NOON, toldAt: NOON };
const recovered = { kind: 'recovered', trouble } as const;
const ana: Mark = { by: { id: 'ana', name: 'Ana' }, at: at(1) };
const bo: Mark = { by: { id: 'bo', name: 'Bo' }, at: at(2) };
const id = `${context.run}-devices-found-000001`;
const opening = (more: Partial<Opening> = {}): Opening => ({
  id,
  scope,
  notice: digestOf({ kind: 'devices-found', context, findings: [aFinding('a')] }),
  history: [{ at: NOON, failed: false, devices: 1, news: 1 }],
  openedAt: NOON,
  ...more,
});

describe.each([
  ['in memory', (): Table => memoryTable()],
  ['in Table Storage', (): Table => azurite.make().table],
])('cases %s', (_where, make) => {
  it('wait for an answer, newest first, until somebody acknowledges them', async () => {
    const cases = tableCases(make());
    const later = `${aRun({ asOf: at(5) }).id}-devices-found-000001`;
    await cases.open(opening());
    await cases.open(opening({ id: later, openedAt: at(5) }));
    await cases.open(opening({ id: `${context.run}-recovered`, notice: { ...recovered, context } }));
    expect(await cases.unanswered(at(-60), 10)).toMatchObject([
      { id: later, openedAt: at(5), scope },
      { id, openedAt: NOON, total: 1, devices: [{ id: 'a' }] },
    ]);
    expect(await cases.unanswered(at(1), 10)).toHaveLength(1);
    expect(await cases.unanswered(at(-60), 1)).toMatchObject([{ id: later }]);

    await cases.change(later, (state) => acknowledge(state, ana));
    await cases.change(id, (state) => addNote(state, { ...ana, text: 'looking' }));
    await cases.open(opening({ id: later, openedAt: at(5) }));

    expect(await cases.unanswered(at(-60), 10)).toMatchObject([{ id }]);
  });

  it('need no answer while every device of them is expected', async () => {
    const cases = tableCases(make());
    await cases.open(opening());
    const promise = { ...ana, device: aFinding('a').device, until: inDays(3), reason: 'help desk' };

    await cases.change(id, (state) => expectDevices(state, [promise]));
    expect(await cases.unanswered(at(-60), 10)).toEqual([]);

    await cases.change(id, (state) => unexpect(state, bo));
    expect(await cases.unanswered(at(-60), 10)).toMatchObject([{ id }]);
  });

  it('are found by their id, as they were opened', async () => {
    const cases = tableCases(make());

    const opened = await cases.open(opening({ dueAt: at(240) }));

    expect(await cases.find(id)).toEqual(opened);
    expect(opened).toMatchObject({ id, scope, openedAt: NOON, dueAt: at(240), posts: [], state: { notes: [] } });
    expect(opened.notice).toEqual(opening().notice);
    expect(await cases.ofRun(context.run)).toEqual([opened]);
  });

  it.each(['', 'x', '../../secrets', `${id}'`, `${id}-000001`, 'a'.repeat(500), 'c-0\u0000', `${context.run}-else`])(
    'are not found by %j',
    async (forged) => {
      const cases = tableCases(make());
      await cases.open(opening());

      expect(await cases.find(forged)).toBeUndefined();
      expect(await cases.change(forged, (state) => ({ ...state, notes: [] }))).toBeUndefined();
    },
  );

  it('keep what people did when they are opened again', async () => {
    const cases = tableCases(make());
    await cases.open(opening());
    await cases.change(id, (state) => acknowledge(state, ana));

    expect((await cases.open(opening())).state.acknowledged).toEqual(ana);
  });

  it('have one winner of two who acknowledge at once, and both learn who it was', async () => {
    const cases = tableCases(make());
    await cases.open(opening());

    const results = await Promise.all([ana, bo].map((mark) => cases.change(id, (state) => acknowledge(state, mark))));

    expect(results.map((result) => result?.changed).sort()).toEqual([false, true]);
    const winners = new Set(results.map((result) => result?.case.state.acknowledged?.by.id));
    expect(winners.size).toBe(1);
  });

  it('lose no note and no copy of ten at once', async () => {
    const cases = tableCases(make());
    await cases.open(opening());
    const numbers = Array.from({ length: 10 }, (_, n) => String(n));

    await Promise.all([
      ...numbers.map((n) => cases.change(id, (state) => addNote(state, { ...ana, text: n }))),
      ...numbers.slice(0, 5).map((n) => cases.posted(id, { targetId: `t${n}`, activityId: n })),
    ]);

    const about = await cases.find(id);
    expect(about?.state.notes.map(({ text }) => text).sort()).toEqual(numbers);
    expect(about?.posts.map(({ targetId }) => targetId).sort()).toEqual(['t0', 't1', 't2', 't3', 't4']);
  });

  it('have copies that are out of date after a change that shows, until they have been refreshed', async () => {
    const cases = tableCases(make());
    await cases.open(opening());
    await cases.change(id, (state) => seen(state, ana));
    expect(await cases.outOfDate()).toEqual([]);
    await cases.change(id, (state) => acknowledge(state, ana));
    await cases.change(id, (state) => acknowledge(state, bo));

    const [stale, another] = await cases.outOfDate();
    await cases.change(id, (state) => addNote(state, { ...bo, text: 'meanwhile' }));
    if (stale) await cases.refreshed(stale);

    expect(another).toBeUndefined();
    expect(stale).toMatchObject({ id, revisions: [expect.any(String)] });
    expect(await cases.outOfDate()).toMatchObject([{ id, revisions: [expect.any(String)] }]);
  });

  it('are overdue when nobody has seen them in time', async () => {
    const cases = tableCases(make());
    await cases.open(opening({ dueAt: at(240) }));

    expect(await cases.overdue(at(239))).toEqual([]);
    expect(await cases.overdue(at(240))).toMatchObject([{ id }]);
    await cases.change(id, (state) => seen(state, ana));
    expect(await cases.overdue(at(999))).toEqual([]);
  });

  it('are not overdue once they have been told again, nor when they never came to be', async () => {
    const table = make();
    const cases = tableCases(table);
    await cases.open(opening({ dueAt: at(240) }));
    await cases.change(id, (state): CaseState => ({ ...state, escalatedAt: at(240) }));
    const dying: Table = {
      ...table,
      insert: (row) => (row.partitionKey === 'watch' ? table.insert(row) : Promise.reject(new Error('died'))),
    };
    const other = opening({ id: `${context.run}-devices-found-000002`, dueAt: at(240) });
    await expect(tableCases(dying).open(other)).rejects.toThrow('died');

    expect(await cases.overdue(at(999))).toEqual([]);
    expect(await cases.overdue(at(999))).toEqual([]);
  });
});

describe.each([
  ['in memory', (): Table => memoryTable()],
  ['in Table Storage', (): Table => azurite.make().table],
])('promises %s', (_where, make) => {
  const promise = (device: Finding, until: Date, more: Partial<Expectation> = {}): Expectation => ({
    device: device.device,
    id: device.id,
    name: device.name,
    until,
    reason: 'the help desk',
    ...ana,
    ...more,
  });
  const lapsed = (device: string, until: Date): Finding =>
    aFinding(device, { novelty: 'expectation-ended', expected: { until, reason: 'x', by: 'Ana' } });
  const told = async (table: Table): Promise<string[]> => {
    const outbox = tableOutbox(table, () => inDays(100));
    const ids: string[] = [];
    for (const open of await outbox.open(scope)) {
      const claim = await outbox.claim(open, MINUTE);
      if (claim?.notice.kind === 'devices-found') ids.push(...claim.notice.findings.map((found) => found.id));
      await claim?.settle();
    }
    return ids.sort();
  };

  it('are kept per device, the latest one counts, and they can be taken back', async () => {
    const promises = tablePromises(make(), () => NOON);
    const [a, b] = [aFinding('a'), aFinding('b')];
    await promises.expect(scope, [promise(a, inDays(5)), promise(b, inDays(5))]);
    await promises.expect(scope, [promise(a, inDays(9), { reason: 'longer' })]);
    await promises.withdraw(scope, [b.device], at(3));

    const kept = await promises.expected(scope);

    expect(kept.get(a.device)).toEqual(promise(a, inDays(9), { reason: 'longer' }));
    expect(kept.get(b.device)?.until).toEqual(at(3));
    await promises.forget(scope, [a.device]);
    expect((await promises.expected(scope)).has(a.device)).toBe(false);
    expect((await promises.expected(aScope({ workspace: 'emea' }))).size).toBe(0);
  });

  it('that have run out are told once, by whichever of several runs', async () => {
    const table = make();
    const promises = tablePromises(table, () => inDays(6));
    const names = Array.from({ length: 120 }, (_, n) => `d${String(n).padStart(3, '0')}`);
    await promises.expect(
      scope,
      names.map((name) => promise(aFinding(name), inDays(5))),
    );
    const findings = names.map((name) => lapsed(name, inDays(5)));
    const later = { ...context, run: aRun({ asOf: inDays(6) }).id };

    const counts = await Promise.all([
      promises.lapse(findings, context, scope),
      promises.lapse(findings, later, scope),
      promises.lapse(findings.slice(0, 10), later, scope),
    ]);

    expect(counts.reduce((sum, count) => sum + count)).toBe(120);
    expect(await told(table)).toEqual(names);
    expect(await promises.lapse(findings, later, scope)).toBe(0);
    expect((await promises.expected(scope)).size).toBe(0);
  });

  it('that were renewed meanwhile hold', async () => {
    const table = make();
    const promises = tablePromises(table, () => inDays(6));
    await promises.expect(scope, [promise(aFinding('a'), inDays(9))]);

    expect(await promises.lapse([lapsed('a', inDays(5))], context, scope)).toBe(0);
    expect((await promises.expected(scope)).size).toBe(1);
  });

  it('that end in a transaction whose answer is lost are told once', async () => {
    const table = make();
    await tablePromises(table, () => NOON).expect(scope, [promise(aFinding('a'), inDays(5))]);
    let lost = false;
    const forgetful: Table = {
      ...table,
      async transact(operations) {
        const result = await table.transact(operations);
        if (lost) return result;
        lost = true;
        throw new Error('The answer was lost.');
      },
    };
    const promises = tablePromises(forgetful, () => inDays(6));
    await expect(promises.lapse([lapsed('a', inDays(5))], context, scope)).rejects.toThrow('lost');

    expect(await promises.lapse([lapsed('a', inDays(5))], context, scope)).toBe(0);
    expect(await told(table)).toEqual(['a']);
  });

  it('about hunts are listed until they are taken back', async () => {
    const promises = tablePromises(make(), () => NOON);
    const mute = { hunt: aHunt().id, until: inDays(3), ...ana };
    await promises.mute(mute);
    expect(await promises.mutes()).toEqual([mute]);

    await promises.unmute(mute.hunt);

    expect(await promises.mutes()).toEqual([]);
  });
});

describe.each([
  ['in memory', (): Table => memoryTable()],
  ['in Table Storage', (): Table => azurite.make().table],
])('conversations %s', (_where, make) => {
  const target = { id: '19:soc', kind: 'channel', reference: {} } as const;

  it('keep their rules when they are refreshed, and lose their pause', async () => {
    const conversations = tableConversations(make());
    await conversations.put(target);
    await conversations.setRules(target.id, [{ topic: 'everything', on: false }]);
    await conversations.pause(target.id, at(5));
    expect(await conversations.list()).toMatchObject([{ pausedUntil: at(5) }]);

    await conversations.put(target);

    expect(await conversations.list()).toEqual([{ ...target, rules: [{ topic: 'everything', on: false }] }]);
    expect(await conversations.setRules('nobody', [])).toBe(false);
  });

  it('give everybody a turn of their own', async () => {
    const conversations = tableConversations(make());

    const turns = await Promise.all(Array.from({ length: 8 }, () => conversations.takeTurn(target.id, SECOND, NOON)));

    const seconds = turns.map((turn) => (turn.getTime() - NOON.getTime()) / SECOND);
    expect(seconds.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await conversations.takeTurn(target.id, SECOND, new Date(NOON.getTime() + HOUR))).toEqual(at(60));
  });

  it('sign their links with one key, and take a token once', async () => {
    const table = make();
    const [one, two] = await Promise.all([tableLinkSecrets(table).key(), tableLinkSecrets(table).key()]);
    const links = tableLinkSecrets(table);

    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
    expect(one.length).toBe(32);
    expect(await links.useOnce("'; drop", at(5))).toBe(true);
    expect(await links.useOnce("'; drop", at(5))).toBe(false);
    expect(await links.useOnce('other', at(5))).toBe(true);
  });
});
