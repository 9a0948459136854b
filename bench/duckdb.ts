import type { Row } from '../local/kql/compile.ts';
import { formatDatetime } from '../local/kql/values.ts';

/** What is used of `@duckdb/node-api`. */
interface DuckDb {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection> }> };
}
export interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ readonly currentRowCount: number }>;
  createAppender(table: string): Promise<Appender>;
}
interface Appender {
  appendVarchar(text: string): void;
  appendBigInt(value: bigint): void;
  endRow(): void;
  closeSync(): void;
}

/** The benchmark's rows in a database in memory; undefined where DuckDB is not installed. */
export async function duckDb(
  table: string,
  rows: readonly Row[],
  small: readonly Row[],
): Promise<Connection | undefined> {
  const name: string = '@duckdb/node-api';
  const loaded = await import(name).then(
    (module: unknown) => module as DuckDb,
    () => undefined,
  );
  if (!loaded) return undefined;
  const connection = await (await loaded.DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    'CREATE TABLE Texts (Timestamp VARCHAR, DeviceId VARCHAR, DeviceName VARCHAR, Signer VARCHAR, ReportId BIGINT)',
  );
  await connection.run('CREATE TABLE Small (DeviceId VARCHAR, Owner VARCHAR)');
  const main = await connection.createAppender('Texts');
  for (const [at, id, device, signer, report] of rows) {
    main.appendVarchar(formatDatetime(at as bigint).slice(0, 26));
    for (const text of [id, device, signer]) main.appendVarchar(text as string);
    main.appendBigInt(BigInt(report as number));
    main.endRow();
  }
  main.closeSync();
  await connection.run(`CREATE TABLE ${table} AS SELECT * REPLACE (Timestamp::TIMESTAMP AS Timestamp) FROM Texts`);
  await connection.run('DROP TABLE Texts');
  const other = await connection.createAppender('Small');
  for (const [id, owner] of small) {
    other.appendVarchar(id as string);
    other.appendVarchar(owner as string);
    other.endRow();
  }
  other.closeSync();
  return connection;
}
