/** A tool that always finds the same. */
import { z } from 'zod';
import { taint } from '../../src/core/tainted.ts';
import type { ConnectedTool } from '../../src/flow/world.ts';
import { defineTool, type Finding } from '../../src/tool.ts';

type Found = Extract<Finding, { kind: 'found' }>;

type Telling = Pick<Found, 'result' | 'provenance' | 'query' | 'window' | 'signals'> & {
  readonly name: string;
  readonly readsMonitors?: boolean;
};

export function tellingTool({ name, readsMonitors = false, ...found }: Telling): ConnectedTool {
  const finding: Finding = {
    ...found,
    kind: 'found',
    link: 'https://vendor.test/',
    headline: [name],
    chart: null,
    view: taint(name),
    truncated: false,
  };
  const tool = defineTool({
    name,
    source: name,
    description: 'a tool of this test',
    environment: z.object({}),
    input: z.object({}),
    readsMonitors,
    probes: () => [{}],
    connect: () => async () => finding,
  });
  return { tool, call: async () => finding };
}
