/** What every function does when it is called; loaded at the first call, since most starts of an app end in a single tick. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { readRunMessage } from '../azure/run-queue.ts';
import { DEVICE_STORY_PARAMETERS, getDevice } from './device.ts';
import { DEVICE_PARAMETERS, listDevices } from './devices.ts';
import { endpoint, type HttpHandler } from './endpoint.ts';
import { healthOf, status } from './health.ts';
import { listHunts } from './hunts.ts';
import { LIST_RUNS_PARAMETERS, listRuns } from './list-runs.ts';
import { onCase } from './on-case.ts';
import { runOrder, runPoisoned } from './on-queue.ts';
import { getRun, startRun } from './on-request.ts';
import { tick } from './on-schedule.ts';
import type { Program } from './program.ts';
import { RUN_PARAMETERS } from './run-request.ts';

/** The functions that answer HTTP requests. */
export const HTTP_FUNCTIONS = [
  'startRun',
  'getRun',
  'hunts',
  'devices',
  'device',
  'messages',
  'case',
  'status',
  'health',
  'listRuns',
  'board',
  'boardSection',
  'boardItem',
  'boardPart',
] as const;
export type HttpFunction = (typeof HTTP_FUNCTIONS)[number];

export interface Handlers {
  schedule(): Promise<void>;
  run(message: unknown, context: InvocationContext): Promise<void>;
  runFailed(message: unknown): Promise<void>;
  http(name: HttpFunction, request: HttpRequest): Promise<HttpResponseInit>;
}

export function handlersOf(program: Program): Handlers {
  // Most starts of the app never show a page.
  const board: HttpHandler = async (request) => (await import('./on-board.ts')).onBoard(request, program);
  const http: Readonly<Record<HttpFunction, HttpHandler>> = {
    startRun: endpoint('POST', RUN_PARAMETERS, program, startRun),
    getRun: endpoint('GET', [], program, getRun),
    hunts: endpoint('GET', [], program, listHunts),
    devices: endpoint('GET', DEVICE_PARAMETERS, program, listDevices),
    device: endpoint('GET', DEVICE_STORY_PARAMETERS, program, getDevice),
    messages: (request) => program.messages(request),
    case: (request) => onCase(request, program),
    status: endpoint('GET', [], program, status),
    health: healthOf(program),
    listRuns: endpoint('GET', LIST_RUNS_PARAMETERS, program, listRuns),
    board,
    boardSection: board,
    boardItem: board,
    boardPart: board,
  };
  return {
    schedule: async () => {
      await tick(await program.services());
    },
    run: async (message, context) => {
      await runOrder(orderOf(message), deliveryOf(context), await program.services());
    },
    runFailed: async (message) => {
      await runPoisoned(orderOf(message), await program.services());
    },
    http: (name, request) => http[name](request),
  };
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
