import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entity, Table } from '../../src/azure/table.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const row = (rowKey: string, properties: Partial<Entity> = {}): Entity => ({
  partitionKey: 'p',
  rowKey,
  ...properties,
});
const keysOf = async (table: Table, from = '', to = '~'): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { rowKey } of table.list('p', from, to)) keys.push(rowKey);
  return keys;
};
/** A row that was just written; its etag is there. */
const stored = async (table: Table, rowKey: string): Promise<Entity & { readonly etag: string }> => {
  const found = await table.get('p', rowKey);
  return { ...row(rowKey), ...found, etag: found?.etag ?? '' };
};

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('a table %s', (_where, make) => {
  it('gives back what was put in, bytes and hostile text included', async () => {
    const table = make();
    const text = '/\\#?%00\'"\u202e<b>{{DATE()}}=1+1\n';

    expect(await table.insert(row('a', { text, bytes: Uint8Array.of(0, 255), yes: true, n: 7 }))).toBe('inserted');

    const found = await table.get('p', 'a');
    expect(found).toMatchObject({ partitionKey: 'p', rowKey: 'a', text, yes: true, n: 7 });
    expect([...(found?.['bytes'] as Uint8Array)]).toEqual([0, 255]);
  });

  it('knows absent from present', async () => {
    const table = make();

    expect(await table.get('p', 'a')).toBeUndefined();
    await table.insert(row('a'));
    expect(await table.insert(row('a'))).toBe('exists');
    await table.remove('p', 'a');
    await table.remove('p', 'a');
    expect(await table.get('p', 'a')).toBeUndefined();
  });

  it('changes a row only while it is as it was read', async () => {
    const table = make();
    await table.insert(row('a', { kept: 'k', changed: 1 }));
    const { etag } = await stored(table, 'a');

    const moved = await table.merge(row('a', { changed: 2 }), etag);

    expect(moved).toBeTypeOf('string');
    expect(await table.merge(row('a', { changed: 3 }), etag)).toBeUndefined();
    expect(await table.merge(row('none', { changed: 3 }), etag)).toBeUndefined();
    expect(await stored(table, 'a')).toMatchObject({ kept: 'k', changed: 2, etag: moved });
  });

  it('takes a row away only while it is as it was read, if that is asked', async () => {
    const table = make();
    await table.insert(row('a', { n: 1 }));
    const { etag } = await stored(table, 'a');
    const moved = await table.merge(row('a', { n: 2 }), etag);

    await table.remove('p', 'a', etag);
    expect(await table.get('p', 'a')).toMatchObject({ n: 2 });
    await table.remove('p', 'none', etag);
    await table.remove('p', 'a', moved);
    expect(await table.get('p', 'a')).toBeUndefined();
  });

  it('lists a range of a partition in order', async () => {
    const table = make();
    for (const key of ['b-2', 'a-1', 'b-1', 'c-1']) await table.insert(row(key));
    await table.insert({ partitionKey: 'q', rowKey: 'b-3' });

    expect(await keysOf(table, 'b-', 'b.')).toEqual(['b-1', 'b-2']);
    expect(await keysOf(table)).toEqual(['a-1', 'b-1', 'b-2', 'c-1']);
  });

  it('lists more rows than one page holds', async () => {
    const table = make();
    for (let batch = 0; batch < 11; batch += 1) {
      const rows = Array.from({ length: 100 }, (_, i) => row(`r-${String(batch * 100 + i).padStart(5, '0')}`));
      await table.transact(rows.map((entity) => ({ kind: 'insert', entity })));
    }

    expect(await keysOf(table)).toHaveLength(1_100);
  });

  it('commits all of a transaction, with the new etags', async () => {
    const table = make();
    await table.insert(row('head', { rev: 1 }));
    const { etag } = await stored(table, 'head');

    const outcome = await table.transact([
      { kind: 'merge', entity: row('head', { rev: 2 }), etag },
      { kind: 'insert', entity: row('new') },
      { kind: 'upsert', entity: row('any', { x: 1 }) },
    ]);

    expect(outcome).toHaveProperty('result', 'committed');
    expect(outcome).toHaveProperty(['etags', 0], (await stored(table, 'head')).etag);
    expect(outcome).toHaveProperty(['etags', 1], (await stored(table, 'new')).etag);
    expect(await keysOf(table)).toEqual(['any', 'head', 'new']);
  });

  it('commits nothing of a transaction whose head has moved', async () => {
    const table = make();
    await table.insert(row('head', { rev: 1 }));
    const { etag } = await stored(table, 'head');
    await table.upsert(row('head', { rev: 2 }));

    const outcome = await table.transact([
      { kind: 'insert', entity: row('new') },
      { kind: 'merge', entity: row('head', { rev: 3 }), etag },
    ]);

    expect(outcome).toEqual({ result: 'moved' });
    expect(await keysOf(table)).toEqual(['head']);
  });

  it('commits nothing of a transaction that contradicts what is there', async () => {
    const table = make();
    await table.insert(row('old'));

    expect(
      await table.transact([
        { kind: 'insert', entity: row('new') },
        { kind: 'insert', entity: row('old') },
      ]),
    ).toEqual({ result: 'contradiction' });
    expect(
      await table.transact([
        { kind: 'insert', entity: row('new') },
        { kind: 'delete', entity: row('none') },
      ]),
    ).toEqual({ result: 'contradiction' });
    expect(await keysOf(table)).toEqual(['old']);
  });
});
