import { sha256Hex } from '../core/digest.ts';
import type { Incident } from '../core/incident.ts';
import type { RunbookValues } from '../core/runbook.ts';
import { problemWords, readRunbookArguments } from '../core/runbook-arguments.ts';
import { taint } from '../core/tainted.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { fillInCard } from './cards/runbook-form.ts';
import { runbookPlan } from './compile-runbook.ts';
import { rehearse } from './dry-run.ts';
import { findSignal } from './find-signal.ts';
import { fillButtonFor } from './runbook-form-subject.ts';
import { type Asker, mayAsk, type Refusal } from './runbook-standing.ts';
import { whisper } from './show.ts';
import { submitPlan } from './submit-plan.ts';
import type { World } from './world.ts';

type Request = {
  readonly inbound: Inbound;
  readonly incident: Incident | null;
  readonly name: string;
  readonly text: string;
};

/**
 * `/sre runbook NAME key=value`: validated, dry-run, then an approval request. Nothing runs from the command itself.
 * Where values are missing it is answered with the button that opens the form.
 */
export async function runRunbook(world: World, { inbound, incident, name, text }: Request): Promise<void> {
  const asker = await mayAsk(world, { actor: inbound.actor, incident, name });
  if (!asker.ok) return refuseRun(world, inbound, asker.failure);
  const { runbook, person } = asker.value;
  const values = readRunbookArguments(runbook, text);
  if (values.ok) return requestRun(world, inbound, { ...asker.value, values: values.value });
  const problems = values.failure.map(problemWords);
  if (values.failure.some(({ kind }) => kind !== 'missing')) {
    const what = `Runbook ${runbook.name} cannot run with these values`;
    return refuseRun(world, inbound, { what, fix: problems.join('; ') });
  }
  const button = fillButtonFor(world, { incident: asker.value.incident, runbook: runbook.name, person: person.id });
  await whisper(world, inbound, { card: fillInCard(runbook, { problems, button }), key: `answer:${inbound.key}` });
}

export const refuseRun = (world: World, inbound: Inbound, { what, fix }: Refusal): Promise<void> =>
  whisper(world, inbound, { card: noticeCard(what, fix), key: `answer:${inbound.key}` });

/** The dry run and the approval request, for values that the runbook's inputs took. A delivery makes one plan. */
export async function requestRun(
  world: World,
  inbound: Inbound,
  { runbook, incident, person, values }: Asker & { readonly values: RunbookValues },
): Promise<void> {
  const service = typeof values['service'] === 'string' ? values['service'] : (incident.symptom?.service ?? '');
  const id = `plan-${sha256Hex(inbound.key).slice(0, 12)}`;
  const plan = await runbookPlan(world, { id, incident, service, requester: person.id, runbook, values });
  const rehearsed = await rehearse(world, plan);
  if (!rehearsed.ok)
    return refuseRun(world, inbound, { what: `The dry run of ${runbook.name} failed`, fix: rehearsed.failure });
  const signal = await findSignal(world, incident);
  await submitPlan(world, {
    sealed: rehearsed.value,
    place: incident.place,
    thread: null,
    before: signal?.now ?? null,
    cause: null,
    signal: signal?.probe ?? null,
    status: null,
  });
  const lines = rehearsed.value.plan.rehearsal.map((line) => [taint(line)]);
  await whisper(world, inbound, {
    card: replyCard(`Dry run of ${runbook.name}`, [
      ['Dry run passed; approval is requested in the channel.'],
      ...lines,
    ]),
    key: `answer:${inbound.key}`,
  });
}
