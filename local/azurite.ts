import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

/** Azurite's documented development account; it protects nothing. */
export const AZURITE_ACCOUNT = 'devstoreaccount1';
export const AZURITE_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  readonly tablesUrl: string;
  readonly queuesUrl: string;
  readonly connectionString: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts Azurite's table and queue services on free ports of 127.0.0.1; in memory unless a data folder is named. */
export async function startAzurite(options: { readonly folder?: string } = {}): Promise<Azurite> {
  const [tables, queues] = await Promise.all([
    startService('table', options.folder),
    startService('queue', options.folder),
  ]);
  return {
    tablesUrl: tables.url,
    queuesUrl: queues.url,
    connectionString: [
      'DefaultEndpointsProtocol=http',
      `AccountName=${AZURITE_ACCOUNT}`,
      `AccountKey=${AZURITE_KEY}`,
      `TableEndpoint=${tables.url}`,
      `QueueEndpoint=${queues.url}`,
    ].join(';'),
    pid: tables.pid,
    stop: async () => {
      await Promise.all([tables.stop(), queues.stop()]);
    },
  };
}

async function startService(service: 'table' | 'queue', folder: string | undefined) {
  const port = await freePort();
  const main = createRequire(import.meta.url).resolve(`azurite/dist/src/${service}/main.js`);
  const persistence = folder === undefined ? ['--inMemoryPersistence'] : ['--location', path.resolve(folder)];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const args = [
    main,
    '--disableTelemetry',
    '--skipApiVersionCheck',
    `--${service}Host`,
    '127.0.0.1',
    `--${service}Port`,
    String(port),
    ...persistence,
  ];
  // Detached from our group: a Ctrl-C reaches us only, and we stop Azurite after our last write.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  await listening(child, service);
  const killWithUs = (): void => void child.kill('SIGINT');
  process.once('exit', killWithUs);
  return {
    url: `http://127.0.0.1:${String(port)}/${AZURITE_ACCOUNT}`,
    pid: child.pid ?? 0,
    stop: async () => {
      process.removeListener('exit', killWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      // SIGINT: on SIGTERM or SIGKILL Azurite loses up to five seconds of acknowledged writes.
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

function listening(child: ChildProcess, service: string): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!/successfully (?:listen|started)/i.test(output)) return;
      // It logs every request from now on: read, so that it never waits for us, and forgotten.
      child.stdout?.off('data', collect).resume();
      child.stderr?.off('data', collect).resume();
      resolve();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`Azurite's ${service} service ended with code ${String(code)}: ${output}`));
    });
  });
}

/** A port of 127.0.0.1 that nobody uses right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
