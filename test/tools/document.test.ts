/** docs/tools.md says what every tool reads and which variables it takes; it is made from the tools themselves. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadIntegrations } from '../../src/load-integrations.ts';
import { loadTools } from '../../src/load-tools.ts';
import type { Tool } from '../../src/tool.ts';

const folder = new URL('../../tools/', import.meta.url);
const tools = await loadTools(folder);
const integrations = await loadIntegrations(folder);

const waysOf = (environment: z.ZodType): readonly z.ZodObject[] =>
  (environment instanceof z.ZodUnion ? environment.options : [environment]).filter((way) => way instanceof z.ZodObject);

/** Every variable of every way to sign in, once, with what it is and whether it must be there. */
function variablesOf(environment: z.ZodType): readonly string[] {
  const rows = waysOf(environment).flatMap(({ shape }) =>
    Object.entries(shape).map(([name, schema]) => {
      const required = !z.safeParse(schema, undefined).success;
      return [name, `| \`${name}\` | ${schema.description ?? ''} | ${required ? 'yes' : ''} |`] as const;
    }),
  );
  return [...new Map(rows).values()];
}

const firstSentence = (text: string): string => text.split(/(?<=\.)\s/u, 1)[0] ?? text;

function sectionOf(source: string, own: readonly Tool[]): readonly string[] {
  const integration = integrations.find((each) => each.source === source);
  const environment = integration?.environment ?? own[0]?.environment ?? z.object({});
  const ways = waysOf(environment).length > 1 ? ' (where there are several ways to sign in, those of one of them)' : '';
  return [
    `## ${integration?.vendor ?? source}`,
    '',
    ...(integration ? [`Grants: [deploy/${integration.grants}](../deploy/${integration.grants}).`, ''] : []),
    `| variable | what | needed${ways} |`,
    '|---|---|---|',
    ...variablesOf(environment),
    '',
    '| tool | reads | in the first look |',
    '|---|---|---|',
    ...own.map(
      ({ name, description, probes }) =>
        `| \`${name}\` | ${firstSentence(description)} | ${asks(probes) ? 'yes' : ''} |`,
    ),
    '',
  ];
}

/** Whether it asks anything before somebody does. */
function asks(probes: Tool['probes']): boolean {
  const window = { fromMs: 0, toMs: 3_600_000 };
  const service = {
    id: 'checkout',
    title: 'Checkout',
    tier: 1 as const,
    repository: 'acme/shop',
    paths: [],
    logGroups: ['/shop/checkout'],
    datadogService: null,
    kubernetes: { namespace: 'shop', workload: 'checkout' },
    pagerdutyService: 'PABC123',
    dependsOn: [],
    owners: [],
    external: false,
  };
  const catalogue = { version: '', environment: 'prod', services: [service], groups: [], people: [], mcpServers: [] };
  const alert = {
    service: 'checkout',
    metric: 'error_ratio',
    comparator: '>' as const,
    threshold: 1,
    triggeredAtMs: 1,
  };
  return probes({ catalogue, scope: [service], alert, window }).length > 0;
}

it('is what the tools say', async () => {
  const sources = [...new Set(tools.map(({ source }) => source))].toSorted();
  const text = [
    '# Tools',
    '',
    'What Causeway can read, made from the tools themselves by `test/tools/document.test.ts` (run it with `-u` and it writes this file). A vendor without its variables is off and shows as a gap; half of them is a start-up error.',
    '',
    ...sources.flatMap((source) =>
      sectionOf(
        source,
        tools.filter((tool) => tool.source === source),
      ),
    ),
    '## MCP servers',
    '',
    'Read-only tools of an MCP server (Streamable HTTP) are listed in `causeway.yaml`: people name and describe each one, its answers are free text (class C), and its schema can be pinned.',
    '',
    '```yaml',
    'mcpServers:',
    '  - name: wiki',
    '    url: https://wiki.example.com/mcp',
    '    link: https://wiki.example.com/',
    '    tokenVariable: WIKI_TOKEN',
    '    tools:',
    '      - name: find-page',
    '        description: Finds pages of the team wiki by a term and returns their first lines.',
    '```',
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/tools.md');
});
