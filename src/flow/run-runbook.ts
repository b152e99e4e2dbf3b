import { personOf } from '../core/directory.ts';
import type { Incident } from '../core/incident.ts';
import { parseRunbookArguments } from '../core/runbook-arguments.ts';
import { taint } from '../core/tainted.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { runbookPlan } from './compile-runbook.ts';
import { rehearse } from './dry-run.ts';
import { findSignal } from './find-signal.ts';
import { whisper } from './show.ts';
import { submitPlan } from './submit-plan.ts';
import type { World } from './world.ts';

type Request = {
  readonly inbound: Inbound;
  readonly incident: Incident | null;
  readonly name: string;
  readonly text: string;
};

/** `/sre runbook NAME key=value`: validated, dry-run, then an approval request. Nothing runs from the command itself. */
export async function runRunbook(world: World, { inbound, incident, name, text }: Request): Promise<void> {
  const say = (what: string, fix: string): Promise<void> =>
    whisper(world, inbound, { card: noticeCard(what, fix), key: `answer:${inbound.key}` });
  const runbook = world.runbooks.find((each) => each.name === name);
  const person = personOf(world.catalogue, inbound.actor.platform, inbound.actor.account);
  if (!runbook)
    return say(
      `There is no runbook "${name.slice(0, 60)}"`,
      `Known: ${world.runbooks.map((each) => each.name).join(', ') || 'none'}.`,
    );
  if (!incident)
    return say('A runbook needs an open incident in this channel', `Mention @${world.settings.botName} first.`);
  if (!person)
    return say(
      'You are not in the directory, so you cannot request a runbook',
      'Have your account added to causeway.yaml.',
    );
  const values = parseRunbookArguments(runbook, text);
  if (!values.ok) return say(`Runbook ${runbook.name} cannot run with these values`, values.failure.join('; '));

  const service =
    typeof values.value['service'] === 'string' ? values.value['service'] : (incident.symptom?.service ?? '');
  const plan = await runbookPlan(world, { incident, service, requester: person.id, runbook, values: values.value });
  const rehearsed = await rehearse(world, plan);
  if (!rehearsed.ok) return say(`The dry run of ${runbook.name} failed`, rehearsed.failure);
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
