import type { AdaptiveCard } from '../../src/teams/card-types.ts';

export interface Node {
  readonly type?: string;
  readonly text?: string;
  readonly title?: string;
  readonly url?: string;
  readonly verb?: string;
  readonly id?: string;
  readonly value?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly choices?: readonly { readonly title: string; readonly value: string }[];
}

/** Every object of a card. */
export const nodesOf = (value: unknown): readonly Node[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(nodesOf)] : [];

/** What a reader sees of a card, with a bar between its runs. */
export const textOf = (card: AdaptiveCard): string =>
  nodesOf(card)
    .flatMap(({ type, text }) => (type === 'TextRun' ? [text ?? ''] : []))
    .join('|');

export const buttonsOf = (card: AdaptiveCard): readonly string[] => card.actions.map(({ title }) => title ?? '');

export const bytesOf = (card: AdaptiveCard): number => Buffer.byteLength(JSON.stringify(card));
