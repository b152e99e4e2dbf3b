/** The loop: read, submit, be challenged once. Whatever the model does, it ends within the budget in a value. */
import type { ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages';
import { type Budget, exhausted } from '../core/budget.ts';
import type { Findings } from '../core/findings.ts';
import type { Challenge } from '../core/verdict.ts';
import type { Investigation } from '../flow/investigator.ts';
import type { ModelMessage } from './ask.ts';
import { fitContext } from './fit-context.ts';
import { objectToFindings } from './object-to-findings.ts';
import { statementText } from './prompt.ts';
import { accepted, refused, runTools } from './run-tools.ts';
import { isBoard, serveBoard } from './serve-board.ts';
import { hear, type Session, say, spentBy, text } from './session.ts';
import { challengeTool, findingsTool, parseChallenge, parseFindings } from './submissions.ts';
import { takeTurn } from './take-turn.ts';

/** How often each kind of unusable turn is forgiven. */
const forgiven = { invalid: 2, objected: 2, silent: 2, cutOff: 2, overBudget: 2, pondering: 4 };
type Fault = keyof typeof forgiven;

type Progress = {
  readonly faults: { [Name in Fault]: number };
  /** Well-formed findings the model was asked to correct: the partial answer if it never does. */
  draft: Findings | null;
  closing: boolean;
};

type Step =
  | { readonly kind: 'go-on' }
  | { readonly kind: 'submitted'; readonly findings: Findings }
  | { readonly kind: 'ended'; readonly why: string };

const goOn: Step = { kind: 'go-on' };

/** Ends when everything that was said is on record. */
export async function investigate(session: Session): Promise<Investigation> {
  const investigation = await loop(session);
  await session.recording;
  return investigation;
}

async function loop(session: Session): Promise<Investigation> {
  const progress: Progress = {
    faults: { invalid: 0, objected: 0, silent: 0, cutOff: 0, overBudget: 0, pondering: 0 },
    draft: null,
    closing: false,
  };
  for (;;) {
    const step = await nextStep(session, progress);
    if (step.kind === 'submitted') {
      const challenge = await challengeOf(session, step.findings);
      return { kind: 'submitted', findings: step.findings, challenge, endedBy: null, spent: spentBy(session) };
    }
    if (step.kind === 'ended') return partial(session, progress, step.why);
  }
}

function partial(session: Session, { draft }: Progress, why: string): Investigation {
  const spent = spentBy(session);
  return draft
    ? { kind: 'submitted', findings: draft, challenge: 'not-run', endedBy: why, spent }
    : { kind: 'unavailable', why, spent };
}

async function nextStep(session: Session, progress: Progress): Promise<Step> {
  const stoppedBy = await session.request.stopped();
  if (stoppedBy !== null) return { kind: 'ended', why: `${stoppedBy} stopped the investigation` };
  await sayWhatIsNew(session, progress);
  fitContext(session);
  const turn = await takeTurn(session);
  if (turn.kind === 'failed') return { kind: 'ended', why: turn.why };
  const { message } = turn;
  const stop = message.stop_reason;
  if (stop === 'refusal') return { kind: 'ended', why: 'the model declined to answer' };
  if (stop === 'max_tokens' || stop === 'model_context_window_exceeded') {
    // The cut turn is not kept: half a tool call must never run.
    say(session, [text(session.means.prompts['cut-off'])]);
    return forgive(progress, 'cutOff', 'the model was cut off at its token limit');
  }
  hear(session, message);
  return serve(session, progress, message);
}

function forgive({ faults }: Progress, fault: Fault, why: string): Step {
  faults[fault] += 1;
  return faults[fault] > forgiven[fault] ? { kind: 'ended', why } : goOn;
}

/** People's new statements, and once the notice that the budget is nearly used. */
async function sayWhatIsNew(session: Session, progress: Progress): Promise<void> {
  const statements = await session.request.statements();
  const fresh = statements.slice(session.statementsSaid);
  for (const { id, result } of fresh) session.ledger.set(id, result);
  say(
    session,
    fresh.map((statement) => text(statementText(statement))),
  );
  session.statementsSaid = Math.max(session.statementsSaid, statements.length);
  const { budget, allowance } = session.request;
  if (progress.closing || (exhausted(nearly(budget), spentBy(session)) === null && !allowance.nearlyUsed())) return;
  progress.closing = true;
  say(session, [text(session.means.prompts.closing)]);
}

/** Room for a correction and the challenge stays. */
const nearly = (budget: Budget): Budget => ({
  toolCallsMax: budget.toolCallsMax,
  modelTurnsMax: Math.max(1, budget.modelTurnsMax - 3),
  outputTokensMax: budget.outputTokensMax * 0.8,
  dollarsMax: budget.dollarsMax * 0.8,
  durationMsMax: budget.durationMsMax * 0.8,
});

const toolUses = ({ content }: ModelMessage): readonly ToolUseBlock[] =>
  content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));

async function serve(session: Session, progress: Progress, message: ModelMessage): Promise<Step> {
  const uses = toolUses(message);
  if (uses.length === 0) {
    say(session, [text(session.means.prompts.reminder)]);
    return forgive(progress, 'silent', 'the model submitted nothing');
  }
  if (message.stop_reason !== 'tool_use') {
    say(
      session,
      uses.map((use) => refused(use, 'Not run: the turn did not end with its tool calls.')),
    );
    return forgive(progress, 'silent', 'the model submitted nothing');
  }
  const submission = uses.find(({ name }) => name === findingsTool);
  return submission ? receive(session, progress, { uses, submission }) : read(session, progress, uses);
}

/** The board is judged by the evidence of the turns before, and shown while the reads run; results go back in the order asked. */
async function read(session: Session, progress: Progress, uses: readonly ToolUseBlock[]): Promise<Step> {
  const [shown, { results, overBudget }] = await Promise.all([
    serveBoard(session, uses.filter(isBoard)),
    runTools(
      session,
      uses.filter((use) => !isBoard(use)),
    ),
  ]);
  const answers = new Map([...shown, ...results].map((result) => [result.tool_use_id, result]));
  say(
    session,
    uses.flatMap(({ id }) => answers.get(id) ?? []),
  );
  if (overBudget) return forgive(progress, 'overBudget', 'the budget of tool calls was used up');
  if (results.length === 0) return forgive(progress, 'pondering', 'the model read nothing more and submitted nothing');
  askForPlan(session);
  return goOn;
}

/** Once: reads without a plan are served all the same. */
function askForPlan(session: Session): void {
  if (session.planned) return;
  session.planned = true;
  say(session, [text(session.means.prompts.plan)]);
}

/** A turn that submits reads nothing more; the board may still be brought up to date. */
async function receive(
  session: Session,
  progress: Progress,
  { uses, submission }: { uses: readonly ToolUseBlock[]; submission: ToolUseBlock },
): Promise<Step> {
  const parsed = parseFindings(submission.input);
  const shown = await serveBoard(session, uses.filter(isBoard));
  const others = new Map(shown.map((result) => [result.tool_use_id, result]));
  const tell = (result: ToolResultBlockParam): void =>
    say(
      session,
      uses.map((use) => {
        if (use === submission) return result;
        return others.get(use.id) ?? refused(use, 'Not run: this turn submitted findings.');
      }),
    );
  const answer = (why: string): void => tell(refused(submission, why));
  if (!parsed.ok) {
    answer(`Not accepted: ${parsed.failure}`);
    return forgive(progress, 'invalid', 'the model submitted no valid findings');
  }
  const objections = objectToFindings(parsed.value, session.ledger);
  progress.draft = parsed.value;
  if (objections.length > 0 && progress.faults.objected < forgiven.objected) {
    progress.faults.objected += 1;
    answer(
      `Not accepted, these claims do not match the evidence. Correct or leave them out:\n${objections.join('\n')}\nQuotes are of single lines or cells as stored; rows of tables are cited by their numbers.`,
    );
    return goOn;
  }
  tell(accepted(submission, 'Received.'));
  return { kind: 'submitted', findings: parsed.value };
}

/** One adversarial turn. Whatever is not a clear answer counts as not run, which can only lower the verdict. */
async function challengeOf(session: Session, { hypotheses }: Findings): Promise<Challenge> {
  if (hypotheses.length === 0) return 'not-run';
  say(session, [text(session.means.prompts.challenge)]);
  const turn = await takeTurn(session);
  if (turn.kind === 'failed' || turn.message.stop_reason !== 'tool_use') return 'not-run';
  const verdicts = toolUses(turn.message).flatMap(({ name, input }) =>
    name === challengeTool ? (parseChallenge(input) ?? []) : [],
  );
  return lowest(verdicts);
}

const lowest = (verdicts: readonly Challenge[]): Challenge =>
  (['refuted', 'weakened', 'survived'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'not-run';
