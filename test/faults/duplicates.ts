import type { Posted } from '../support/connector.ts';
import { excuses, type Strike } from './fault.ts';

/** A message in the conversation, and how many faults had happened when it came, its own among them. */
export interface Message {
  readonly posted: Posted;
  readonly faultsBefore: number;
  /** Whether what came last was a fault of this very message. */
  readonly struck: boolean;
}

export interface Told {
  /** Device → messages that name it, in order. */
  readonly messages: ReadonlyMap<string, readonly Message[]>;
  /** Messages that say of a device what another had said. */
  readonly repeated: number;
  /** Those of them that no lost answer and no death accounts for, in words. */
  readonly unexplained: readonly string[];
}

/** Who was told in the conversation, and how often. Each repetition needs a fault of its own between it and the one before. */
export function toldIn(delivered: readonly Message[], happened: readonly Strike[]): Told {
  const messages = new Map<string, Message[]>();
  for (const message of delivered) {
    const { method, activity } = message.posted;
    if (method !== 'POST') continue;
    const names = new Set(JSON.stringify(activity.attachments).match(/dev-\d{3}(?=\.contoso)/g) ?? []);
    for (const name of names) messages.set(name, [...(messages.get(name) ?? []), message]);
  }
  const again = [...messages].flatMap(([device, all]) =>
    all.slice(1).map((message, n) => ({ device, message, before: all[n] ?? message })),
  );
  const unexplained = again.filter(({ before, message }) => {
    const since = before.faultsBefore - (before.struck ? 1 : 0);
    return !excuses(happened.slice(since, message.faultsBefore));
  });
  return {
    messages,
    repeated: new Set(again.map(({ message }) => message)).size,
    unexplained: unexplained.map(({ device }) => `REPEATED ${device} without a doubt`),
  };
}
