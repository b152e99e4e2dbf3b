/** What people read. Each loads what its page shows and renders it. */
import { signInFreshMs } from '../../core/approval.ts';
import { calibrate } from '../../core/calibration.ts';
import { approversOf, breakGlassPeople } from '../../core/directory.ts';
import type { EvidenceId } from '../../core/evidence.ts';
import type { Incident } from '../../core/incident.ts';
import { plainText } from '../../core/plain-text.ts';
import { restrictedToPerson } from '../../core/readers.ts';
import { noSharedBounds } from '../../core/spending.ts';
import { type Tainted, taint } from '../../core/tainted.ts';
import type { PlanRow } from '../../ports.ts';
import { channelNames, channelsByUse } from './channels.ts';
import { loadRecord } from './incident-record.ts';
import { approvePath } from './links.ts';
import type { WebOptions } from './options.ts';
import { renderApprove } from './pages/approve.ts';
import { renderAudit } from './pages/audit.ts';
import { renderChannel } from './pages/channel.ts';
import { renderEvidence } from './pages/evidence.ts';
import { type IncidentLine, renderHome, renderIncidentList } from './pages/home.ts';
import { renderIncident } from './pages/incident.ts';
import { renderPostmortem } from './pages/postmortem.ts';
import { renderStats } from './pages/stats.ts';
import { rerunForm } from './parse.ts';
import { readableBy } from './readable-by.ts';
import { download, htmlReply } from './reply.ts';
import { loadRoom } from './room.ts';
import { readChecked } from './say-handlers.ts';
import { type Answer, nameOf, notFound, problem, type Visit } from './visit.ts';

const incidentsMax = 200;
const statsMax = 30;

/** GET / */
export async function getHome({ options }: Visit): Promise<Answer> {
  const incidents = await options.store.incidents(incidentsMax);
  const open = incidents.filter(({ phase }) => phase !== 'closed');
  return htmlReply(
    renderHome({ channels: options.signIn ? [] : await channelsByUse(options), open: await linesOf(options, open) }),
  );
}

/** GET /incidents?q= */
export async function getIncidents({ options, url }: Visit): Promise<Answer> {
  const query = (url.searchParams.get('q') ?? '').trim().slice(0, 200);
  const incidents = await options.store.incidents(incidentsMax);
  const lines = await linesOf(options, incidents);
  const found = await Promise.all(
    lines.map(async (line) => (query === '' || (await matches(options, line, query)) ? [line] : [])),
  );
  return htmlReply(renderIncidentList({ query, lines: found.flat(), searched: incidents.length }));
}

const linesOf = (options: WebOptions, incidents: readonly Incident[]): Promise<readonly IncidentLine[]> =>
  Promise.all(
    incidents.map(async (incident) => ({ incident, leading: (await options.store.hypotheses(incident.id))[0] })),
  );

const textOf = (part: string | Tainted | null | undefined): string =>
  typeof part === 'string' ? part : plainText(part ?? taint(''));

/** Every word of the query somewhere in the id, symptom, cause or evidence of the incident. */
async function matches({ store }: WebOptions, { incident, leading }: IncidentLine, query: string): Promise<boolean> {
  const evidence = await store.evidence(incident.id);
  const parts = [
    incident.id,
    textOf(incident.symptom?.title),
    incident.symptom?.service ?? '',
    textOf(incident.question),
    leading ? `${leading.kind} ${leading.entity} ${textOf(leading.mechanism)}` : '',
    ...evidence.map(
      ({ id, source, query: asked, headline }) => `${id} ${source} ${asked} ${headline.map(textOf).join('')}`,
    ),
  ];
  const hay = parts.join('\n').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/u)
    .every((needle) => hay.includes(needle));
}

/** GET /c/<channel> */
export async function getChannel(
  { options, session, people, url }: Visit,
  [channel = '']: readonly string[],
): Promise<Answer> {
  const channels = await channelNames(options);
  if (!channels.includes(channel)) return notFound(`channel ${channel}`);
  const room = await loadRoom(options, session, channel);
  const incidents = await options.store.incidents(incidentsMax);
  const service =
    options.catalogue.services.find(({ tier, external }) => tier === 1 && !external) ?? options.catalogue.services[0];
  return htmlReply(
    renderChannel({
      room,
      people,
      side: { incidents, channels, current: channel },
      thread: url.searchParams.get('thread'),
      suggestion: `@causeway what is wrong with ${service?.title ?? 'production'}?`,
      nowMs: options.clock.nowMs(),
    }),
  );
}

/** GET /i/<incident> */
export async function getIncident({ options, session }: Visit, [id = '']: readonly string[]): Promise<Answer> {
  const incident = await options.store.incident(id);
  if (!incident) return notFound(`incident ${id}`);
  const record = readableBy(await loadRecord(options.store, incident), options.catalogue, session.person.id);
  const { approversNeeded, clock } = options;
  const nowMs = clock.nowMs();
  const cost = {
    spent: await options.store.spending(incident.id, nowMs),
    bounds: options.bounds ?? noSharedBounds,
  };
  return htmlReply(renderIncident({ record, session, cost, nowMs, nameOf: nameOf(options), approversNeeded }));
}

/** GET /i/<incident>/e/<evidence> */
export async function getEvidence(
  { options, session }: Visit,
  [id = '', evidence = '']: readonly string[],
): Promise<Answer> {
  const incident = await options.store.incident(id);
  const item = incident && isEvidenceId(evidence) ? await options.store.evidenceById(incident.id, evidence) : null;
  if (!incident || !item) return notFound(`evidence ${evidence} of ${id}`);
  const record = readableBy(await loadRecord(options.store, incident), options.catalogue, session.person.id);
  const shown = record.evidence.find((each) => each.id === item.id) ?? item;
  return htmlReply(renderEvidence({ record, item: shown, session }));
}

const isEvidenceId = (id: string): id is EvidenceId => /^E\d{1,6}$/u.test(id);

/** GET /i/<incident>/postmortem, .md and .json */
export async function getPostmortem(
  { options, session }: Visit,
  [id = '', suffix = '']: readonly string[],
): Promise<Answer> {
  const incident = await options.store.incident(id);
  if (!incident) return notFound(`incident ${id}`);
  const restricted = restrictedToPerson(
    await options.store.evidence(incident.id),
    options.catalogue,
    session.person.id,
  );
  if (restricted.size > 0)
    return problem(
      403,
      'This postmortem is withheld',
      `${[...restricted.keys()].join(', ')} rest on sources you may not read.`,
    );
  const { markdown, json } = await options.postmortem(incident);
  if (suffix === '.md') return download(`postmortem-${id}.md`, 'text/markdown; charset=utf-8', markdown);
  if (suffix === '.json')
    return download(`postmortem-${id}.json`, 'application/json; charset=utf-8', `${JSON.stringify(json, null, 2)}\n`);
  return htmlReply(renderPostmortem(incident, markdown));
}

/** GET /approve/<plan> */
export async function getApprove({ options, session, url }: Visit, [plan = '']: readonly string[]): Promise<Answer> {
  const row = await options.store.plan(plan);
  if (!row) return notFound(`plan ${plan}`);
  const { store, catalogue, clock } = options;
  const { incident } = row.plan;
  const [hypotheses, evidence, rows, diff] = await Promise.all([
    store.hypotheses(incident),
    store.evidence(incident),
    store.auditRows({ incident, limit: 5_000 }),
    diffOf(options, row),
  ]);
  const approvers = new Set(approversOf(catalogue, row.plan.service).map(({ id }) => id));
  return htmlReply(
    renderApprove({
      row,
      session,
      diff,
      evidence,
      nowMs: clock.nowMs(),
      needed: options.approversNeeded(row.plan.risk),
      leading: hypotheses[0],
      people: catalogue.people.map(({ id, name }) => ({ id, name, may: approvers.has(id) })),
      mayBreakGlass:
        session.person.id !== row.plan.requester &&
        breakGlassPeople(catalogue).some(({ id }) => id === session.person.id),
      nameOf: nameOf(options),
      clicks: rows.filter(
        ({ kind, body }) => (kind === 'approval.click' || kind === 'approval.refused') && body['plan'] === plan,
      ),
      sent: url.searchParams.has('sent'),
      signIn: signInState(options, session, row),
    }),
  );
}

function signInState({ signIn, needsSignIn, clock }: WebOptions, { signedIn }: Visit['session'], { plan }: PlanRow) {
  if (!signIn || !signedIn) return null;
  const fresh = clock.nowMs() - signedIn.atMs <= signInFreshMs;
  return { atMs: signedIn.atMs, again: !fresh && needsSignIn(plan.risk) };
}

/** The plan's diff: from whoever keeps it, otherwise from the message that asked for approval. */
async function diffOf(options: WebOptions, row: PlanRow): Promise<Tainted | string | null> {
  if (options.planDiff) return options.planDiff(row);
  const messages = await options.chatLog.messages({ channel: row.place.channel, limit: 2_000 });
  const asked = messages.filter(({ card }) =>
    card?.foot?.some(
      (span) => typeof span === 'object' && 'href' in span && span.href.endsWith(approvePath(row.plan.id)),
    ),
  );
  const code = asked.flatMap(({ card }) => [...(card?.details?.code ?? []), ...(card?.code ?? [])]);
  return code.find(({ language }) => language === 'diff')?.text ?? null;
}

/** GET /stats */
export async function getStats({ options }: Visit): Promise<Answer> {
  const incidents = await options.store.incidents(statsMax);
  const records = await Promise.all(incidents.map((incident) => loadRecord(options.store, incident)));
  const grades = await options.store.auditRows({ kind: 'verdict.grade' });
  return htmlReply(renderStats(records, calibrate(grades)));
}

/** GET /audit */
export async function getAudit({ options, session }: Visit): Promise<Answer> {
  const head = (await options.auditHead?.()) ?? null;
  return htmlReply(renderAudit({ head, check: null, nowMs: options.clock.nowMs(), session }));
}

/** POST /audit/verify: reads every row again. */
export async function postVerify(visit: Visit): Promise<Answer> {
  const form = readChecked(visit, rerunForm);
  if (!form.ok) return form.failure;
  const { options, session } = visit;
  const [check, head] = await Promise.all([options.verifyAudit(), options.auditHead?.() ?? null]);
  return htmlReply(renderAudit({ head, check, nowMs: options.clock.nowMs(), session }));
}
