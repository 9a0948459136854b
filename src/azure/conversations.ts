import { hash } from 'node:crypto';
import type { SubscriptionRule } from '../hunt/subscription.ts';
import { ServiceError } from '../errors.ts';
import type { Conversations, Target } from '../services.ts';
import { readJson, readOpaqueJson, writeJson } from './json-property.ts';
import type { Entity, Table } from './table.ts';

const TARGETS = 'targets';
const TURNS = 'turns';
const ATTEMPTS = 20;
/** Conversation ids hold characters that keys may not. */
const keyOf = (id: string): string => hash('sha256', id, 'hex');

/** The Teams conversations that are told. */
export function tableConversations(table: Table): Conversations {
  return {
    async list() {
      const targets: Target[] = [];
      for await (const row of table.list(TARGETS, '0', 'g')) targets.push(readTarget(row));
      return targets;
    },
    put: ({ id, kind, tenantId, reference }) =>
      table.upsert({
        partitionKey: TARGETS,
        rowKey: keyOf(id),
        id,
        kind,
        tenantId: tenantId ?? '',
        brokenSince: '',
        brokenReason: '',
        pausedUntil: '',
        ...writeJson('reference', reference),
      }),
    remove: (id) => table.remove(TARGETS, keyOf(id)),
    async markBroken(id, reason, at) {
      const row = await table.get(TARGETS, keyOf(id));
      // Gone or refreshed meanwhile: then it is not broken any more, or nobody's.
      if (row)
        await table.merge(
          {
            partitionKey: TARGETS,
            rowKey: keyOf(id),
            brokenSince: at.toISOString(),
            brokenReason: reason.slice(0, 500),
          },
          row.etag ?? '',
        );
    },
    async setRules(id, rules) {
      const change = { partitionKey: TARGETS, rowKey: keyOf(id), ...writeJson('rules', rules) };
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const row = await table.get(TARGETS, keyOf(id));
        if (!row) return false;
        if ((await table.merge(change, row.etag ?? '')) !== undefined) return true;
      }
      throw new ServiceError('table-storage', 'unavailable', 'Too many people change this conversation at once.');
    },
    async pause(id, until) {
      const row = await table.get(TARGETS, keyOf(id));
      const change = { partitionKey: TARGETS, rowKey: keyOf(id), pausedUntil: until.toISOString() };
      if (row) await table.merge(change, row.etag ?? '');
    },
    async takeTurn(id, gap, now) {
      const key = { partitionKey: TURNS, rowKey: keyOf(id) };
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const row = await table.get(key.partitionKey, key.rowKey);
        const free = new Date(String(row?.['free'] ?? 0));
        const turn = row && free > now ? free : now;
        const entity = { ...key, free: new Date(turn.getTime() + gap).toISOString() };
        const taken = row
          ? (await table.merge(entity, row.etag ?? '')) !== undefined
          : (await table.insert(entity)) === 'inserted';
        if (taken) return turn;
      }
      throw new ServiceError('table-storage', 'unavailable', 'Too many messages want to be sent at once.');
    },
  };
}

function readTarget(row: Entity): Target {
  const tenantId = String(row['tenantId']);
  const brokenSince = String(row['brokenSince'] ?? '');
  const pausedUntil = String(row['pausedUntil'] ?? '');
  return {
    id: String(row['id']),
    kind: row['kind'] as Target['kind'],
    reference: readOpaqueJson(row, 'reference'),
    ...(tenantId !== '' && { tenantId }),
    ...(brokenSince !== '' && { broken: { since: new Date(brokenSince), reason: String(row['brokenReason']) } }),
    ...(pausedUntil !== '' && { pausedUntil: new Date(pausedUntil) }),
    rules: row['rulesParts'] === undefined ? [] : readJson<SubscriptionRule[]>(row, 'rules'),
  };
}
