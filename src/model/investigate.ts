/** The loop: read, submit, be challenged once. Whatever the model does, it ends within the budget in a value. */
import type { Message, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages';
import { type Budget, exhausted } from '../core/budget.ts';
import type { Findings } from '../core/findings.ts';
import type { Challenge } from '../core/verdict.ts';
import type { Investigation } from '../flow/investigator.ts';
import { objectToFindings } from './object-to-findings.ts';
import { statementText } from './prompt.ts';
import { accepted, refused, runTools } from './run-tools.ts';
import { hear, type Session, say, spentBy, text } from './session.ts';
import { challengeTool, findingsTool, parseChallenge, parseFindings } from './submissions.ts';
import { takeTurn } from './take-turn.ts';

/** How often each kind of unusable turn is forgiven. */
const forgiven = { invalid: 2, objected: 2, silent: 2, cutOff: 2, overBudget: 2 };
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

export async function investigate(session: Session): Promise<Investigation> {
  const progress: Progress = {
    faults: { invalid: 0, objected: 0, silent: 0, cutOff: 0, overBudget: 0 },
    draft: null,
    closing: false,
  };
  for (;;) {
    const step = await nextStep(session, progress);
    if (step.kind === 'submitted') {
      const challenge = await challengeOf(session, step.findings);
      return { kind: 'submitted', findings: step.findings, challenge, spent: spentBy(session) };
    }
    if (step.kind === 'ended') return partial(session, progress, step.why);
  }
}

function partial(session: Session, { draft }: Progress, why: string): Investigation {
  const spent = spentBy(session);
  return draft
    ? { kind: 'submitted', findings: draft, challenge: 'not-run', spent }
    : { kind: 'unavailable', why, spent };
}

async function nextStep(session: Session, progress: Progress): Promise<Step> {
  await sayWhatIsNew(session, progress);
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
  say(
    session,
    statements.slice(session.statementsSaid).map((statement) => text(statementText(statement))),
  );
  session.statementsSaid = Math.max(session.statementsSaid, statements.length);
  if (progress.closing || exhausted(nearly(session.request.budget), spentBy(session)) === null) return;
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

const toolUses = ({ content }: Message): readonly ToolUseBlock[] =>
  content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));

async function serve(session: Session, progress: Progress, message: Message): Promise<Step> {
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

async function read(session: Session, progress: Progress, uses: readonly ToolUseBlock[]): Promise<Step> {
  const { results, overBudget } = await runTools(session, uses);
  say(session, results);
  return overBudget ? forgive(progress, 'overBudget', 'the budget of tool calls was used up') : goOn;
}

/** A turn that submits reads nothing more. */
function receive(
  session: Session,
  progress: Progress,
  { uses, submission }: { uses: readonly ToolUseBlock[]; submission: ToolUseBlock },
): Step {
  const parsed = parseFindings(submission.input);
  const answer = (why: string): void =>
    say(
      session,
      uses.map((use) => refused(use, use === submission ? why : 'Not run: this turn submitted findings.')),
    );
  if (!parsed.ok) {
    answer(`Not accepted: ${parsed.failure}`);
    return forgive(progress, 'invalid', 'the model submitted no valid findings');
  }
  const objections = objectToFindings(parsed.value, session.ledger);
  progress.draft = parsed.value;
  if (objections.length > 0 && progress.faults.objected < forgiven.objected) {
    progress.faults.objected += 1;
    answer(
      `Not accepted, these claims do not match the evidence. Correct or leave them out:\n${objections.join('\n')}`,
    );
    return goOn;
  }
  const received = (use: ToolUseBlock) =>
    use === submission ? accepted(use, 'Received.') : refused(use, 'Not run: this turn submitted findings.');
  say(session, uses.map(received));
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
