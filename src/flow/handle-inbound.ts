/** Every delivery, once, one at a time per channel: opens incidents, answers commands, passes clicks on. */
import { type Command, parseCommand } from '../core/command.ts';
import { personOf } from '../core/directory.ts';
import type { Incident, Place } from '../core/incident.ts';
import { plainText } from '../core/plain-text.ts';
import type { Tainted } from '../core/tainted.ts';
import type { Durable, Inbound, Intake } from '../ports.ts';
import { answer } from './answer.ts';
import { decide, isDecision } from './decide.ts';
import { offerDeep } from './offer-deep.ts';
import { onClick } from './on-click.ts';
import { lookAgain, openIncident } from './open-incident.ts';
import { redacted } from './redacted.ts';
import { sendRunbookForm } from './send-runbook-form.ts';
import { isReasoning, sayHeard } from './steer.ts';
import type { World } from './world.ts';

/** Deliveries of one channel take turns. */
export const channelQueue = ({ platform, tenant, channel }: Place): string => `${platform}:${tenant}:${channel}`;

/** Commits a delivery with its audit row and its workflow in one transaction; false when it was seen before. */
export const createIntake =
  (world: World): Intake =>
  (inbound) =>
    world.store.transact(async (transaction) => {
      if (!(await world.store.claim(transaction, inbound.key, { type: inbound.type }))) return false;
      const { place, actor } = inbound;
      await world.store.audit(transaction, {
        kind: 'inbound',
        incident: null,
        actor: `${actor.platform}:${actor.account}`,
        atMs: inbound.atMs,
        body: { type: inbound.type, key: inbound.key, channel: place.channel },
      });
      await world.engine.start<Inbound>(transaction, {
        name: 'inbound',
        id: `inbound:${inbound.key}`,
        input: inbound,
        queueKey: channelQueue(place),
      });
      return true;
    });

export const inboundWorkflow =
  (world: World) =>
  (durable: Durable, inbound: Inbound): Promise<void> =>
    durable.step('handle', async () => handle(world, await redactSaid(world, inbound)));

/** What was said is kept, shown, and told to the model: nothing after this sees it as it was. */
async function redactSaid(world: World, inbound: Inbound): Promise<Inbound> {
  if (!('text' in inbound)) return inbound;
  return { ...inbound, text: (await redacted(world.redactor, inbound.text)).json };
}

/** One step: everything in it is keyed by the delivery, so a repeat changes nothing. */
function handle(world: World, inbound: Inbound): Promise<void> {
  switch (inbound.type) {
    case 'mention':
      return onLine(world, inbound, true);
    case 'command':
      return onLine(world, inbound, false);
    case 'click':
      return isDecision(inbound) ? decide(world, inbound) : onClick(world, inbound);
    case 'message':
      return onMessage(world, inbound);
    case 'form':
      return sendRunbookForm(world, inbound);
    case 'joined':
      return Promise.resolve();
  }
}

type Investigating = {
  readonly inbound: Inbound & { type: 'mention' | 'command' };
  readonly command: Extract<Command, { verb: 'investigate' }>;
  readonly incident: Incident | null;
};

async function onLine(world: World, inbound: Inbound & { type: 'mention' | 'command' }, asked: boolean): Promise<void> {
  const command = parseCommand(plainText(inbound.text, 4_000), asked);
  const incident = await world.store.incidentAt(inbound.place);
  if (asked && incident) await recordStatement(world, incident, inbound);
  if (command.verb === 'investigate') return onInvestigate(world, { inbound, command, incident });
  return answer(world, { inbound, command, incident: incident ?? (await incidentAfter(world, inbound, command)) });
}

/** Opens, looks again, or steers what is under way. A deep run shows its price first. */
async function onInvestigate(world: World, { inbound, command, incident }: Investigating): Promise<void> {
  const free = !incident || incident.phase === 'settled';
  if (free && command.depth === 'deep') return offerDeep(world, { inbound, question: command.question });
  if (!incident) return openIncident(world, inbound, command.depth);
  if (incident.phase === 'settled') return lookAgain(world, incident, { inbound, depth: command.depth });
  if (isReasoning(incident)) return sayHeard(world, inbound);
  return answer(world, { inbound, command, incident });
}

/** People ask for the postmortem and the timeline when it is over; only a runbook needs an incident that is open. */
const incidentAfter = (world: World, { place }: Inbound, { verb }: Command): Promise<Incident | null> =>
  verb === 'runbook' ? Promise.resolve(null) : world.store.lastIncidentAt(place);

/** What people say in an incident's channel is kept as a statement that can be cited. */
async function onMessage(world: World, inbound: Inbound & { type: 'message' }): Promise<void> {
  const incident = await world.store.incidentAt(inbound.place);
  if (incident && !inbound.bot) await recordStatement(world, incident, inbound);
}

async function recordStatement(
  world: World,
  incident: Incident,
  { key, actor, text, atMs }: Inbound & { text: Tainted },
): Promise<void> {
  const said = await world.redactor.redact(plainText(text, 2_000));
  await world.store.audit(null, {
    kind: 'human.statement',
    incident: incident.id,
    actor: personOf(world.catalogue, actor.platform, actor.account)?.id ?? `${actor.platform}:${actor.account}`,
    atMs,
    body: { text: said.text, key },
  });
}
