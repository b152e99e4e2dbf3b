/** One conversation with an MCP server over Streamable HTTP. https://modelcontextprotocol.io/specification */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import type { McpServer } from '../../src/core/mcp-server.ts';
import { countCost } from '../../src/tool-cost.ts';
import { requestTimeoutMs } from '../reading/failure.ts';
import { createLimiter } from '../reading/limiter.ts';

/** A tool as its server lists it. */
export const listedTool = z.object({
  name: z.string(),
  inputSchema: z.record(z.string(), z.json()),
  annotations: z.object({ readOnlyHint: z.boolean().optional(), destructiveHint: z.boolean().optional() }).optional(),
});
export type ListedTool = z.output<typeof listedTool>;

const content = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('resource'), resource: z.object({ text: z.string() }) }),
  z.object({ type: z.string() }),
]);
const answered = z.object({
  content: z.array(content).default([]),
  structuredContent: z.record(z.string(), z.json()).optional(),
  isError: z.boolean().optional(),
});
export type Answered = z.output<typeof answered>;

export type McpSession = {
  /** At most ten pages. Rejects as `mcpRefusal` reads it, as does `call`. */
  list(signal: AbortSignal): Promise<readonly ListedTool[]>;
  call(name: string, input: { readonly [key: string]: unknown }, signal: AbortSignal): Promise<Answered>;
};

const pagesMax = 10;
const concurrencyMax = 4;

// Schemas come from outside: the SDK would compile them to code to check answers we treat as text anyway.
const trustNothing = {
  getValidator: () => (data: unknown) => ({ valid: true, data, errorMessage: undefined }),
} as const;

export function openMcpSession({ url }: McpServer, token: string | null): McpSession {
  const limit = createLimiter(concurrencyMax);
  let connected: Promise<Client> | null = null;
  const connect = async (signal: AbortSignal): Promise<Client> => {
    const client = new Client({ name: 'causeway', version: '1' }, { jsonSchemaValidator: trustNothing as never });
    const headers: { [name: string]: string } = token === null ? {} : { authorization: `Bearer ${token}` };
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers, redirect: 'error' },
      reconnectionOptions: {
        maxRetries: 0,
        initialReconnectionDelay: 1,
        maxReconnectionDelay: 1,
        reconnectionDelayGrowFactor: 1,
      },
    });
    // A later failure closes the session, so that the next call opens another.
    client.onclose = () => (connected = null);
    await client.connect(transport as never, { signal, timeout: requestTimeoutMs });
    return client;
  };
  const within = async <Value>(signal: AbortSignal, run: (client: Client) => Promise<Value>): Promise<Value> =>
    limit(async () => {
      countCost({ requests: 1 });
      connected ??= connect(signal);
      try {
        return await run(await connected);
      } catch (error) {
        connected = null;
        throw error;
      }
    });
  return {
    list: (signal) =>
      within(signal, async (client) => {
        const tools: ListedTool[] = [];
        let cursor: string | undefined;
        for (let page = 0; page < pagesMax; page += 1) {
          const more = cursor === undefined ? {} : { cursor };
          const listed = await client.listTools(more, { signal, timeout: requestTimeoutMs });
          tools.push(...listedTool.array().parse(listed.tools));
          cursor = listed.nextCursor;
          if (cursor === undefined) break;
        }
        return tools;
      }),
    call: (name, input, signal) =>
      within(signal, async (client) => {
        const options = { signal, timeout: requestTimeoutMs };
        const answer = answered.parse(await client.callTool({ name, arguments: { ...input } }, undefined, options));
        countCost({ charactersRead: JSON.stringify(answer).length });
        return answer;
      }),
  };
}
