/** Keeps a long conversation inside the model's window: the oldest results go first, and can be had again. */
import type { MessageParam, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { Session } from './session.ts';

/** The smallest window in use is 200,000 tokens; telemetry takes about two and a half characters each, and answers need room. */
export const contextCharactersMax = 300_000;
/** Far below the bound, so that the cached prefix breaks seldom. */
const charactersKept = 150_000;
/** What is shorter is not worth a look closer. */
const worthCharacters = 400;

const frame = /^<evidence id="(?<id>E\d+)"/u;

/** Replaces views of old results by a word on how to get them back. The ledger keeps every result. */
export function fitContext({ messages }: Pick<Session, 'messages'>): void {
  let total = messages.reduce((sum, message) => sum + charactersOf(message), 0);
  if (total <= contextCharactersMax) return;
  for (const result of oldResults(messages)) {
    if (total <= charactersKept) return;
    total -= leaveOut(result);
  }
}

/** Oldest first. The newest two messages are what the model is about to work on. */
const oldResults = (messages: readonly MessageParam[]): readonly ToolResultBlockParam[] =>
  messages
    .slice(1, -2)
    .flatMap(({ content }) =>
      typeof content === 'string' ? [] : content.flatMap((block) => (block.type === 'tool_result' ? [block] : [])),
    );

/** Characters saved. */
function leaveOut(block: ToolResultBlockParam): number {
  const { content } = block;
  if (typeof content !== 'string' || content.length < worthCharacters) return 0;
  const id = frame.exec(content)?.groups?.['id'];
  if (id === undefined) return 0;
  block.content = `<evidence id="${id}">\nLeft out to save room. look_closer shows ${id} again; it can still be cited.\n</evidence>`;
  return content.length - block.content.length;
}

const charactersOf = ({ content }: MessageParam): number =>
  typeof content === 'string' ? content.length : content.reduce((sum, block) => sum + JSON.stringify(block).length, 0);
