import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { requestSignal } from '../reading/failure.ts';
import { type Bounds, type Paged, readPages } from './ask.ts';

const answer = z.object({
  logGroups: z.array(
    z.object({
      logGroupName: z.string().min(1),
      creationTime: z.number().optional(),
      retentionInDays: z.number().optional(),
      storedBytes: z.number().optional(),
      logGroupClass: z.string().optional(),
    }),
  ),
  nextToken: z.string().optional(),
});
export type LogGroup = z.output<typeof answer>['logGroups'][number];

/** AWS takes one of the two; with `contains` it tells names and creation times only. */
export type LogGroupSearch = { readonly prefix?: string | undefined; readonly contains?: string | undefined };

const pageSize = 50;

/** Log groups by name, at most fifty a page (DescribeLogGroups' own limit). */
export function describeLogGroups(
  client: CloudWatchLogsClient,
  { search, pagesMax }: { search: LogGroupSearch; pagesMax: number },
  bounds: Bounds,
): Promise<Paged<LogGroup>> {
  const { prefix, contains } = search;
  return readPages({ ...bounds, pagesMax }, async (nextToken, signal) => {
    const command = new DescribeLogGroupsCommand({
      ...(prefix === undefined ? {} : { logGroupNamePrefix: prefix }),
      ...(contains === undefined ? {} : { logGroupNamePattern: contains }),
      limit: pageSize,
      nextToken,
    });
    const page = answer.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
    return { items: page.logGroups, next: page.nextToken };
  });
}
