import { z } from 'zod';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { type PagerDutyClient, pagerdutyClient, pagerdutyEnvironment, pagerdutyRefusal } from './pagerduty/client.ts';
import {
  type Incident,
  incident,
  incidentResult,
  instant,
  nameOf,
  pagerdutyId,
  reference,
} from './pagerduty/vocabulary.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { isoTime, shortTime } from './reading/window.ts';

const input = z.object({ incident: pagerdutyId.describe('Id of the incident, e.g. Q1A2B3C4') });

const logEntry = z.object({
  type: z.string(),
  created_at: instant,
  summary: z.string().nullish(),
  agent: reference.nullish(),
  channel: z.object({ type: z.string().nullish(), summary: z.string().nullish() }).nullish(),
});

const noteAnswer = z.object({
  notes: z.array(z.object({ created_at: instant, content: z.string(), user: reference.nullish() })),
});

const alert = z.object({
  id: z.string(),
  created_at: instant,
  status: z.string(),
  severity: z.string().nullish(),
  summary: z.string().nullish(),
  body: z.object({ details: z.unknown() }).nullish(),
});

export const tool = defineTool({
  name: 'pagerduty_incident',
  source: 'pagerduty',
  description:
    'One PagerDuty incident: its alerts, what happened to it (notifications, escalations, acknowledgements) and the notes ' +
    'that responders wrote.',
  environment: pagerdutyEnvironment,
  input,
  // It needs an id that somebody found first.
  probes: () => [],
  connect(environment) {
    const client = pagerdutyClient(environment);
    return (asked, context) => {
      const attempt = {
        vendor: 'PagerDuty',
        asked: `incident ${asked.incident}`,
        nowMs: context.nowMs,
        blocks: 'what responders already know and did',
        grant: 'incidents.read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: pagerdutyRefusal }, async () => {
        const read = await readIncident(client, asked.incident, context.signal);
        return incidentFinding(read, { client, context });
      });
    };
  },
});

async function readIncident(client: PagerDutyClient, id: string, signal: AbortSignal) {
  const path = `/incidents/${id}`;
  const list = { parameters: [], signal };
  const [head, entries, notes, alerts] = await Promise.all([
    client.ask({ ...list, path }, z.object({ incident })),
    client.list({
      ...list,
      path: `${path}/log_entries`,
      parameters: [['is_overview', 'true']],
      member: 'log_entries',
      item: logEntry,
      pagesMax: 3,
    }),
    client.ask({ ...list, path: `${path}/notes` }, noteAnswer),
    client.list({ ...list, path: `${path}/alerts`, member: 'alerts', item: alert, pagesMax: 2 }),
  ]);
  return {
    incident: head.incident,
    events: entries.items.map(eventOf).toSorted(byTime),
    notes: notes.notes.map(noteOf).toSorted(byTime),
    alerts: alerts.items.map(alertOf).toSorted(byTime),
    truncated: entries.truncated || alerts.truncated,
  };
}

type Timed = { readonly at: string };
const byTime = (one: Timed, other: Timed): number => one.at.localeCompare(other.at);

const eventOf = ({ type, created_at: at, summary, agent, channel }: z.output<typeof logEntry>) => ({
  at: isoTime(at),
  what: type.replace(/_log_entry(?:_reference)?$/u, ''),
  by: agent == null ? null : nameOf(agent),
  through: channel?.type ?? null,
  says: (summary ?? channel?.summary ?? '').slice(0, 300),
});

const noteOf = (note: z.output<typeof noteAnswer>['notes'][number]) => ({
  at: isoTime(note.created_at),
  by: note.user == null ? null : nameOf(note.user),
  says: note.content.slice(0, 2_000),
});

const alertOf = ({ id, created_at: at, status, severity, summary, body }: z.output<typeof alert>) => ({
  id,
  at: isoTime(at),
  status,
  severity: severity ?? null,
  summary: (summary ?? '').slice(0, 300),
  details: sayDetails(body?.details).slice(0, 600),
});

const sayDetails = (details: unknown): string =>
  typeof details === 'string' ? details : (JSON.stringify(details ?? null) ?? '').replace(/^null$/u, '');

type Read = Awaited<ReturnType<typeof readIncident>> & { readonly incident: Incident };
type Around = { readonly client: PagerDutyClient; readonly context: ToolContext };

function incidentFinding(read: Read, { client, context }: Around): Finding {
  const told = incidentResult(read.incident, context.catalogue);
  const { alerts, events, notes } = read;
  const last = notes.at(-1);
  return {
    kind: 'found',
    result: { ...told, alertList: alerts, events, notes },
    // Alert texts and notes are free text.
    provenance: 'C',
    query: `GET /incidents/${told.id}, /log_entries, /notes, /alerts`,
    window: { fromMs: read.incident.created_at, toMs: context.nowMs },
    link: client.link(`/incidents/${told.id}`),
    headline: [
      `Incident ${told.id} on ${told.service ?? 'a service outside the catalogue'} is ${told.status} since ${shortTime(read.incident.created_at)} UTC, ${counted(alerts.length, 'alert')}, ${counted(notes.length, 'note')}: `,
      taint(told.title.slice(0, 160)),
      ...(last === undefined ? [] : ['; the last note: ', taint(last.says.slice(0, 200))]),
    ],
    chart: null,
    view: fitView({
      head: [
        `incident ${told.id} ${told.title.slice(0, 200)}: ${told.status}, urgency ${told.urgency}, ${told.service ?? told.pagerdutyService}, opened ${told.createdAt}`,
        `acknowledged by ${told.acknowledgedBy.map(({ name }) => name).join(', ') || 'nobody'}; assigned to ${told.assignedTo.join(', ') || 'nobody'}`,
        ...(read.truncated ? ['not every event or alert was read'] : []),
      ],
      rows: [
        ...notes.toReversed().map(({ at, by, says }) => `note ${at} ${by ?? '?'}: ${says.slice(0, 500)}`),
        ...alerts.map(({ at, status, severity, summary, details }) =>
          ['alert', at, status, severity ?? '', summary, details.slice(0, 200)].join(' '),
        ),
        ...events.map(({ at, what, by, says }) => `event ${at} ${what} ${by ?? ''} ${says}`),
      ],
      things: 'notes, alerts and events',
    }),
    signals: {},
    truncated: read.truncated,
  };
}
