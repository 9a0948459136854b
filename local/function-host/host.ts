import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { FunctionsCore, HostLog, RegisteredFunction, TypedData } from './core.ts';
import { httpServer } from './http.ts';
import { startQueue } from './queues.ts';
import { startTimer, timerData } from './timers.ts';

export interface FunctionHost {
  /** `http://127.0.0.1:7071` */
  readonly url: string;
  stop(): Promise<void>;
}

export interface FunctionHostOptions {
  readonly core: FunctionsCore;
  /** Where host.json is. */
  readonly hostFile: string;
  /** What `%SETTING%` in a binding means, and where the queues are. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: HostLog;
}

interface HostJson {
  readonly extensions: {
    readonly http: { readonly routePrefix: string };
    readonly queues: {
      readonly batchSize: number;
      readonly maxDequeueCount: number;
      readonly visibilityTimeout: string;
      readonly maxPollingInterval: string;
    };
  };
}

/** Runs registered functions: HTTP on 127.0.0.1, timers by their schedule, queues of the storage emulator. */
export async function startFunctionHost({
  core,
  hostFile,
  settings,
  port,
  log,
}: FunctionHostOptions): Promise<FunctionHost> {
  const { extensions } = JSON.parse(readFileSync(hostFile, 'utf8')) as HostJson;
  const fire = async (
    fn: RegisteredFunction,
    data: TypedData,
    metadata: Readonly<Record<string, TypedData>> = {},
  ): Promise<void> => {
    try {
      await core.invoke(fn, data, metadata);
    } catch (error) {
      log('error', error instanceof Error ? error.message : String(error), fn.name);
      throw error;
    }
  };
  // A failed tick is logged; the next one comes anyway.
  const fireTimer = (fn: RegisteredFunction): Promise<void> => fire(fn, timerData()).catch(() => undefined);

  const server = httpServer(core, extensions.http.routePrefix, (fn) => void fireTimer(fn), log);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stops: (() => Promise<void>)[] = [];
  for (const fn of core.functions.values()) {
    if (fn.trigger.type === 'timerTrigger') {
      const stopTimer = startTimer(fn, resolved(String(fn.trigger['schedule']), settings), fireTimer);
      stops.push(() => {
        stopTimer();
        return Promise.resolve();
      });
    }
    if (fn.trigger.type === 'queueTrigger') {
      const { batchSize, maxDequeueCount, visibilityTimeout, maxPollingInterval } = extensions.queues;
      const connectionString = settings[String(fn.trigger['connection'])] ?? '';
      const options = {
        connectionString,
        batchSize,
        maxDequeueCount,
        visibilityTimeout: seconds(visibilityTimeout),
        maxPollingInterval: seconds(maxPollingInterval) * 1000,
      };
      stops.push(startQueue(fn, options, fire, log));
    }
  }
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await Promise.all(stops.map((stop) => stop()));
      core.uninstall();
    },
  };
}

const resolved = (text: string, settings: FunctionHostOptions['settings']): string =>
  text.replace(/%([^%]+)%/g, (_all, name: string) => {
    const value = settings[name];
    if (value === undefined || value === '')
      throw new Error(`The setting ${name} is missing; a function's schedule needs it.`);
    return value;
  });

const seconds = (text: string): number => text.split(':').reduce((total, part) => total * 60 + Number(part), 0);
