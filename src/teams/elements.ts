/** Makers of card elements. Every text run is made inert here. */
import type { Action, AdaptiveCard, Container, Element, RichTextBlock, Table, TextRun } from './card-types.ts';
import { inert } from './inert.ts';

type Look = Omit<Partial<TextRun>, 'type' | 'text'>;

/** A run of our own or foreign text, cut to `length` code points. Never empty: Teams refuses an empty run. */
export const run = (text: string, look: Look = {}, length = 200): TextRun => ({
  type: 'TextRun',
  text: spaced(text, length),
  ...look,
});

/** Blanks at the ends part runs from each other, so they stay. */
function spaced(text: string, length: number): string {
  const safe = inert(text, length);
  if (safe === '') return text === '' ? '—' : ' ';
  return `${/^\s/.test(text) ? ' ' : ''}${safe}${/\s$/.test(text) ? ' ' : ''}`;
}

export const line = (
  inlines: readonly TextRun[],
  more: Omit<Partial<RichTextBlock>, 'type' | 'inlines'> = {},
): RichTextBlock => ({ type: 'RichTextBlock', inlines, ...more });

/** Titles and values, one pair a line; a FactSet would read values as Markdown. */
export const facts = (pairs: readonly (readonly [title: string, ...value: readonly TextRun[]])[]): Element[] =>
  pairs.map(([title, ...value]) => ({
    type: 'ColumnSet',
    spacing: 'Small',
    columns: [
      { type: 'Column', width: 1, items: [line([run(title, { isSubtle: true, size: 'Small' })])] },
      { type: 'Column', width: 3, items: [line(value.length === 0 ? [run('')] : value)] },
    ],
  }));

export const table = (
  widths: readonly number[],
  header: readonly string[],
  rows: readonly (readonly Element[])[],
): Table => {
  const row = (cells: readonly Element[]) => ({
    type: 'TableRow' as const,
    cells: cells.map((item) => ({ type: 'TableCell' as const, items: [item] })),
  });
  return {
    type: 'Table',
    firstRowAsHeaders: true,
    showGridLines: false,
    columns: widths.map((width) => ({ width })),
    rows: [row(header.map((title) => line([run(title, { isSubtle: true, size: 'Small' })]))), ...rows.map(row)],
  };
};

export const heading = (
  style: NonNullable<Container['style']>,
  title: readonly TextRun[],
  subtitle: readonly TextRun[],
): Container => ({
  type: 'Container',
  style,
  bleed: true,
  items: [line(title), ...(subtitle.length === 0 ? [] : [line(subtitle, { spacing: 'Small' })])],
});

export const card = (
  fallbackText: string,
  body: readonly Element[],
  actions: readonly Action[] = [],
): AdaptiveCard => ({
  type: 'AdaptiveCard',
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  version: '1.5',
  msteams: { width: 'Full' },
  fallbackText: inert(fallbackText, 200),
  body,
  actions,
});
