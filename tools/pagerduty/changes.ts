/** Change events: what deployment tools reported to PagerDuty. https://developer.pagerduty.com/docs/send-change-event */
import { z } from 'zod';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { ChangeEvent } from '../../src/rootcause/telemetry.ts';
import { instant, reference, serviceOf } from './vocabulary.ts';

// Not read: `routing_key` (it can write), `custom_details` and `images`.
export const changeEvent = z.object({
  id: z.string(),
  summary: z.string().default(''),
  timestamp: instant,
  source: z.string().nullish(),
  services: z.array(reference).default([]),
  links: z.array(z.object({ href: z.string().nullish(), text: z.string().nullish() })).nullish(),
  /** Only on events related to an incident: most_recent, related_service or intelligent. */
  correlation_reason: z.object({ reason: z.string() }).nullish(),
});
export type PagerDutyChange = z.output<typeof changeEvent>;

const kindWords: readonly (readonly [ChangeEvent['kind'], RegExp])[] = [
  ['flag', /\b(?:feature[ -]?)?flags?\b/iu],
  ['certificate', /\b(?:certificates?|tls)\b/iu],
  ['scaling', /\b(?:scal(?:e|ed|ing)|replicas|autoscal\w+)\b/iu],
  ['config', /\b(?:config\w*|settings?|terraform|secrets?)\b/iu],
];

/** By what the summary says; what says nothing else was a deployment, which is what these events are for. */
export const kindOf = (summary: string): ChangeEvent['kind'] =>
  kindWords.find(([, words]) => words.test(summary))?.[0] ?? 'deploy';

const githubLink =
  /^https:\/\/github\.com\/(?<repository>[\w.-]+\/[\w.-]+)\/(?:pull\/(?<pull>\d{1,9})|commit\/(?<sha>[0-9a-f]{7,40}))(?:$|[/?#])/u;

/** One change per known service it names; of no known service, one of none. */
export function changesOf(event: PagerDutyChange, catalogue: Catalogue): readonly ChangeEvent[] {
  const services = event.services.flatMap(({ id }) => serviceOf(catalogue, id)?.id ?? []);
  const link = (event.links ?? []).map(({ href }) => githubLink.exec(href ?? '')?.groups).find(Boolean);
  const [first = null, ...others] = services;
  return [first, ...others].map((service, index) => ({
    id: `pagerduty:${event.id}${index === 0 ? '' : `:${service}`}`,
    kind: kindOf(event.summary),
    service,
    atMs: event.timestamp,
    title: event.summary.slice(0, 400),
    repository: link?.['repository'] ?? null,
    sha: link?.['sha'] ?? null,
    pullNumber: link?.['pull'] === undefined ? null : Number(link['pull']),
    paths: [],
    diff: '',
  }));
}
