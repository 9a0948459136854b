import type { app as functionsApp, HttpMethod, InvocationContext } from '@azure/functions';
import { readRunMessage, RUN_QUEUE } from '../azure/run-queue.ts';
import { endpoint, type HttpHandler } from './endpoint.ts';
import { health } from './health.ts';
import { DEVICE_PARAMETERS, listDevices } from './devices.ts';
import { listHunts } from './hunts.ts';
import { LIST_RUNS_PARAMETERS, listRuns } from './list-runs.ts';
import { onBoard } from './on-board.ts';
import { onCase } from './on-case.ts';
import { runOrder, runPoisoned } from './on-queue.ts';
import { getRun, startRun } from './on-request.ts';
import { tick } from './on-schedule.ts';
import type { Program } from './program.ts';
import { RUN_PARAMETERS } from './run-request.ts';

/** What of `@azure/functions` is used; the real host, the local host and the tests register through it. */
export type FunctionApp = Pick<typeof functionsApp, 'http' | 'timer' | 'storageQueue'>;

/** A storage queue's connection is the name of a setting, or the prefix of several. */
const CONNECTION = 'AzureWebJobsStorage';
/** All of them, so that a wrong one gets our answer and not the platform's empty 404. */
const ALL_METHODS: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Names, triggers and authority of every function. One dispatcher timer, since each timer function costs an instance. */
export function registerFunctions(app: FunctionApp, program: Program): void {
  app.timer('schedule', {
    schedule: '%HUNT_TICK%',
    handler: async () => {
      await tick(await program.services());
    },
  });
  app.storageQueue('run', {
    queueName: RUN_QUEUE,
    connection: CONNECTION,
    handler: async (message, context) => {
      await runOrder(orderOf(message), deliveryOf(context), await program.services());
    },
  });
  app.storageQueue('runFailed', {
    queueName: `${RUN_QUEUE}-poison`,
    connection: CONNECTION,
    handler: async (message) => {
      await runPoisoned(orderOf(message), await program.services());
    },
  });

  const guarded = (name: string, route: string, handler: HttpHandler): void => {
    app.http(name, { methods: ALL_METHODS, route, authLevel: 'function', handler });
  };
  guarded('startRun', 'hunts/{hunt}/runs', endpoint('POST', RUN_PARAMETERS, program, startRun));
  guarded('getRun', 'runs/{run}', endpoint('GET', [], program, getRun));
  guarded('hunts', 'hunts', endpoint('GET', [], program, listHunts));
  guarded('devices', 'hunts/{hunt}/devices', endpoint('GET', DEVICE_PARAMETERS, program, listDevices));
  // Anonymous at the platform: Teams proves itself by a token that the bot checks, an uptime monitor needs no key.
  app.http('messages', {
    methods: ['POST'],
    route: 'messages',
    authLevel: 'anonymous',
    handler: (request) => program.messages(request),
  });
  guarded('listRuns', 'runs', endpoint('GET', LIST_RUNS_PARAMETERS, program, listRuns));
  // Anonymous, too: people prove who they are to the board itself; see docs/decisions/0052.
  const board = (name: string, route: string): void => {
    app.http(name, {
      methods: ['GET', 'HEAD', 'POST'],
      route,
      authLevel: 'anonymous',
      handler: (request) => onBoard(request, program),
    });
  };
  board('board', 'board');
  board('boardSection', 'board/{section}');
  board('boardItem', 'board/{section}/{item}');
  board('boardPart', 'board/{section}/{item}/{part}');
  // Anonymous, too: a signed link opens it, and nothing else does.
  app.http('case', {
    methods: ['GET', 'POST'],
    route: 'cases/{case}',
    authLevel: 'anonymous',
    handler: (request) => onCase(request, program),
  });
  app.http('health', {
    methods: ['GET'],
    route: 'health',
    authLevel: 'anonymous',
    handler: (request) => health(request, program),
  });
}

function orderOf(message: unknown) {
  const order = readRunMessage(message);
  if (order) return order;
  // Only something else than this program writes such a message; the host moves it to the poison queue.
  throw new Error('The queue message is no run order.');
}

function deliveryOf(context: InvocationContext): number {
  const count = Number(context.triggerMetadata?.['dequeueCount']);
  return Number.isFinite(count) ? count : 1;
}
