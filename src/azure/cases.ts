import { randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Case, CaseState } from '../hunt/case.ts';
import type { Cases, StaleCase, UnansweredCase } from '../services.ts';
import {
  caseKey,
  caseRow,
  casesOfRun,
  overdueKey,
  overdueUntil,
  readCase,
  STALE_ROWS,
  staleKey,
  WATCH,
} from './case-rows.ts';
import { writeJson } from './json-property.ts';
import type { Entity, Property, Table } from './table.ts';
import { asksNothing, readUnanswered, unansweredKey, unansweredRow, unansweredSince } from './unanswered-rows.ts';

/** Rivals for one case are people clicking: a few at once, not hundreds. */
const ATTEMPTS = 20;

/** Told notices and what people did with them, in Table Storage. */
export function tableCases(table: Table): Cases {
  const find = async (id: string): Promise<Entity | undefined> => {
    const key = caseKey(id);
    return key && table.get(...key);
  };

  return {
    async open(opening) {
      const row = caseRow(opening);
      // First the alarm: a case that nobody watches could go unseen.
      if (opening.dueAt)
        await table.insert({
          partitionKey: WATCH,
          rowKey: overdueKey(opening.dueAt, opening.id),
          id: opening.id,
        });
      const waiting = unansweredRow(opening);
      if (waiting) await table.insert(waiting);
      await table.insert(row);
      const opened = readCase((await find(opening.id)) ?? row);
      // It had been opened before, and answered.
      if (waiting && asksNothing(opened)) await table.remove(WATCH, waiting.rowKey);
      return opened;
    },

    async find(id) {
      const row = await find(id);
      return row && readCase(row);
    },

    async ofRun(run) {
      const cases: Case[] = [];
      const keys = casesOfRun(run);
      if (keys) for await (const row of table.list(...keys)) cases.push(readCase(row));
      return cases;
    },

    async posted(id, post) {
      await edit(id, (now) => ({
        done: now.posts.some(
          ({ targetId, activityId }) => targetId === post.targetId && activityId === post.activityId,
        ),
        properties: writeJson('posts', [...now.posts, post]),
      }));
    },

    async change(id, change) {
      let changed = false;
      const after = await edit(id, async (now) => {
        const state = change(now.state);
        changed = state !== now.state;
        if (!changed) return { done: true, properties: {} };
        // First the word that copies are out of date: dying in between costs a needless look.
        if (isVisible(now.state, state))
          await table.insert({ partitionKey: WATCH, rowKey: staleKey(id, randomUUID()), id });
        // Answered no more: a promise was taken back.
        const waiting = asksNothing(now) && !asksNothing({ ...now, state }) ? unansweredRow(now) : undefined;
        if (waiting) await table.insert(waiting);
        return { done: false, properties: writeJson('state', state) };
      });
      if (!after) return undefined;
      if (after.dueAt && (after.state.seen ?? after.state.escalatedAt))
        await table.remove(WATCH, overdueKey(after.dueAt, id));
      if (after.notice.kind === 'devices-found' && asksNothing(after)) await table.remove(WATCH, unansweredKey(after));
      return { case: after, changed };
    },

    async outOfDate() {
      const revisions = new Map<string, string[]>();
      for await (const row of table.list(WATCH, ...STALE_ROWS)) {
        const id = String(row['id']);
        revisions.set(id, [...(revisions.get(id) ?? []), row.rowKey]);
      }
      return [...revisions].map(([id, keys]): StaleCase => ({ id, revisions: keys }));
    },

    async refreshed({ revisions }) {
      for (const rowKey of revisions) await table.remove(WATCH, rowKey);
    },

    async unanswered(since, limit) {
      const waiting: UnansweredCase[] = [];
      for await (const row of table.list(WATCH, ...unansweredSince(since), limit)) {
        if (waiting.push(readUnanswered(row)) >= limit) break;
      }
      return waiting;
    },

    async overdue(at) {
      const cases: Case[] = [];
      for await (const watch of table.list(WATCH, ...overdueUntil(at))) {
        const row = await find(String(watch['id']));
        const found = row && readCase(row);
        if (found && !found.state.seen && !found.state.escalatedAt) cases.push(found);
        // Its case was seen, or never came to be: a crash left the alarm behind.
        else await table.remove(WATCH, watch.rowKey);
      }
      return cases;
    },
  };

  /** Changes a row if it has not moved, as often as it takes. An answer that was lost shows as done at the next look. */
  async function edit(id: string, decide: (now: Case) => Edit | Promise<Edit>): Promise<Case | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const row = await find(id);
      if (!row) return undefined;
      const { done, properties } = await decide(readCase(row));
      if (done) return readCase(row);
      const { partitionKey, rowKey } = row;
      if ((await table.merge({ partitionKey, rowKey, ...properties }, row.etag ?? '')) !== undefined)
        return readCase({ ...row, ...properties });
    }
    throw new ServiceError('table-storage', 'unavailable', 'Too many people change this case at once.');
  }
}

interface Edit {
  readonly done: boolean;
  readonly properties: Record<string, Property>;
}

/** Who has seen a case is for the alarm; no card shows it. */
const isVisible = (before: CaseState, after: CaseState): boolean =>
  before.acknowledged !== after.acknowledged ||
  before.notes !== after.notes ||
  before.expected !== after.expected ||
  before.escalatedAt !== after.escalatedAt;
