/** The few elements of Adaptive Cards 1.5 that our cards use. Untrusted text goes into text runs only; see inert.ts. */

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

export type Element = RichTextBlock | Container | Table | ColumnSet | Input;

export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: string;
  readonly version: '1.5';
  readonly msteams: { readonly width: 'Full' };
  readonly fallbackText: string;
  readonly body: readonly Element[];
  readonly actions: readonly Action[];
}

export interface OpenUrl {
  readonly type: 'Action.OpenUrl';
  readonly title?: string;
  readonly url: string;
}

/** Sends its data and the card's inputs to the bot, which answers with a card. */
export interface Execute {
  readonly type: 'Action.Execute';
  readonly title: string;
  readonly verb: string;
  readonly data: Readonly<Record<string, string>>;
  readonly style?: 'positive' | 'destructive';
}

export interface ShowCard {
  readonly type: 'Action.ShowCard';
  readonly title: string;
  readonly card: Pick<AdaptiveCard, 'type' | 'body' | 'actions'>;
}

export type Action = OpenUrl | Execute | ShowCard;

interface Labelled {
  readonly id: string;
  readonly label: string;
  readonly isRequired?: boolean;
  readonly errorMessage?: string;
}

export type Input =
  | (Labelled & {
      readonly type: 'Input.Text';
      readonly isMultiline?: boolean;
      readonly maxLength?: number;
      readonly value?: string;
    })
  | (Labelled & { readonly type: 'Input.Date'; readonly min?: string; readonly max?: string; readonly value?: string })
  | (Labelled & {
      readonly type: 'Input.ChoiceSet';
      readonly choices: readonly { readonly title: string; readonly value: string }[];
      readonly value: string;
    });
