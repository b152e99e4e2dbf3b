import { z } from 'zod';
import { type Tainted, taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type PagerDutyClient, pagerdutyClient, pagerdutyEnvironment, pagerdutyRefusal } from './pagerduty/client.ts';
import { instant, linkedServices, nameOf, noneLinked, pagerdutyId, reference } from './pagerduty/vocabulary.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { isoTime, minuteMs, shortTime } from './reading/window.ts';

const input = z
  .object({
    service: serviceInput.optional().describe('Catalogue id of the service whose escalation policy is asked for'),
    escalationPolicy: pagerdutyId.optional().describe('Id of an escalation policy, instead of a service'),
    moment: z.iso.datetime({ offset: true }).describe('When, ISO 8601 with zone'),
  })
  .refine(({ service, escalationPolicy }) => (service === undefined) !== (escalationPolicy === undefined), {
    message: 'give either service or escalationPolicy',
    path: ['service'],
  });

const onCall = z.object({
  escalation_policy: reference,
  escalation_level: z.number(),
  user: reference,
  schedule: reference.nullish(),
  /** Null: always on call. */
  start: instant.nullish(),
  end: instant.nullish(),
});

const serviceAnswer = z.object({ service: z.object({ escalation_policy: reference }) });

export const tool = defineTool({
  name: 'pagerduty_on_call',
  source: 'pagerduty',
  description: 'Who is on call for a service or an escalation policy at a moment, level by level, from PagerDuty.',
  environment: pagerdutyEnvironment,
  input,
  // Whom to ask matters once somebody wants to ask.
  probes: () => [],
  connect(environment) {
    const client = pagerdutyClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.service === undefined ? [] : [asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const blocks = 'whom to call';
      const serviceId = linkedServices(picked.value)[0]?.id;
      if (asked.service !== undefined && serviceId === undefined) return noneLinked([asked.service], blocks);
      const about = asked.service ?? `escalation policy ${asked.escalationPolicy}`;
      const attempt = {
        vendor: 'PagerDuty',
        asked: `who is on call for ${about}`,
        nowMs: context.nowMs,
        blocks,
        grant: 'oncalls.read and services.read',
      };
      return orFailure({ attempt, signal: context.signal, refusal: pagerdutyRefusal }, async () => {
        const { signal } = context;
        const policy = asked.escalationPolicy ?? (await policyOf(client, serviceId ?? '', signal));
        return readOnCall({ client, policy, momentMs: Date.parse(asked.moment), about, signal });
      });
    };
  },
});

async function policyOf(client: PagerDutyClient, service: string, signal: AbortSignal): Promise<string> {
  const request = { path: `/services/${service}`, parameters: [], signal };
  return (await client.ask(request, serviceAnswer)).service.escalation_policy.id;
}

type Question = {
  readonly client: PagerDutyClient;
  readonly policy: string;
  readonly momentMs: number;
  readonly about: string;
  readonly signal: AbortSignal;
};

async function readOnCall({ client, policy, momentMs, about, signal }: Question): Promise<Finding> {
  const window = { fromMs: momentMs, toMs: momentMs + minuteMs };
  const { items, truncated } = await client.list({
    path: '/oncalls',
    parameters: [
      ['escalation_policy_ids[]', policy],
      ['since', isoTime(window.fromMs)],
      ['until', isoTime(window.toMs)],
      ['time_zone', 'UTC'],
    ],
    member: 'oncalls',
    item: onCall,
    pagesMax: 5,
    signal,
  });
  const source = {
    query: `GET /oncalls?escalation_policy_ids[]=${policy}&since=${isoTime(window.fromMs)}&until=${isoTime(window.toMs)}`,
    window,
    link: client.link(`/escalation_policies#${policy}`),
  };
  const people = items
    .filter(({ start, end }) => (start ?? momentMs) <= momentMs && (end ?? Number.POSITIVE_INFINITY) > momentMs)
    .map(personOf)
    .toSorted((one, other) => one.level - other.level || one.name.localeCompare(other.name));
  const first = people[0];
  if (first === undefined) {
    return { kind: 'empty', searched: `who is on call for ${about} at ${isoTime(momentMs)}: nobody`, ...source };
  }
  return {
    kind: 'found',
    result: { escalationPolicy: policy, moment: isoTime(momentMs), people },
    provenance: 'A',
    ...source,
    headline: [
      `On call for ${about} at ${shortTime(momentMs)} UTC: `,
      ...names(people.filter(({ level }) => level === first.level)),
      ` (level ${first.level})`,
      ...(people.length > 1 ? [`; ${people.length} in all levels.`] : ['.']),
    ],
    chart: null,
    view: fitView({
      head: [`on call for ${about} at ${isoTime(momentMs)}; level / name / schedule / from / until`],
      rows: people.map(({ level, name, schedule, from, until }) =>
        [level, name, schedule ?? 'always', from ?? '', until ?? ''].join(' / '),
      ),
      things: 'people',
    }),
    signals: {},
    truncated,
  };
}

/** Names only: no mail addresses or telephone numbers are asked for. */
const personOf = (one: z.output<typeof onCall>) => ({
  level: one.escalation_level,
  name: nameOf(one.user),
  user: one.user.id,
  schedule: one.schedule == null ? null : nameOf(one.schedule),
  from: one.start == null ? null : isoTime(one.start),
  until: one.end == null ? null : isoTime(one.end),
});

const names = (people: readonly { readonly name: string }[]): readonly (string | Tainted)[] =>
  people.slice(0, 3).flatMap(({ name }, index) => (index === 0 ? [taint(name)] : [', ', taint(name)]));
