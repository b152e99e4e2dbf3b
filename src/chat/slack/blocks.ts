/** The Block Kit we use, in our own types: the SDK's lack `data_visualization`, and ours leave out everything that parses markup. */

/** Never `mrkdwn`: plain text is the only text object here, so nothing from outside can become a link or a mention. */
export type PlainText = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };

type Style = { readonly bold?: true; readonly code?: true };
export type RichElement =
  | { readonly type: 'text'; readonly text: string; readonly style?: Style }
  | { readonly type: 'link'; readonly url: string; readonly text: string }
  | { readonly type: 'user'; readonly user_id: string }
  | { readonly type: 'date'; readonly timestamp: number; readonly format: string; readonly fallback: string };
export type RichGroup =
  | { readonly type: 'rich_text_section'; readonly elements: readonly RichElement[] }
  | { readonly type: 'rich_text_preformatted'; readonly elements: readonly RichElement[]; readonly border: 0 };
export type RichText = {
  readonly type: 'rich_text';
  readonly block_id?: string;
  readonly elements: readonly RichGroup[];
};

export type Button = {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
  readonly url?: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: {
    readonly title: PlainText;
    readonly text: PlainText;
    readonly confirm: PlainText;
    readonly deny: PlainText;
    readonly style?: 'danger';
  };
};

/** One of a closed list; what is chosen comes back in the state of the message with the next click. */
export type Select = {
  readonly type: 'static_select';
  readonly action_id: string;
  readonly placeholder: PlainText;
  readonly options: readonly { readonly text: PlainText; readonly value: string }[];
};

type Named = { readonly block_id: string };
export type Block = Named &
  (
    | RichText
    | { readonly type: 'header'; readonly text: PlainText }
    | {
        readonly type: 'plan';
        readonly title: string;
        readonly tasks: readonly {
          readonly type: 'task_card';
          readonly task_id: string;
          readonly title: string;
          readonly status: 'pending' | 'in_progress' | 'complete' | 'error';
          readonly output?: RichText;
        }[];
      }
    | {
        readonly type: 'data_table';
        readonly caption: string;
        readonly page_size: number;
        readonly row_header_column_index: 0;
        readonly rows: readonly (readonly { readonly type: 'raw_text'; readonly text: string }[])[];
      }
    | {
        readonly type: 'data_visualization';
        readonly title: string;
        readonly chart: {
          readonly type: 'line';
          readonly series: readonly {
            readonly name: string;
            readonly data: readonly { readonly label: string; readonly value: number }[];
          }[];
          readonly axis_config: {
            readonly categories: readonly string[];
            readonly x_label: string;
            readonly y_label: string;
          };
        };
      }
    | {
        readonly type: 'container';
        readonly title: PlainText;
        readonly is_collapsible: true;
        readonly default_collapsed: boolean;
        readonly child_blocks: readonly RichText[];
      }
    | { readonly type: 'actions'; readonly elements: readonly (Button | Select)[] }
  );

/** Limits of Slack's Block Kit reference; the lower bound where its pages disagree. */
export const blockLimits = {
  blocks: 50,
  header: 150,
  fallback: 300,
  button: 75,
  buttonValue: 2_000,
  buttons: 25,
  options: 100,
  optionText: 75,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  tasks: 50,
  taskTitle: 250,
  tableRows: 100,
  tableColumns: 20,
  tableCharacters: 10_000,
  chartTitle: 50,
  chartSeries: 6,
  chartPoints: 20,
  chartLabel: 20,
  line: 3_000,
  code: 2_500,
  /** Our own: Slack states no limit for a whole message, and refuses somewhere above 13,000. */
  message: 12_000,
} as const;

/** Cut to stay inside a hard limit, the mark included. */
export const shorten = (text: string, max: number): string => {
  const points = Array.from(text);
  return text.length <= max
    ? text
    : `${points
        .slice(0, max - 1)
        .join('')
        .slice(0, max - 1)}…`;
};

export const plain = (text: string, max: number): PlainText => ({
  type: 'plain_text',
  text: shorten(text, max) || '-',
  emoji: false,
});
