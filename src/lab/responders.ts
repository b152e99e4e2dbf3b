/**
 * Simulated people of the headless demo. They see what a person sees (messages in the channel) and act as a browser
 * does: cookie, form token, POST. Dana, Lee and Robin approve what asks for approval; a teammate merges what is green.
 */

import type { ChatLog, LocalMessage } from '../chat-log-port.ts';
import type { Incident } from '../core/incident.ts';
import type { Store } from '../ports.ts';
import { openBrowser } from './browser.ts';
import type { Lab } from './start-lab.ts';

export type Stage = {
  readonly lab: Lab;
  readonly system: { readonly url: string; readonly chatLog: ChatLog; readonly world: { readonly store: Store } };
  readonly progress: (line: string) => void;
};

const requester = 'sam';
const approvers = ['dana', 'lee', 'robin'];
const pollMs = 25;
/** Real time after which a play is given up. */
const patienceMs = 120_000;
/** While waiting for checks, deploy and recovery. */
const waitingSpeed = 120;

export async function playResponders(stage: Stage): Promise<Incident> {
  const { lab, system, progress } = stage;
  const { channel } = lab.alert;
  await askOnce(stage);
  const incident = await until(stage, 'an incident', async () => (await system.world.store.incidents(1))[0] ?? null);
  progress(`${incident.id} opened`);
  const settled = await until(stage, 'a verdict', () =>
    phasePast(stage, incident, ['settled', 'proposed', 'acting', 'watching', 'closed']),
  );
  if (settled.phase === 'closed') return settled;
  progress('verdict');
  const request = await until(stage, 'a proposal or a reason why not', () => proposalOrReason(stage));
  if (request.card?.kind === 'notice') return latest(stage, incident);
  if (request.card?.kind === 'proposal') await approve(stage, { channel, request });
  progress('approved');
  lab.clock.setSpeed(waitingSpeed);
  const end = await until(stage, 'the end', async () => {
    await mergeWhatIsGreen(stage);
    return ended(stage, incident);
  });
  lab.clock.setSpeed(1);
  return end;
}

/** After a restart the question may have been taken in already: people do not ask twice. */
async function askOnce({ lab, system }: Stage): Promise<void> {
  const rows = await system.world.store.auditRows({});
  if (rows.some(({ kind, body }) => kind === 'inbound' && body['type'] === 'mention')) return;
  const asking = await openBrowser(system.url, lab.alert.channel, requester);
  await asking.say('@causeway what is wrong here, and what changed? Propose a fix if there is one.');
}

/** The request for approval, the record it became (after a restart), or the notice that there is none. */
async function proposalOrReason({ lab, system }: Stage): Promise<LocalMessage | null> {
  const messages = await system.chatLog.messages({ channel: lab.alert.channel });
  const asked = messages.find(
    ({ card }) => card?.kind === 'proposal' || card?.kind === 'resolution' || card?.kind === 'record',
  );
  return (
    asked ??
    messages.find(({ card, audience }) => audience === null && card?.kind === 'notice' && card.lead !== undefined) ??
    null
  );
}

/** One person after the other, until the message no longer asks. */
async function approve(stage: Stage, { channel, request }: { channel: string; request: LocalMessage }): Promise<void> {
  for (const person of approvers) {
    const message = await stage.system.chatLog.message(request.id);
    const action = message?.card?.actions?.find(({ id }) => id === 'approve-plan');
    if (!action) return;
    const before = message?.version ?? 0;
    const browser = await openBrowser(stage.system.url, channel, person);
    await browser.click({ message: request.id, action: action.id, value: action.value, confirmed: '1' });
    await until(stage, `the effect of ${person}'s click`, async () => answered(stage, request, before));
  }
}

/** The message changed, or the click was refused with a whisper after it. */
async function answered({ system, lab }: Stage, request: LocalMessage, before: number): Promise<true | null> {
  const message = await system.chatLog.message(request.id);
  if (message && message.version > before) return true;
  const later = await system.chatLog.messages({ channel: lab.alert.channel, afterChanged: request.changed });
  return later.some(({ audience, card }) => audience !== null && card?.kind === 'notice') ? true : null;
}

async function mergeWhatIsGreen({ lab, progress }: Stage): Promise<void> {
  for (const pull of await lab.github.openPulls()) {
    if (pull.checks !== 'success') continue;
    await lab.github.mergePull(pull.repository, pull.number);
    progress('merged');
  }
}

async function ended(stage: Stage, incident: Incident): Promise<Incident | null> {
  const now = await latest(stage, incident);
  if (now.phase === 'closed') return now;
  const plans = await stage.system.world.store.plansOf(incident.id);
  const over = plans.every(({ state }) => !['pending', 'approved', 'running'].includes(state));
  return over && now.phase === 'settled' ? now : null;
}

async function phasePast(stage: Stage, incident: Incident, phases: readonly string[]): Promise<Incident | null> {
  const now = await latest(stage, incident);
  return phases.includes(now.phase) ? now : null;
}

async function latest({ system }: Stage, incident: Incident): Promise<Incident> {
  return (await system.world.store.incident(incident.id)) ?? incident;
}

/** Looks again until there is something. Throws after two minutes, saying what never came. */
async function until<Value>(_stage: Stage, what: string, look: () => Promise<Value | null>): Promise<Value> {
  const rounds = Math.ceil(patienceMs / pollMs);
  for (let round = 0; round < rounds; round += 1) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`waited ${patienceMs / 1000} s for ${what}`);
}
