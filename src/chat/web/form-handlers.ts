/** The form of a runbook: shown to the person who asks for it, sent to the flow once. */
import { answersIn } from '../../core/form.ts';
import type { Incident } from '../../core/incident.ts';
import { readFormSeal } from '../../core/runbook-form-seal.ts';
import { channelPath } from './links.ts';
import { renderRunbookForm } from './pages/runbook-form.ts';
import { runbookForm } from './parse.ts';
import { htmlReply, seeOther } from './reply.ts';
import { readChecked } from './say-handlers.ts';
import { type Answer, notFound, problem, type Visit } from './visit.ts';

/** GET /i/<incident>/runbooks/<name> */
export async function getRunbookForm(visit: Visit, [id = '', runbook = '']: readonly string[]): Promise<Answer> {
  const incident = await localIncident(visit, id);
  if (!incident) return notFound(`incident ${id} in the local chat`);
  const by = { incident: incident.id, runbook };
  const opening = await visit.options.forms.open({ actor: actorOf(visit), place: incident.place, by });
  if (opening.kind === 'refused') return problem(403, opening.what, opening.fix);
  return htmlReply(renderRunbookForm({ ...partsOf(visit, incident, runbook), form: opening.form }));
}

/** POST /i/<incident>/runbooks/<name> */
export async function postRunbookForm(visit: Visit, [id = '', runbook = '']: readonly string[]): Promise<Answer> {
  const sent = readChecked(visit, runbookForm);
  if (!sent.ok) return sent.failure;
  const incident = await localIncident(visit, id);
  const seal = readFormSeal(sent.value.seal);
  if (!incident || seal?.incident !== id || seal.runbook !== runbook) return notFound('such form at this address');
  const { options, form } = visit;
  const asked = { actor: actorOf(visit), seal: sent.value.seal, answers: answersIn(form) };
  const read = await options.forms.read({ ...asked, atMs: options.clock.nowMs() });
  switch (read.kind) {
    case 'refused':
      return problem(403, read.what, read.fix);
    case 'wrong':
      return htmlReply(renderRunbookForm({ ...partsOf(visit, incident, runbook), form: read.form }), 422);
    case 'accepted':
      await options.intake(read.inbound);
      return seeOther(channelPath(incident.place.channel));
  }
}

const actorOf = ({ session }: Visit) =>
  ({ platform: 'web', tenant: 'local', account: session.person.account }) as const;

const partsOf = ({ session }: Visit, { id, place }: Incident, runbook: string) => ({
  session,
  runbook,
  incident: id,
  channel: place.channel,
});

async function localIncident({ options }: Visit, id: string): Promise<Incident | null> {
  const incident = await options.store.incident(id);
  return incident?.place.platform === 'web' ? incident : null;
}
