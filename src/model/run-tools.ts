/** Runs the reads of one turn concurrently; results come back in the order asked. Every request gets a result. */
import type { ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import type { EvidenceId } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import type { ModelTool, ToolAnswer } from '../flow/investigator.ts';
import { digestViews, type LongView } from './digest-views.ts';
import { outsideReason, resultText } from './prompt.ts';
import type { Session } from './session.ts';

export type Served = { readonly results: readonly ToolResultBlockParam[]; readonly overBudget: boolean };

export async function runTools(session: Session, uses: readonly ToolUseBlock[]): Promise<Served> {
  const { request, spent } = session;
  const left = Math.max(0, request.budget.toolCallsMax - spent.toolCalls);
  session.spent = { ...spent, toolCalls: spent.toolCalls + Math.min(left, uses.length) };
  const outcomes = await Promise.all(
    uses.map(async (use, index) =>
      index < left ? runTool(session, use) : refused(use, 'Not run: the budget of tool calls is used up.'),
    ),
  );
  const shorter = await digestViews(
    session,
    outcomes.flatMap((outcome) => ('view' in outcome && outcome.use.name !== 'look_closer' ? [outcome] : [])),
  );
  const results = outcomes.map((outcome) => ('view' in outcome ? shown(outcome, shorter) : outcome));
  return { results, overBudget: uses.length > left };
}

export const refused = (use: ToolUseBlock, why: string): ToolResultBlockParam => ({
  type: 'tool_result',
  tool_use_id: use.id,
  content: why,
  is_error: true,
});

export const accepted = (use: ToolUseBlock, content: string): ToolResultBlockParam => ({
  type: 'tool_result',
  tool_use_id: use.id,
  content,
});

type Seen = LongView & { readonly use: ToolUseBlock; readonly numbersOf: Json | undefined };

const shown = ({ use, id, view, numbersOf }: Seen, shorter: ReadonlyMap<EvidenceId, Tainted>): ToolResultBlockParam =>
  accepted(use, resultText(id, shorter.get(id) ?? view, numbersOf));

async function runTool(session: Session, use: ToolUseBlock): Promise<ToolResultBlockParam | Seen> {
  const { request, ledger } = session;
  const tool = request.tools.find(({ name }) => name === use.name);
  if (!tool) return refused(use, `There is no such tool. The read tools are: ${toolNames(request.tools)}.`);
  if (request.signal.aborted) return refused(use, 'Not run: the investigation was stopped.');
  const input = z.json().safeParse(use.input);
  if (!input.success) return refused(use, 'The input is not JSON.');
  const answer = await tool.call(input.data);
  switch (answer.kind) {
    case 'evidence':
      ledger.set(answer.id, answer.result ?? null);
      return { use, id: answer.id, view: answer.view, numbersOf: answer.numbers === false ? undefined : answer.result };
    case 'empty':
      return accepted(use, nothingFound(session, answer));
    case 'failed':
      return refused(use, `The read failed: ${outsideReason(answer.says)}`);
    case 'bad-input':
      return refused(use, `The input does not fit: ${outsideReason(answer.says)}`);
  }
}

/** Under its evidence id, so that it can be cited as what it is. */
function nothingFound({ ledger }: Session, { says, id, result }: ToolAnswer & { kind: 'empty' }): string {
  const told = `Nothing was found. Searched: ${outsideReason(says)}`;
  if (id === undefined) return told;
  ledger.set(id, result ?? null);
  return resultText(id, taint(told), result);
}

const toolNames = (tools: readonly ModelTool[]): string => tools.map(({ name }) => name).join(', ');
