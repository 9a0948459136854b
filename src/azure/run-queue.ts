import type { QueueClient } from '@azure/storage-queue';
import * as z from 'zod/v4';
import type { HuntId } from '../hunt/hunt.ts';
import { parseRunId, type RunOrder } from '../hunt/run.ts';
import type { RunQueue } from '../services.ts';
import { serviceFailure } from './service-failure.ts';

const TIME_LIMIT = 15_000;

// It would make code from text, to be faster over thousands of messages; ours come one at a time.
z.config({ jitless: true });

const Instant = z.iso.datetime().transform((text) => new Date(text));
const RunMessage = z.strictObject({
  v: z.literal(1),
  id: z.string().transform((text, context) => {
    const id = parseRunId(text)?.id;
    if (id === undefined) context.addIssue('not a run id');
    return id ?? z.NEVER;
  }),
  hunt: z.string().min(1).max(200),
  workspace: z.string().min(1).max(32),
  trigger: z.enum(['schedule', 'catch-up', 'late-sweep', 'request', 'chat', 'command-line', 'backfill']),
  asOf: Instant,
  slot: Instant.optional(),
  replyTo: z.string().max(1000).optional(),
});

/** The queue of ordered runs; made at the first message. `host.json` asks for base64. */
export function storageRunQueue(client: QueueClient): RunQueue {
  let ready: Promise<unknown> | undefined;
  return {
    async send(order) {
      try {
        ready ??= client.createIfNotExists({ abortSignal: AbortSignal.timeout(TIME_LIMIT) }).catch((error: unknown) => {
          ready = undefined;
          throw error;
        });
        await ready;
        await client.sendMessage(encode(order), { abortSignal: AbortSignal.timeout(TIME_LIMIT) });
      } catch (error) {
        throw serviceFailure('queue-storage', 'queue the run', error);
      }
    },
  };
}

function encode({ id, scope, trigger, asOf, slot, replyTo }: RunOrder): string {
  const message: z.input<typeof RunMessage> = {
    v: 1,
    id,
    ...scope,
    trigger,
    asOf: asOf.toISOString(),
    ...(slot && { slot: slot.toISOString() }),
    ...(replyTo !== undefined && { replyTo }),
  };
  return Buffer.from(JSON.stringify(message)).toString('base64');
}

/** Reads a message as the host hands it over, parsed or as text; undefined when this program did not write it. */
export function readRunMessage(value: unknown): RunOrder | undefined {
  const parsed = RunMessage.safeParse(typeof value === 'string' ? parsedJson(value) : value);
  if (!parsed.success) return undefined;
  const { id, hunt, workspace, trigger, asOf, slot, replyTo } = parsed.data;
  return {
    id,
    scope: { hunt: hunt as HuntId, workspace },
    trigger,
    asOf,
    ...(slot && { slot }),
    ...(replyTo !== undefined && { replyTo }),
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not ours: the caller answers for it.
    return undefined;
  }
}
