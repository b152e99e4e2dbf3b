import { z } from 'zod';
import type { Catalogue } from '../src/core/catalogue.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { askAws, type Paged } from './aws/ask.ts';
import { awsEnvironment, logsClient } from './aws/client.ts';
import { logGroupsLink } from './aws/console-link.ts';
import { describeLogGroups, type LogGroup, type LogGroupSearch } from './aws/describe-log-groups.ts';
import { fitView } from './reading/fit-view.ts';
import { isoTime, minuteMs } from './reading/window.ts';

/** What a log group's name may hold: CreateLogGroup, API reference. */
const namePart = z.string().regex(/^[\w./#-]{1,512}$/);

const input = z
  .object({
    prefix: namePart.optional().describe('Only groups whose names start so, e.g. /aws/lambda/'),
    contains: namePart.optional().describe('Only groups whose names contain this, in the same case'),
  })
  .refine(({ prefix, contains }) => prefix === undefined || contains === undefined, {
    error: 'give prefix or contains, not both',
  });

export const tool = defineTool({
  name: 'cloudwatch_log_groups',
  source: 'aws',
  description:
    'Log groups there are in CloudWatch Logs, by the start or a part of their names: how long they keep lines, how much ' +
    'they hold and which service of the catalogue logs there.',
  environment: awsEnvironment,
  input,
  // It helps to find logs, not causes.
  probes: () => [],
  connect(environment) {
    const client = logsClient(environment);
    return (asked, context) => {
      const attempt = {
        vendor: 'AWS CloudWatch Logs',
        asked: `log groups ${searchedOf(asked)}`,
        nowMs: context.nowMs,
        blocks: 'which log groups there are and which service logs where',
        grant: 'logs:DescribeLogGroups',
      };
      return askAws({ attempt, signal: context.signal, timeoutMs: context.timeoutMs }, async (bounds) => {
        const read = await describeLogGroups(client, { search: asked, pagesMax }, bounds);
        const link = logGroupsLink(environment.AWS_REGION, asked.prefix ?? asked.contains ?? '');
        return groupsFinding(read, { search: asked, link }, context);
      });
    };
  },
});

const pagesMax = 10;

const searchedOf = ({ prefix, contains }: LogGroupSearch): string => {
  if (prefix !== undefined) return `whose names start with ${prefix}`;
  return contains === undefined ? 'of any name' : `whose names contain ${contains}`;
};

type Source = { readonly search: LogGroupSearch; readonly link: string };

function groupsFinding(read: Paged<LogGroup>, { search, link }: Source, context: ToolContext): Finding {
  const query = `describe-log-groups${search.prefix === undefined ? '' : ` --log-group-name-prefix ${search.prefix}`}${search.contains === undefined ? '' : ` --log-group-name-pattern ${search.contains}`}`;
  const window = { fromMs: context.nowMs - minuteMs, toMs: context.nowMs };
  if (read.items.length === 0) {
    return { kind: 'empty', searched: `log groups ${searchedOf(search)}`, query, window, link };
  }
  const groups = read.items.map((group) => describe(group, context.catalogue));
  // What nobody has claimed is what there is to discover.
  const ordered = groups.toSorted((one, other) => Number(one.service !== null) - Number(other.service !== null));
  const known = groups.filter(({ service }) => service !== null).length;
  return {
    kind: 'found',
    result: { groupCount: groups.length, knownCount: known, groups },
    provenance: 'A',
    query,
    window,
    link,
    headline: [
      `${read.truncated ? 'At least ' : ''}${groups.length} log groups ${searchedOf(search)}; ${known} belong to services of the catalogue.`,
    ],
    chart: null,
    view: fitView({
      head: [
        `log groups ${searchedOf(search)}: ${groups.length}, ${known} of them in the catalogue`,
        ...(read.truncated ? [`only the first ${groups.length} were read: narrow the name`] : []),
        ...(search.contains === undefined ? [] : ['AWS tells size and retention only for a search by prefix']),
        'name | service in the catalogue | kept for | holds | class',
      ],
      rows: ordered.map(rowOf),
      things: 'log groups',
    }),
    signals: {},
    truncated: read.truncated,
  };
}

const describe = (group: LogGroup, catalogue: Catalogue) => ({
  name: group.logGroupName,
  service: catalogue.services.find(({ logGroups }) => logGroups.includes(group.logGroupName))?.id ?? null,
  retentionDays: group.retentionInDays ?? null,
  storedMegabytes: group.storedBytes === undefined ? null : Math.round(group.storedBytes / 1_000_000),
  class: group.logGroupClass ?? null,
  createdAt: group.creationTime === undefined ? null : isoTime(group.creationTime),
});

function rowOf(group: ReturnType<typeof describe>): string {
  // No retention with a size means for ever; without a size it was not told.
  const unlimited = group.storedMegabytes === null ? '?' : 'for ever';
  return [
    group.name,
    group.service ?? 'none',
    group.retentionDays === null ? unlimited : `${group.retentionDays} days`,
    group.storedMegabytes === null ? '?' : `${group.storedMegabytes} MB`,
    (group.class ?? '?').toLowerCase(),
  ].join(' | ');
}
