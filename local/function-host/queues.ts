import { QueueClient, type DequeuedMessageItem } from '@azure/storage-queue';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostLog, RegisteredFunction, TypedData } from './core.ts';

export interface QueueOptions {
  readonly connectionString: string;
  readonly batchSize: number;
  readonly maxDequeueCount: number;
  /** How long a failed message stays hidden, in seconds. */
  readonly visibilityTimeout: number;
  /** The longest pause between two looks at an empty queue, in milliseconds. */
  readonly maxPollingInterval: number;
}

type Fire = (fn: RegisteredFunction, data: TypedData, metadata: Readonly<Record<string, TypedData>>) => Promise<void>;

/** The host hides a message while it is worked on, and renews that; ours are done long before. */
const WHILE_RUNNING = 1_800;

/** Feeds a queue function: deletes what it has done, hides what failed, moves what fails too often to the poison queue. */
export function startQueue(
  fn: RegisteredFunction,
  options: QueueOptions,
  fire: Fire,
  log: HostLog,
): () => Promise<void> {
  const name = String(fn.trigger['queueName']);
  const queue = new QueueClient(options.connectionString, name);
  const poison = new QueueClient(options.connectionString, `${name}-poison`);
  const stopping = new AbortController();

  const work = async (message: DequeuedMessageItem): Promise<void> => {
    const text = Buffer.from(message.messageText, 'base64').toString();
    const metadata = { Id: { string: message.messageId }, DequeueCount: { json: String(message.dequeueCount) } };
    try {
      await fire(fn, { string: text }, metadata);
      await queue.deleteMessage(message.messageId, message.popReceipt);
    } catch {
      // Logged by fire(); what is left is where the message goes.
      if (message.dequeueCount < options.maxDequeueCount) {
        await queue.updateMessage(message.messageId, message.popReceipt, undefined, options.visibilityTimeout);
        return;
      }
      log(
        'error',
        `Message ${message.messageId} failed ${String(message.dequeueCount)} times and goes to ${name}-poison.`,
        fn.name,
      );
      await poison.createIfNotExists();
      await poison.sendMessage(message.messageText);
      await queue.deleteMessage(message.messageId, message.popReceipt);
    }
  };

  const loop = async (): Promise<void> => {
    let pause = 100;
    while (!stopping.signal.aborted) {
      const taken = await take(queue, options, log, fn.name);
      await Promise.all(
        taken.map((message) =>
          work(message).catch((error: unknown) => {
            log('error', String(error), fn.name);
          }),
        ),
      );
      pause = taken.length > 0 ? 100 : Math.min(pause * 2, options.maxPollingInterval);
      if (taken.length === 0) await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    stopping.abort();
    await running;
  };
}

async function take(
  queue: QueueClient,
  { batchSize }: QueueOptions,
  log: HostLog,
  name: string,
): Promise<readonly DequeuedMessageItem[]> {
  try {
    await queue.createIfNotExists();
    return (await queue.receiveMessages({ numberOfMessages: batchSize, visibilityTimeout: WHILE_RUNNING }))
      .receivedMessageItems;
  } catch (error) {
    log('warning', `The queue cannot be read: ${String(error)}`, name);
    return [];
  }
}
