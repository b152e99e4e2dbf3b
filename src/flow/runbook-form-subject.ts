/** What a form is for: by the line, button or page that asks for it, and by its seal when it comes back. */
import { parseCommand } from '../core/command.ts';
import { personOf } from '../core/directory.ts';
import type { FormAnswers, FormAsking } from '../core/form.ts';
import type { Incident, Place } from '../core/incident.ts';
import { plainText } from '../core/plain-text.ts';
import { done, failed, type Result } from '../core/result.ts';
import { saidInArguments } from '../core/runbook-arguments.ts';
import { formHolds, isOfPerson, personFillButton, readFillButton, readFormSeal } from '../core/runbook-form-seal.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import type { Actor } from '../ports.ts';
import { redacted } from './redacted.ts';
import { type Asker, mayAsk, type Refusal } from './runbook-standing.ts';
import type { World } from './world.ts';

export const lineOf = (line: Tainted) => parseCommand(plainText(line, 4_000), false);

type Subject = { readonly incident: Incident | null; readonly name: string; readonly said: FormAnswers };

type Read = Result<Subject, Refusal>;

/** What the form is for, by whatever asked for it. */
export function subjectOf(world: World, { actor, place, by }: FormAsking<Actor>): Promise<Read> {
  if ('line' in by) return subjectOfLine(world, place, by.line);
  if ('button' in by) return subjectOfButton(world, { actor, place, ...by });
  return subjectOfPage(world, place, by);
}

async function subjectOfLine({ store, redactor }: World, place: Place, line: Tainted): Promise<Read> {
  const command = lineOf(line);
  if (command.verb !== 'runbook') return failed({ what: 'That asks for no runbook', fix: 'Say runbook NAME.' });
  const { json } = await redacted(redactor, saidInArguments(command.arguments));
  const said = Object.fromEntries(Object.entries(json).map(([input, text]) => [input, taint(text)]));
  return done({ incident: await store.incidentAt(place), name: command.name, said });
}

type Pressing = Pick<FormAsking<Actor>, 'actor' | 'place'> & {
  readonly button: string;
  readonly chosen: string | null;
};

async function subjectOfButton(world: World, pressing: Pressing): Promise<Read> {
  const button = readFillButton(pressing.button);
  const incident = button && (await world.store.incident(button.incident));
  if (!incident || !holds(world, { ...button, incident }, pressing)) return failed(notHere);
  const name = button.runbook ?? pressing.chosen ?? '';
  return name === '' ? failed(noneChosen) : done({ incident, name, said: {} });
}

/** Whoever may open our pages may read every channel of this platform. */
async function subjectOfPage(
  { store }: World,
  { platform, tenant }: Place,
  asked: { readonly incident: string; readonly runbook: string },
): Promise<Read> {
  const incident = await store.incident(asked.incident);
  const here = incident?.place.platform === platform && incident.place.tenant === tenant;
  return done({ incident: here ? incident : null, name: asked.runbook, said: {} });
}

const noneChosen: Refusal = { what: 'No runbook was chosen', fix: 'Choose one, then press again.' };

const notHere: Refusal = {
  what: 'This button belongs to somebody else or another channel',
  fix: 'Ask for the runbook here: runbook NAME.',
};

type Pressed = Omit<NonNullable<ReturnType<typeof readFillButton>>, 'incident'> & { readonly incident: Incident };

/** Sealed for the person who pressed it, or pressed in the incident's own channel. */
function holds(
  { buttonKey, catalogue }: World,
  { incident: { id, place: home }, runbook, seal }: Pressed,
  { actor, place: { platform, tenant, channel } }: Pick<FormAsking<Actor>, 'actor' | 'place'>,
): boolean {
  if (home.platform !== platform || home.tenant !== tenant) return false;
  if (seal === null) return home.channel === channel;
  const person = personOf(catalogue, actor.platform, actor.account)?.id;
  return person !== undefined && isOfPerson(buttonKey, { incident: id, runbook, seal }, { platform, tenant, person });
}

type ButtonFor = { readonly incident: Incident; readonly runbook: string | null; readonly person: string };

/** For the one person it is shown to. */
export function fillButtonFor({ buttonKey }: World, { incident, runbook, person }: ButtonFor): string {
  const { platform, tenant } = incident.place;
  return personFillButton(buttonKey, { incident: incident.id, runbook }, { platform, tenant, person });
}

type Opened = Asker & { readonly nonce: string };

/** The form we opened for this person, while they may still ask. A forged one goes on record. */
export async function openedFor(world: World, actor: Actor, text: string): Promise<Result<Opened, Refusal>> {
  const seal = readFormSeal(text);
  const incident = seal && (await world.store.incident(seal.incident));
  const person = personOf(world.catalogue, actor.platform, actor.account);
  const ours =
    seal !== null &&
    incident?.place.platform === actor.platform &&
    person !== null &&
    formHolds(world.buttonKey, seal, { place: incident.place, person: person.id });
  if (!ours) {
    await recordForged(world, actor, incident ?? null);
    return failed({ what: 'This form is not one I opened for you', fix: 'Ask for it again: runbook NAME.' });
  }
  const asker = await mayAsk(world, { actor, incident, name: seal.runbook });
  return asker.ok ? done({ ...asker.value, nonce: seal.nonce }) : asker;
}

async function recordForged({ store, clock }: World, actor: Actor, incident: Incident | null): Promise<void> {
  await store.audit(null, {
    kind: 'inbound',
    incident: incident?.id ?? null,
    actor: `${actor.platform}:${actor.account}`,
    atMs: clock.nowMs(),
    body: { type: 'form', refused: 'forged-form' },
  });
}
