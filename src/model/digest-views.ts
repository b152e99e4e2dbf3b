/**
 * A small model chooses which rows of a long view the investigator is shown. It selects, it never writes: the shorter view
 * is made of the same rows by code. Whatever goes wrong, the full view is shown.
 */
import type { MessageCreateParamsNonStreaming, Tool } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import type { EvidenceId } from '../core/evidence.ts';
import { plainText } from '../core/plain-text.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import { estimateTokens } from '../core/token-estimate.ts';
import { type Answer, stoppedWhy } from './ask.ts';
import { dollarsOf } from './prices.ts';
import { digestMessage, viewCharactersMax } from './prompt.ts';
import { json, recordedAnswer, recordedRequest } from './record-turn.ts';
import type { ListedModel } from './relay.ts';
import { type Session, text } from './session.ts';

/** Shorter views cost less than asking about them. */
const worthTokens = 1_200;
/** The investigator waits for it. */
const patienceMs = 5_000;
const answerTokensMax = 2_000;
/** Two lines of head, and the five rows that we ourselves tell first: no text in a row can make these vanish. */
const alwaysKept = 7;

export type LongView = { readonly id: EvidenceId; readonly view: Tainted };

const keepRows = z.strictObject({ rows: z.array(z.int()).max(1_000) });
const tool: Tool = {
  name: 'keep_rows',
  description: 'The numbers of the rows to show.',
  input_schema: { ...z.record(z.string(), z.json()).parse(z.toJSONSchema(keepRows, { io: 'input' })), type: 'object' },
};

/** The views to show instead, by evidence id; what is not in it is shown in full. */
export async function digestViews(
  session: Session,
  views: readonly LongView[],
): Promise<ReadonlyMap<EvidenceId, Tainted>> {
  // The same evidence may be read twice in a turn.
  const once = [...new Map(views.map((each) => [each.id, each])).values()];
  const long = once.filter(({ view }) => estimateTokens(plainText(view, viewCharactersMax)) > worthTokens);
  const model = long.length === 0 || !affordable(session) ? null : session.means.digestModel();
  // Other looks and incidents spend of the same bounds.
  if (model === null || (await session.request.allowance.nextTurn()) !== null) return new Map();
  const asked = long.map((view) => ({ ...view, ...question(session, model, view) }));
  // All requests, then all answers: the record has one order, however fast each is.
  for (const { id, body } of asked) {
    await session.request.record(
      'model.request',
      { ...recordedRequest(session, model, body), ...marked(id) },
      json(body),
    );
  }
  const answered = await Promise.all(
    asked.map(async (each) => ({ ...each, answer: await ask(session, model, each.body) })),
  );
  const shorter = new Map<EvidenceId, Tainted>();
  for (const { id, rows, answer } of answered) {
    await session.request.record('model.response', { ...recordedAnswer(session, model, answer), ...marked(id) });
    const view = chosen(rows, settle(session, model, answer), id);
    if (view !== null) shorter.set(id, view);
  }
  return shorter;
}

const marked = (id: EvidenceId) => ({ purpose: 'digest', evidence: id });

/** Enough for a digest, and for the investigator to conclude. */
const affordable = ({ request: { budget }, spent }: Session): boolean =>
  spent.outputTokens < budget.outputTokensMax * 0.8 && spent.dollars < budget.dollarsMax * 0.8;

function question({ request, means }: Session, { model }: ListedModel, { id, view }: LongView) {
  const rows = plainText(view, viewCharactersMax).split('\n');
  const body: MessageCreateParamsNonStreaming = {
    model,
    max_tokens: answerTokensMax,
    system: [text(means.prompts.digest)],
    tools: [tool],
    messages: [{ role: 'user', content: [text(digestMessage(request.incident, id, rows))] }],
  };
  return { rows, body };
}

async function ask({ request }: Session, model: ListedModel, body: MessageCreateParamsNonStreaming): Promise<Answer> {
  const patience = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([request.signal, patience]);
  const answer = await model.ask(body, { signal, leftMs: patienceMs });
  const late = answer.kind === 'failed' && answer.why === stoppedWhy && patience.aborted;
  return late ? { ...answer, why: 'the digest model took too long' } : answer;
}

/** Counts what it cost. The row numbers it chose, or null when it chose none in the form asked for. */
function settle(session: Session, { price }: ListedModel, answer: Answer): ReadonlySet<number> | null {
  if (answer.kind === 'failed') return null;
  const { content, usage, stop_reason: stop } = answer.message;
  session.spent = {
    ...session.spent,
    outputTokens: session.spent.outputTokens + usage.output_tokens,
    dollars: session.spent.dollars + dollarsOf(price, usage),
  };
  if (stop !== 'tool_use') return null;
  const call = content.find((block) => block.type === 'tool_use' && block.name === tool.name);
  const parsed = keepRows.safeParse(call?.type === 'tool_use' ? call.input : null);
  return parsed.success ? new Set(parsed.data.rows) : null;
}

/** Null when nothing would be left out. Rows are numbered from 1. */
function chosen(rows: readonly string[], kept: ReadonlySet<number> | null, id: EvidenceId): Tainted | null {
  if (kept === null) return null;
  const shown = rows.filter((_, index) => index < alwaysKept || kept.has(index + 1));
  const leftOut = rows.length - shown.length;
  if (leftOut === 0) return null;
  return taint(
    [...shown, `(${leftOut} of ${rows.length} rows left out by the digest model; look_closer(${id}) shows all)`].join(
      '\n',
    ),
  );
}
