import type { app as functionsApp, HttpMethod } from '@azure/functions';
import { RUN_QUEUE } from '../azure/queue-name.ts';
import type { Log } from '../log.ts';
import { redactedError, type Redact } from '../redact.ts';
import type { Handlers, HttpFunction } from './handlers.ts';
import { sealed } from './sealed.ts';

/** What of `@azure/functions` is used; the real host, the local host and the tests register through it. */
export type FunctionApp = Pick<typeof functionsApp, 'http' | 'timer' | 'storageQueue'>;

/** Loads what the functions do, at the first call of any of them. */
export type LoadHandlers = () => Promise<Handlers>;

/** Where what goes wrong is told, and what may not be told of it. */
export interface Outward {
  readonly log: Log;
  readonly redact: Redact;
}

/** A storage queue's connection is the name of a setting, or the prefix of several. */
const CONNECTION = 'AzureWebJobsStorage';
/** All of them, so that a wrong one gets our answer and not the platform's empty 404. */
const ALL_METHODS: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Names, triggers and authority of every function. One dispatcher timer, since each timer function costs an instance. */
export function registerFunctions(app: FunctionApp, load: LoadHandlers, { log, redact }: Outward): void {
  /** The host logs what a function throws. */
  const guarded = (act: () => Promise<void>): Promise<void> =>
    act().catch((error: unknown) => {
      throw redactedError(error, redact);
    });
  app.timer('schedule', {
    schedule: '%HUNT_TICK%',
    handler: () => guarded(async () => (await load()).schedule()),
  });
  app.storageQueue('run', {
    queueName: RUN_QUEUE,
    connection: CONNECTION,
    handler: (message, context) => guarded(async () => (await load()).run(message, context)),
  });
  app.storageQueue('runFailed', {
    queueName: `${RUN_QUEUE}-poison`,
    connection: CONNECTION,
    handler: (message) => guarded(async () => (await load()).runFailed(message)),
  });

  const http = (
    name: HttpFunction,
    route: string,
    authLevel: 'function' | 'anonymous',
    methods: HttpMethod[] = ALL_METHODS,
  ): void => {
    app.http(name, {
      methods,
      route,
      authLevel,
      handler: (request) => sealed(request, log, async () => (await load()).http(name, request)),
    });
  };
  http('startRun', 'hunts/{hunt}/runs', 'function');
  http('getRun', 'runs/{run}', 'function');
  http('hunts', 'hunts', 'function');
  http('devices', 'hunts/{hunt}/devices', 'function');
  http('device', 'hunts/{hunt}/devices/{device}', 'function');
  http('status', 'status', 'function');
  // Anonymous at the platform: Teams proves itself by a token that the bot checks, an uptime monitor needs no key.
  http('messages', 'messages', 'anonymous', ['POST']);
  http('listRuns', 'runs', 'function');
  // Anonymous, too: people prove who they are to the board itself; see docs/decisions/0052.
  const board: HttpMethod[] = ['GET', 'HEAD', 'POST'];
  http('board', 'board', 'anonymous', board);
  http('boardSection', 'board/{section}', 'anonymous', board);
  http('boardItem', 'board/{section}/{item}', 'anonymous', board);
  http('boardPart', 'board/{section}/{item}/{part}', 'anonymous', board);
  // Anonymous, too: a signed link opens it, and nothing else does.
  http('case', 'cases/{case}', 'anonymous', ['GET', 'POST']);
  http('health', 'health', 'anonymous', ['GET']);
}
