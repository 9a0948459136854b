/** The story of a device for a terminal: one screen of it, or all. */
import type { DeviceEntry } from '../src/board/device-view.ts';
import type { Ground, Sentence } from '../src/proof/device-story.ts';
import { printable } from './report-text.ts';

/** What fits on the smallest screen that anybody has, above the prompt. */
export const SCREEN = { lines: 23, width: 80 } as const;

export interface Screen {
  readonly lines: number;
  readonly width: number;
}

/** One device in one hunt. What finds no place on the screen is counted, the least telling first. */
export function storyText({ device, hunt, scope, sentences }: DeviceEntry, { lines, width }: Screen = SCREEN): string {
  const name = printable(device.name === '' ? device.id : device.name);
  const id = device.id === '' ? 'known by its name' : printable(device.id);
  const head = [
    ...(name.length + id.length + 3 > width ? [name, id] : [`${name} (${id})`]),
    `${hunt?.slug ?? scope.hunt} in ${scope.workspace}, key ${device.device}`,
  ].map((line) => line.slice(0, width));
  const leastFirst = expendable(sentences);
  for (let out = 0; ; out += 1) {
    const left = new Set(leastFirst.slice(0, out));
    const told = sentences.filter((sentence) => !left.has(sentence));
    const text = [
      ...head,
      ...paragraphs(told).flatMap((paragraph) => wrapped(paragraph, width)),
      ...(out === 0 ? [] : [`- ${String(out)} more ${out === 1 ? 'sentence' : 'sentences'}: --all`]),
    ];
    if (text.length <= lines || out === leastFirst.length) return text.join('\n');
  }
}

/** What can be done without, the least telling first; its state always stays. */
function expendable(sentences: readonly Sentence[]): readonly Sentence[] {
  const [, ...events] = sentences.filter(({ ground }) => ground.kind === 'run');
  const cases = sentences.filter(({ ground }) => ground.kind === 'case');
  const latest = recordOf(cases.at(-1)?.ground);
  const older = cases.filter(({ ground }) => recordOf(ground) !== latest);
  const isFirst = (sentence: Sentence, i: number): boolean =>
    recordOf(older[i - 1]?.ground) !== recordOf(sentence.ground);
  const details = older.filter((sentence, i) => !isFirst(sentence, i));
  // What the latest card tells of is why the device is in the state that it is in.
  const isWhy = ({ ground }: Sentence): boolean => latest.startsWith(`case ${recordOf(ground).slice('run '.length)}-`);
  return [
    ...new Set([
      ...details,
      ...events.filter((event) => !isWhy(event)),
      ...older.filter(isFirst),
      ...sentences.slice(1).toReversed(),
    ]),
  ];
}

/** Sentences that rest on one record name it once. */
function paragraphs(sentences: readonly Sentence[]): readonly string[] {
  return sentences.flatMap(({ text, ground }, i) => {
    const record = recordOf(ground);
    const isLast = recordOf(sentences[i + 1]?.ground) !== record;
    const before = recordOf(sentences[i - 1]?.ground) === record;
    return [`${before ? ' ' : '-'} ${printable(text)}${isLast ? ` [${record}]` : ''}`];
  });
}

function recordOf(ground: Ground | undefined): string {
  if (!ground) return '';
  if (ground.kind === 'run') return `run ${ground.run}`;
  return ground.kind === 'case' ? `case ${ground.id}` : ground.kind;
}

/** Lines of a paragraph that begins with its mark; what is too long for a line is broken. */
function wrapped(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = paragraph.slice(0, 1);
  const room = width - 2;
  const words = paragraph.slice(2).split(' ');
  for (const word of words.flatMap((whole) => whole.match(new RegExp(`.{1,${String(room)}}`, 'gs')) ?? [''])) {
    if (line.length + 1 + word.length > width && line.length > 1) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
