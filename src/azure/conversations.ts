import { hash } from 'node:crypto';
import type { Conversations, Target } from '../services.ts';
import { readOpaqueJson, writeJson } from './json-property.ts';
import type { Entity, Table } from './table.ts';

const TARGETS = 'targets';
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
  };
}

function readTarget(row: Entity): Target {
  const tenantId = String(row['tenantId']);
  const brokenSince = String(row['brokenSince']);
  return {
    id: String(row['id']),
    kind: row['kind'] as Target['kind'],
    reference: readOpaqueJson(row, 'reference'),
    ...(tenantId !== '' && { tenantId }),
    ...(brokenSince !== '' && { broken: { since: new Date(brokenSince), reason: String(row['brokenReason']) } }),
  };
}
