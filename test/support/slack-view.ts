/** A modal as Slack takes it, and what its client sends: https://docs.slack.dev/reference/views and block-elements. */
export type View = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is View => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly View[] => (Array.isArray(value) ? value.filter(isNode) : []);
const text = (value: unknown): string => {
  const inside = isNode(value) ? value['text'] : value;
  return typeof inside === 'string' ? inside : '';
};

type Say = (broken: boolean, complaint: string) => void;

/** What Slack would refuse in a modal. Independent of the renderer's own limits. */
export function viewProblems(view: View): readonly string[] {
  const found: string[] = [];
  const say: Say = (broken, complaint) => {
    if (broken) found.push(complaint);
  };
  const within = (value: unknown, max: number, what: string): void =>
    say(text(value).length < 1 || text(value).length > max, `${what} needs 1 to ${max} characters`);
  const blocks = list(view['blocks']);
  const inputs = blocks.filter(({ type }) => type === 'input');
  say(view['type'] !== 'modal', 'no modal');
  within(view['title'], 24, 'title');
  if (view['submit'] !== undefined || inputs.length > 0) within(view['submit'], 24, 'submit');
  if (view['close'] !== undefined) within(view['close'], 24, 'close');
  within(view['callback_id'], 255, 'callback_id');
  say(text(view['private_metadata']).length > 3_000, 'private_metadata is too long');
  say(blocks.length < 1 || blocks.length > 100, `${blocks.length} blocks`);
  say(JSON.stringify(view).length > 250_000, 'view_too_large');
  const ids = blocks.map((block) => text(block['block_id']));
  say(new Set(ids).size !== ids.length || ids.some((id) => id.length > 255), 'block ids');
  for (const block of blocks) {
    say(!['section', 'input', 'rich_text'].includes(text(block['type'])), 'a block of an unknown type');
    if (block['type'] === 'section') within(block['text'], 3_000, 'section');
    if (block['type'] === 'input') inputProblems(block, say);
  }
  return found;
}

function inputProblems({ label, hint, element, block_id: id }: View, say: Say): void {
  const name = text(id);
  say(text(label).length < 1 || text(label).length > 2_000, `${name}: label`);
  say(hint !== undefined && (text(hint).length < 1 || text(hint).length > 2_000), `${name}: hint`);
  say(!isNode(element), `${name}: no element`);
  if (!isNode(element)) return;
  say(text(element['action_id']).length < 1 || text(element['action_id']).length > 255, `${name}: action_id`);
  elements[text(element['type'])]?.(element, (broken, complaint) => say(broken, `${name}: ${complaint}`));
  say(elements[text(element['type'])] === undefined, `${name}: an element of an unknown type`);
}

const decimal = /^-?\d+(?:\.\d+)?$/u;

const elements: Readonly<Record<string, (element: View, say: Say) => void>> = {
  plain_text_input: ({ max_length: max, initial_value: initial }, say) => {
    say(typeof max !== 'number' || max < 1 || max > 3_000, 'max_length');
    say(initial !== undefined && (text(initial) === '' || text(initial).length > Number(max)), 'initial_value');
  },
  number_input: (element, say) => {
    say(typeof element['is_decimal_allowed'] !== 'boolean', 'is_decimal_allowed');
    const limits = ['min_value', 'max_value', 'initial_value'].filter((name) => element[name] !== undefined);
    for (const name of limits) say(!decimal.test(text(element[name])), `${name} is no decimal text`);
    say(Number(element['min_value'] ?? 0) > Number(element['max_value'] ?? Number.MAX_VALUE), 'min above max');
  },
  static_select: (element, say) => {
    say(text(element['placeholder']).length > 150, 'placeholder');
    optionProblems(element, 100, say);
  },
  radio_buttons: (element, say) => optionProblems(element, 10, say),
};

function optionProblems({ options, initial_option: initial }: View, max: number, say: Say): void {
  const all = list(options);
  say(all.length < 1 || all.length > max, `${all.length} options`);
  say(
    all.some((option) => text(option['text']).length < 1 || text(option['text']).length > 75),
    'option text',
  );
  say(
    all.some(({ value }) => text(value).length < 1 || text(value).length > 75),
    'option value',
  );
  const known = all.map((option) => JSON.stringify(option));
  say(initial !== undefined && !known.includes(JSON.stringify(initial)), 'initial_option is none of the options');
}

type Field = { readonly block: string; readonly action: string; readonly element: View };

const fieldsOf = (view: View): readonly Field[] =>
  list(view['blocks'])
    .filter(({ type }) => type === 'input')
    .map(({ block_id: id, element }) => {
      const inside = isNode(element) ? element : {};
      return { block: text(id), action: text(inside['action_id']), element: inside };
    });

/** The state Slack sends: what people changed, and what was filled in where they did not. */
function stateOf(view: View, answers: Readonly<Record<string, string>>): View {
  const values = fieldsOf(view).map(({ block, action, element }) => {
    const typed = answers[block];
    const option = list(element['options']).find(({ value }) => value === typed) ?? element['initial_option'] ?? null;
    const state = Array.isArray(element['options'])
      ? { type: element['type'], selected_option: option }
      : { type: element['type'], value: (typed ?? text(element['initial_value'])) || null };
    return [block, { [action]: state }];
  });
  return { values: Object.fromEntries(values) };
}

/** What Slack sends when a person fills in a form they were shown and presses its button. */
export const submissionOf = (
  view: View,
  { user, answers }: { readonly user: string; readonly answers: Readonly<Record<string, string>> },
) => ({
  type: 'view_submission',
  team: { id: 'T1', domain: 'x' },
  user: { id: user, team_id: 'T1', username: 'x' },
  view: { ...view, id: 'V1', state: stateOf(view, answers) },
});

/** What Slack would not understand in the answer to a submission of this view. */
export function answerProblems(view: View, answer: View): readonly string[] {
  const { response_action: action, errors } = answer;
  if (action === 'update') return isNode(answer['view']) ? viewProblems(answer['view']) : ['update without a view'];
  if (action !== 'errors' || !isNode(errors)) return ['an unknown answer'];
  const blocks = fieldsOf(view).map(({ block }) => block);
  const strange = Object.keys(errors).filter((block) => !blocks.includes(block));
  return Object.keys(errors).length === 0 || strange.length > 0 ? [`errors at ${strange.join(', ')}`] : [];
}
