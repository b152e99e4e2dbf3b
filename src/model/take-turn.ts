/** One turn with the model: within the budget, recorded before and after. */
import { exhausted } from '../core/budget.ts';
import { type ModelMessage, stoppedWhy } from './ask.ts';
import { dollarsOf } from './prices.ts';
import { json, recordedAnswer, recordedRequest } from './record-turn.ts';
import { allFailed } from './relay.ts';
import { requestBody, type Session, spentBy } from './session.ts';

export type Turn =
  | { readonly kind: 'answered'; readonly message: ModelMessage }
  | { readonly kind: 'failed'; readonly why: string };

const answerTokensMax = 16_000;
/** Less room than this cannot hold an answer. */
const answerTokensMin = 500;

export async function takeTurn(session: Session): Promise<Turn> {
  for (;;) {
    const turn = await askCurrent(session);
    if (turn.kind !== 'no-answer') return turn;
    // The next model takes the same conversation from where it stands.
    if (turn.why === stoppedWhy) return { kind: 'failed', why: stoppedWhy };
    const why = allFailed(session.relay, turn.why);
    if (!session.relay.takeOver(turn.why)) return { kind: 'failed', why };
  }
}

async function askCurrent(session: Session): Promise<Turn | { readonly kind: 'no-answer'; readonly why: string }> {
  const { request, relay } = session;
  if (request.signal.aborted) return { kind: 'failed', why: stoppedWhy };
  const limit = usedUp(session);
  if (limit !== null) return { kind: 'failed', why: `the budget of ${limit} was used up` };
  await session.recording;
  const shared = await request.allowance.nextTurn();
  if (shared !== null) return { kind: 'failed', why: shared };
  const body = requestBody(session, room(session));
  const model = relay.current();
  await request.record('model.request', recordedRequest(session, model, body), json(body));
  const leftMs = request.budget.durationMsMax - spentBy(session).durationMs;
  const answer = await model.ask(body, { signal: request.signal, leftMs });
  recordAnswer(session, recordedAnswer(session, model, answer));
  if (answer.kind === 'failed') return { kind: 'no-answer', why: answer.why };
  const { usage } = answer.message;
  session.spent = {
    ...session.spent,
    modelTurns: session.spent.modelTurns + 1,
    outputTokens: session.spent.outputTokens + usage.output_tokens,
    dollars: session.spent.dollars + dollarsOf(model.price, usage),
  };
  return answer;
}

/** Awaited before the next turn and at the end: what fails to be recorded ends the investigation then. */
function recordAnswer(session: Session, body: Parameters<Session['request']['record']>[1]): void {
  session.recording = session.request.record('model.response', body);
  session.recording.catch(() => undefined);
}

/** Tool calls have their own bound: a turn without reads may still submit. */
function usedUp(session: Session): string | null {
  const { budget } = session.request;
  const limit = exhausted({ ...budget, toolCallsMax: Number.POSITIVE_INFINITY }, spentBy(session));
  if (limit !== null) return limit;
  if (room(session) >= answerTokensMin) return null;
  const tokensLeft = budget.outputTokensMax - session.spent.outputTokens;
  return tokensLeft < answerTokensMin ? `${budget.outputTokensMax} output tokens` : `${budget.dollarsMax} dollars`;
}

/** Output tokens the next answer may have: never more than is left in tokens or in dollars. */
function room({ request, relay, spent }: Session): number {
  const { outputTokensMax, dollarsMax } = request.budget;
  const { output } = relay.current().price;
  const affordable = output === 0 ? answerTokensMax : ((dollarsMax - spent.dollars) / output) * 1_000_000;
  return Math.floor(Math.min(answerTokensMax, outputTokensMax - spent.outputTokens, affordable));
}
