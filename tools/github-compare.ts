import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { githubClient, githubEnvironment, linkPath, webLink } from './github/client.ts';
import { compare, type Ends } from './github/comparison.ts';
import { comparisonFinding } from './github/comparison-finding.ts';
import { lastLive } from './github/deployments.ts';
import { grantOf } from './github/permissions.ts';
import { type Place, pathInput, refInput, repositoryInput, symbolInput } from './github/place.ts';
import { githubRefusal } from './github/refusal.ts';
import { repositoryOf } from './github/service-repository.ts';
import { orFailure } from './reading/failure.ts';
import { serviceInput } from './reading/scope.ts';
import { isoTime, minuteMs } from './reading/window.ts';

const input = z
  .object({
    service: serviceInput.optional().describe('Catalogue id: without base and head, its last two live deployments'),
    repository: repositoryInput.optional(),
    base: refInput.optional().describe('The good side: commit, branch or tag'),
    head: refInput.optional().describe('The bad side: commit, branch or tag'),
    before: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Only deployments created before this moment count, ISO 8601 with zone; now when absent'),
    paths: z
      .array(pathInput)
      .max(20)
      .default([])
      .describe('Files or folders on the failing path: their hunks come first'),
    symbols: z.array(symbolInput).max(10).default([]).describe('Functions, classes or settings on the failing path'),
  })
  .refine((asked) => (asked.base === undefined) === (asked.head === undefined), 'give both base and head, or neither')
  .refine((asked) => asked.base !== undefined || asked.service !== undefined, 'give base and head, or a service')
  .refine((asked) => asked.repository !== undefined || asked.service !== undefined, 'give a repository or a service');

export const tool = defineTool({
  name: 'github_compare',
  source: 'github',
  description:
    'What changed between a good and a bad version: commits, pull requests, files by service and hunks. Give two commits, ' +
    'or a service for its last two live deployments. Says so when the later one is a rollback.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, context) => {
      const { catalogue, nowMs, signal } = context;
      const picked = repositoryOf({ service: asked.service, repository: asked.repository }, catalogue);
      if (!picked.ok) return Promise.resolve(picked.failure);
      const { repository, service } = picked.value;
      const attempt = {
        vendor: 'GitHub',
        asked: `the difference between two versions of ${service?.id ?? repository}`,
        nowMs,
        blocks: `what the bad version of ${service?.id ?? repository} changed`,
        grant: grantOf('contents', 'deployments', 'pull_requests'),
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const place = { client, repository, signal };
        const beforeMs = Math.min(nowMs, Date.parse(asked.before ?? isoTime(nowMs)));
        const lately = { fromMs: beforeMs - 24 * 60 * minuteMs, toMs: beforeMs };
        const ends = await endsOf(place, { asked, service, beforeMs, context, lately });
        const link = (path: string): string => webLink(environment, `${repository}/${path}`);
        if (ends.kind === 'missing') return { ...ends.empty, link: link('deployments') };
        const { base, head } = ends;
        const comparison = await compare(place, { base, head });
        const focus = { paths: asked.paths, symbols: asked.symbols };
        // GitHub's page shows nothing where the head is an ancestor of the base.
        const [from, to] = comparison.direction === 'undoes' ? [head, base] : [base, head];
        const page = link(`compare/${linkPath(from)}...${linkPath(to)}`);
        const source = { repository, service, catalogue, focus, link: page, window: ends.window, lately };
        return comparisonFinding(comparison, source);
      });
    };
  },
});

type Found =
  | (Ends & { readonly kind: 'ends'; readonly window: Window | null })
  | { readonly kind: 'missing'; readonly empty: Empty };
type Empty = Omit<Extract<Finding, { kind: 'empty' }>, 'link'>;
type Asking = {
  readonly asked: z.output<typeof input>;
  readonly service: Service | null;
  readonly beforeMs: number;
  readonly lately: Window;
  readonly context: ToolContext;
};

/** The asked commits, or those of the last two live deployments. */
async function endsOf(place: Place, { asked, service, beforeMs, context, lately }: Asking): Promise<Found> {
  if (asked.base !== undefined && asked.head !== undefined) {
    return { kind: 'ends', base: asked.base, head: asked.head, window: null };
  }
  const { catalogue } = context;
  const [head, base] = await lastLive(place, { service: service?.id ?? '', catalogue, beforeMs }, 2);
  if (head === undefined || base === undefined) {
    const found = head === undefined ? 'none' : `only ${head.sha.slice(0, 12)}`;
    const searched = `two live deployments of ${service?.id ?? ''} to ${catalogue.environment} in ${place.repository}; ${found} found`;
    const query = `GET /repos/${place.repository}/deployments?environment=${encodeURIComponent(catalogue.environment)}`;
    return { kind: 'missing', empty: { kind: 'empty', searched, query, window: lately } };
  }
  const window = { fromMs: base.created_at, toMs: Math.max(head.created_at, base.created_at + minuteMs) };
  return { kind: 'ends', base: base.sha, head: head.sha, window };
}
