/** The allowed, read-only tools of every configured MCP server. What cannot be used is a gap that says why. */
import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../../src/core/digest.ts';
import type { Gap } from '../../src/core/evidence.ts';
import type { Json } from '../../src/core/json.ts';
import type { AllowedMcpTool, McpServer } from '../../src/core/mcp-server.ts';
import { done, failed, type Result } from '../../src/core/result.ts';
import type { Tool } from '../../src/tool.ts';
import { mcpRefusal } from './refusal.ts';
import { type ListedTool, type McpSession, openMcpSession } from './session.ts';
import { toolOfMcp } from './tool-of.ts';

export type McpTools = { readonly tools: readonly Tool[]; readonly off: readonly Gap[] };
type Variables = { readonly [name: string]: string | undefined };

const startTimeoutMs = 4_000;
const schemaCharactersMax = 32_000;

/** Asks all servers at once, four seconds at most: a server that is away at start costs its tools, never the start. */
export async function connectMcpServers(servers: readonly McpServer[], variables: Variables): Promise<McpTools> {
  const parts = await Promise.all(servers.map((server) => connectServer(server, variables)));
  return { tools: parts.flatMap(({ tools }) => tools), off: parts.flatMap(({ off }) => off) };
}

async function connectServer(server: McpServer, variables: Variables): Promise<McpTools> {
  const token = server.tokenVariable === null ? null : (variables[server.tokenVariable] ?? '');
  const gap = (tool: string, reason: string, fix: string): Gap => ({
    tool: `mcp_${server.name}_${tool}`,
    reason,
    blocks: `what ${tool} of the MCP server ${server.name} knows`,
    fix,
  });
  if (token === '') {
    const fix = `Set ${server.tokenVariable}.`;
    return { tools: [], off: server.tools.map(({ name }) => gap(name, `${server.tokenVariable} is not set`, fix)) };
  }
  const session = openMcpSession(server, token);
  const listed = await listTools(session);
  if (!listed.ok) {
    const fix = `Check that ${server.url} answers MCP over Streamable HTTP, then start again.`;
    return { tools: [], off: server.tools.map(({ name }) => gap(name, listed.failure, fix)) };
  }
  const tools: Tool[] = [];
  const off: Gap[] = [];
  for (const allowed of server.tools) {
    const there = listed.value.find(({ name }) => name === allowed.name);
    const checked = there === undefined ? failed(notThere) : checkTool(server, allowed, there);
    if (checked.ok) tools.push(toolOfMcp({ server, allowed, input: checked.value, session }));
    else off.push(gap(allowed.name, checked.failure.reason, checked.failure.fix));
  }
  return { tools, off };
}

async function listTools(session: McpSession): Promise<Result<readonly ListedTool[], string>> {
  const signal = AbortSignal.timeout(startTimeoutMs);
  try {
    return done(await session.list(signal));
  } catch (error) {
    const refusal = mcpRefusal(error, signal);
    if (refusal === null) throw error;
    return failed(`the server did not list its tools (${refusal.kind})`);
  }
}

type Complaint = { readonly reason: string; readonly fix: string };

const notThere: Complaint = {
  reason: 'the server has no tool of this name',
  fix: 'Use the name as the server lists it, in causeway.yaml under mcpServers.',
};

/** Read-only by the server's own mark or by people's word, with the schema people saw, as an object we can check. */
function checkTool(server: McpServer, allowed: AllowedMcpTool, tool: ListedTool): Result<z.ZodObject, Complaint> {
  const { readOnlyHint, destructiveHint } = tool.annotations ?? {};
  if (destructiveHint === true && readOnlyHint !== true) {
    return failed({ reason: 'the server says that it changes things', fix: 'Remove it from mcpServers.' });
  }
  if (readOnlyHint !== true && !server.assumeReadOnly) {
    const fix = `If ${allowed.name} only reads, set assumeReadOnly: true for ${server.name}; else remove it.`;
    return failed({ reason: 'the server does not mark it as read-only', fix });
  }
  const digest = sha256Hex(canonicalJson(tool.inputSchema));
  if (allowed.schemaSha256 !== null && allowed.schemaSha256 !== digest) {
    const fix = `Read the new schema; if it is fine, set schemaSha256: ${digest}.`;
    return failed({ reason: 'its input schema is not the one that was allowed', fix });
  }
  return inputOf(tool.inputSchema);
}

function inputOf(schema: { readonly [key: string]: Json }): Result<z.ZodObject, Complaint> {
  const complaint = { reason: 'its input schema cannot be checked here', fix: 'Remove it from mcpServers.' };
  const bare = withoutWords(schema);
  if (JSON.stringify(bare).length > schemaCharactersMax || !saysOnlyNames(bare)) return failed(complaint);
  try {
    const input = z.fromJSONSchema(bare as z.core.JSONSchema.JSONSchema);
    return input instanceof z.ZodObject ? done(input) : failed(complaint);
  } catch {
    return failed(complaint);
  }
}

// Sentences, and patterns, which could take for ever to match.
const leftOut = new Set(['description', 'title', 'examples', 'default', '$comment', 'pattern', 'patternProperties']);

/** The schema without its prose: names and types are needed, sentences from outside would reach the model's rules. */
function withoutWords(value: Json, insideProperties = false): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutWords(item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries<Json>(value).filter(([key]) => insideProperties || !leftOut.has(key));
  const inside = (key: string): boolean => key === 'properties' && !insideProperties;
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutWords(item, inside(key))]));
}

/** Names, enumerated values and references: short, and without the signs of a sentence or a frame. */
const nameLike = /^[\w .:/$@,#+-]{0,80}$/u;

function saysOnlyNames(value: Json): boolean {
  if (typeof value === 'string') return nameLike.test(value);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries<Json>(value).every(([key, item]) => nameLike.test(key) && saysOnlyNames(item));
}
