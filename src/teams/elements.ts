/** The few elements of Adaptive Cards 1.5 that our cards use. Text goes into text runs only; see inert.ts. */
import { inert } from './inert.ts';

export type Colour = 'Default' | 'Accent' | 'Good' | 'Warning' | 'Attention';

export interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Small' | 'Default' | 'Medium' | 'Large';
  readonly color?: Colour;
  readonly isSubtle?: boolean;
  readonly fontType?: 'Monospace';
  readonly selectAction?: OpenUrl;
}

export interface OpenUrl {
  readonly type: 'Action.OpenUrl';
  readonly title?: string;
  readonly url: string;
}

export interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
  readonly spacing?: 'None' | 'Small' | 'Medium';
  readonly separator?: boolean;
}

export interface Container {
  readonly type: 'Container';
  readonly style?: 'default' | 'emphasis' | 'good' | 'warning' | 'attention' | 'accent';
  readonly bleed?: boolean;
  readonly spacing?: 'None' | 'Small' | 'Medium';
  readonly items: readonly Element[];
}

export interface Table {
  readonly type: 'Table';
  readonly firstRowAsHeaders: true;
  readonly showGridLines: false;
  readonly columns: readonly { readonly width: number }[];
  readonly rows: readonly {
    readonly type: 'TableRow';
    readonly cells: readonly { readonly type: 'TableCell'; readonly items: readonly Element[] }[];
  }[];
}

export interface ColumnSet {
  readonly type: 'ColumnSet';
  readonly spacing?: 'None' | 'Small';
  readonly columns: readonly {
    readonly type: 'Column';
    readonly width: number | 'stretch';
    readonly items: readonly Element[];
  }[];
}

export type Element = RichTextBlock | Container | Table | ColumnSet;

export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: string;
  readonly version: '1.5';
  readonly msteams: { readonly width: 'Full' };
  readonly fallbackText: string;
  readonly body: readonly Element[];
  readonly actions: readonly OpenUrl[];
}

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
  items: [line(title), line(subtitle, { spacing: 'Small' })],
});

export const card = (
  fallbackText: string,
  body: readonly Element[],
  actions: readonly OpenUrl[] = [],
): AdaptiveCard => ({
  type: 'AdaptiveCard',
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  version: '1.5',
  msteams: { width: 'Full' },
  fallbackText: inert(fallbackText, 200),
  body,
  actions,
});
