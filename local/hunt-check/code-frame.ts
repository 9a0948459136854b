/** Longer lines are shown in part. */
const WIDTH = 110;

/** The line that a remark is about, the one before, and a mark below. */
export function codeFrame(lines: readonly string[], line: number, column: number, length: number): string {
  const gutter = String(line).length;
  const text = lines[line - 1] ?? '';
  const before = lines[line - 2] ?? '';
  const from = text.length <= WIDTH || column < WIDTH - 30 ? 0 : column - 40;
  // A tab is as wide as the reader's terminal makes it: the mark repeats it.
  const indent = part(text, from)
    .slice(0, column - 1 - from)
    .replace(/[^\t]/g, ' ');
  const room = part(text, from).length - indent.length;
  const mark = '^'.repeat(Math.max(1, Math.min(length === 0 ? wordAt(text, column) : length, room)));
  return [
    ...(before.trim() === '' ? [] : [`  ${String(line - 1).padStart(gutter)} | ${part(before, from)}`]),
    `> ${String(line)} | ${part(text, from)}`,
    `  ${' '.repeat(gutter)} | ${indent}${mark}`,
  ].join('\n');
}

function part(text: string, from: number): string {
  const shown = text.slice(from, from + WIDTH);
  const start = from > 0 && shown !== '' ? `…${shown.slice(1)}` : shown;
  return from + WIDTH < text.length ? `${start.slice(0, -1)}…` : start;
}

const wordAt = (text: string, column: number): number => /^[\w.-]+/.exec(text.slice(column - 1))?.[0].length ?? 1;
