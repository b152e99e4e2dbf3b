/** Who may ask for a runbook, and where: the same for a line and for a form. */
import type { DirectoryPerson } from '../core/catalogue.ts';
import { personOf } from '../core/directory.ts';
import type { Incident } from '../core/incident.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { Runbook } from '../core/runbook.ts';
import type { Actor } from '../ports.ts';
import type { World } from './world.ts';

export type Refusal = { readonly what: string; readonly fix: string };

export type Asker = { readonly runbook: Runbook; readonly incident: Incident; readonly person: DirectoryPerson };

type Asked = { readonly actor: Actor; readonly incident: Incident | null; readonly name: string };

/** A known runbook, an open incident, and somebody of the directory who is a member of the workspace now. */
export async function mayAsk(world: World, { actor, incident, name }: Asked): Promise<Result<Asker, Refusal>> {
  const { runbooks, catalogue, settings } = world;
  const runbook = runbooks.find((each) => each.name === name);
  const person = personOf(catalogue, actor.platform, actor.account);
  const refuse = (what: string, fix: string) => failed({ what, fix });
  if (!runbook)
    return refuse(
      `There is no runbook "${name.slice(0, 60)}"`,
      `Known: ${runbooks.map((each) => each.name).join(', ') || 'none'}.`,
    );
  if (!incident || incident.phase === 'closed')
    return refuse('A runbook needs an open incident in this channel', `Mention @${settings.botName} first.`);
  if (!person)
    return refuse(
      'You are not in the directory, so you cannot request a runbook',
      'Have your account added to causeway.yaml.',
    );
  const { standing } = await world.platform(actor.platform).account(actor);
  if (standing !== 'member')
    return refuse('Guests and people from other organisations cannot request a runbook', 'Ask a member of the team.');
  return done({ runbook, incident, person });
}
