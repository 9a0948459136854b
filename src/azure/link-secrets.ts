import { hash, randomBytes } from 'node:crypto';
import type { LinkSecrets } from '../services.ts';
import type { Table } from './table.ts';

const KEY = ['links', 'key'] as const;
export const USED_LINKS = [KEY[0], 'u-', 'u.'] as const;

/** The key that signs links: made once and kept in storage, so that nobody has to choose, store or rotate a setting. */
export function tableLinkSecrets(table: Table): LinkSecrets {
  let kept: Promise<Uint8Array> | undefined;
  const read = async (): Promise<Uint8Array> => {
    const row = await table.get(...KEY);
    if (row) return Buffer.from(String(row['value']), 'base64');
    const value = randomBytes(32).toString('base64');
    // Whoever is first decides; the others read it.
    await table.insert({ partitionKey: KEY[0], rowKey: KEY[1], value });
    return read();
  };
  return {
    key() {
      kept ??= read().catch((error: unknown) => {
        kept = undefined;
        throw error;
      });
      return kept;
    },
    async useOnce(token, until) {
      const rowKey = `u-${hash('sha256', token, 'hex')}`;
      const row = { partitionKey: KEY[0], rowKey, until: until.toISOString() };
      return (await table.insert(row)) === 'inserted';
    },
  };
}
