import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { connectionRefusal, type Refusal } from '../reading/failure.ts';
import { HttpError, httpRefusal } from '../reading/http-error.ts';

/** What a call of an MCP server rejected with, by HTTP status or JSON-RPC code. Null: not a server's answer, so a bug. */
export function mcpRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof z.ZodError || error instanceof SyntaxError) return { kind: 'malformed', code: 'not MCP' };
  if (error instanceof StreamableHTTPError) {
    if (error.code === undefined || error.code < 400) return { kind: 'malformed', code: 'not MCP' };
    return httpRefusal(new HttpError(error.code, ''), signal);
  }
  if (!(error instanceof McpError)) return null;
  if (error.code === ErrorCode.RequestTimeout) return { kind: 'timeout' };
  if (error.code === ErrorCode.ConnectionClosed) return { kind: 'unreachable', code: String(error.code) };
  const kind = error.code === ErrorCode.MethodNotFound ? 'not-found' : 'rejected';
  return { kind: error.code === ErrorCode.InternalError ? 'broken' : kind, code: String(error.code) };
}
