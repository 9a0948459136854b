/** Answers in a chat: a title, lines, facts. Every text goes into text runs, which nothing interprets. */
import { card, facts, heading, line, run } from '../teams/elements.ts';
import { CARD_BUDGET } from '../teams/card.ts';
import type { AdaptiveCard, Element, TextRun } from '../teams/card-types.ts';

export type Mood = 'default' | 'good' | 'warning';

/** A card has a budget; an answer longer than this is counted. */
const MOST_LINES = 40;

export type AnswerLine = string | readonly TextRun[] | readonly [title: string, value: string];

export function answer(title: string, lines: readonly AnswerLine[] = [], mood: Mood = 'default'): AdaptiveCard {
  for (let count = Math.min(lines.length, MOST_LINES); count > 0; count -= 1) {
    const built = answerOf(title, lines, count, mood);
    if (Buffer.byteLength(JSON.stringify(built)) <= CARD_BUDGET) return built;
  }
  return answerOf(title, lines, 0, mood);
}

function answerOf(title: string, lines: readonly AnswerLine[], count: number, mood: Mood): AdaptiveCard {
  const shown = lines.slice(0, count).map(elementOf);
  const rest = lines.length - shown.length;
  return card(title, [
    heading(mood === 'default' ? 'emphasis' : mood, [run(title, { weight: 'Bolder', size: 'Medium' }, 200)], []),
    ...shown.flat(),
    ...(rest > 0 ? [line([run(`and ${String(rest)} more, not shown here`, { isSubtle: true })])] : []),
  ]);
}

function elementOf(content: AnswerLine): Element[] {
  if (typeof content === 'string') return [line([run(content, {}, 400)], { spacing: 'Small' })];
  const [first, second] = content;
  if (typeof first === 'string' && typeof second === 'string') return facts([[first, run(second, {}, 300)]]);
  return [
    line(
      content.filter((part) => typeof part !== 'string'),
      { spacing: 'Small' },
    ),
  ];
}

/** Something cannot be done, in words to whoever asked. */
export const refusal = (words: string): AdaptiveCard => answer(words, [], 'warning');
