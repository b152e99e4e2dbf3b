import { z } from 'zod';
import type { Json } from '../../src/core/json.ts';
import type { AllowedMcpTool, McpServer } from '../../src/core/mcp-server.ts';
import { taint } from '../../src/core/tainted.ts';
import { defineTool, type Finding, type Tool } from '../../src/tool.ts';
import { orFailure } from '../reading/failure.ts';
import { fitView } from '../reading/fit-view.ts';
import { mcpRefusal } from './refusal.ts';
import type { Answered, McpSession } from './session.ts';

export type McpTool = {
  readonly server: McpServer;
  readonly allowed: AllowedMcpTool;
  readonly input: z.ZodObject;
  readonly session: McpSession;
};

const charactersMax = 200_000;
const hourMs = 3_600_000;

/** A tool like every other: its input is checked, its answer is free text others can write, its description is ours. */
export function toolOfMcp({ server, allowed, input, session }: McpTool): Tool {
  const asked = `${allowed.name} of the MCP server ${server.name}`;
  return defineTool({
    name: `mcp_${server.name}_${allowed.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`.slice(0, 64),
    source: `mcp-${server.name}`,
    description: allowed.description,
    environment: z.object({}),
    input,
    probes: () => [],
    connect:
      () =>
      (given, { nowMs, signal }) => {
        const grant = server.tokenVariable === null ? 'access without a token' : `the token in ${server.tokenVariable}`;
        const attempt = { vendor: `MCP server ${server.name}`, asked, nowMs, blocks: `what ${asked} knows`, grant };
        return orFailure({ attempt, signal, refusal: mcpRefusal }, async () => {
          const answer = await session.call(allowed.name, given, signal);
          return findingOf(answer, { server, asked, query: `${allowed.name} ${JSON.stringify(given)}`, nowMs });
        });
      },
  });
}

type Asked = { readonly server: McpServer; readonly asked: string; readonly query: string; readonly nowMs: number };

function findingOf(answer: Answered, { server, asked, query, nowMs }: Asked): Finding {
  const texts = answer.content.flatMap((part) => {
    if ('text' in part && typeof part.text === 'string') return [part.text];
    return 'resource' in part ? [part.resource.text] : [];
  });
  const whole = texts.join('\n');
  const text = whole.slice(0, charactersMax);
  const window = { fromMs: nowMs - hourMs, toMs: nowMs };
  const link = server.link ?? server.url;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (answer.isError) return refusedBy(asked, lines[0] ?? '');
  if (lines.length === 0 && answer.structuredContent === undefined) {
    return { kind: 'empty', searched: asked, query, window, link };
  }
  const structured: Json = answer.structuredContent ?? null;
  const rows = lines.length > 0 ? lines : JSON.stringify(structured, null, 1).split('\n');
  return {
    kind: 'found',
    result: { lineCount: lines.length, text, structured },
    provenance: 'C',
    query,
    window,
    link,
    headline: [`${asked} answered ${lines.length} lines: `, taint((rows[0] ?? '').slice(0, 160))],
    chart: null,
    view: fitView({ head: [`${asked}, ${lines.length} lines`], rows, things: 'lines' }),
    signals: {},
    truncated: whole.length > text.length,
  };
}

const refusedBy = (asked: string, said: string): Finding => ({
  kind: 'failed',
  reason: `${asked} answered with an error: ${said.slice(0, 200)}`,
  retryable: false,
  blocks: `what ${asked} knows`,
  fix: 'Check the input against the tool, and the server against its own log.',
});
