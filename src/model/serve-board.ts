/** Puts what the model weighs on the board that people watch, and tells it what was not taken. */
import type { ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages';
import { plainText } from '../core/plain-text.ts';
import { taint } from '../core/tainted.ts';
import { accepted, refused } from './run-tools.ts';
import type { Session } from './session.ts';
import { boardTool, parseBoard } from './submissions.ts';

export const isBoard = ({ name }: ToolUseBlock): boolean => name === boardTool;

/** One result for every use, in their order. */
export async function serveBoard(
  session: Session,
  uses: readonly ToolUseBlock[],
): Promise<readonly ToolResultBlockParam[]> {
  const results: ToolResultBlockParam[] = [];
  for (const use of uses) results.push(await serveOne(session, use));
  return results;
}

async function serveOne(session: Session, use: ToolUseBlock): Promise<ToolResultBlockParam> {
  const parsed = parseBoard(use.input);
  if (!parsed.ok) return refused(use, `Not taken: ${parsed.failure}`);
  session.planned = true;
  const why = await session.request.showBoard(parsed.value, session.spent.modelTurns);
  if (why.length === 0) return accepted(use, 'Shown.');
  return accepted(use, `Shown without these parts:\n${plainText(taint(why.join('\n')), 2_000)}`);
}
