/** The Messages API over HTTP: Anthropic's own, or a server that speaks it (Ollama, vLLM, llama.cpp, a gateway). */
import Anthropic from '@anthropic-ai/sdk';
import { answerAsStream } from './compatible-answers.ts';
import type { Connect } from './model-client.ts';

/** `baseUrl` null: the vendor's own. */
export function connectAnthropic(apiKey: string, baseUrl: string | null): Connect {
  const client = new Anthropic({
    apiKey,
    // Explicit, so that the SDK reads no environment variable and no profile of its own.
    authToken: null,
    baseURL: baseUrl ?? 'https://api.anthropic.com',
    maxRetries: 0,
    logLevel: 'off',
  });
  return async () => client;
}

/** The first version that all such servers know; Ollama refuses lower ones, others know no higher one. */
const compatibleVersion = '2023-06-01';

/** Without a key none is sent: local servers want none, and ours are not for them. */
export function connectCompatible(apiKey: string | null, baseUrl: string): Connect {
  const client = new Anthropic({
    apiKey: apiKey ?? 'none',
    authToken: null,
    baseURL: baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    defaultHeaders: { 'anthropic-version': compatibleVersion, ...(apiKey === null ? { authorization: null } : {}) },
    middleware: [answerAsStream],
  });
  return async () => client;
}
