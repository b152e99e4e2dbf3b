/** Counts what each answer of an AWS client costs, retries among them, and bounds its size. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { countCost } from '../../src/tool-cost.ts';

export type HeadersSeen = (headers: { readonly [name: string]: string }) => void;

const bytesMax = 20_000_000;

// The body is the HTTP stream until the SDK's deserializer reads it.
const answered = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.custom<AsyncIterable<Uint8Array>>(
    (body) => typeof body === 'object' && body !== null && Symbol.asyncIterator in body,
  ),
});

/** The same client: every answer is read whole, counted and handed on. An answer above 20 MB is refused as malformed. */
export function countAnswers<Client extends CloudWatchClient | CloudWatchLogsClient>(
  client: Client,
  onHeaders: HeadersSeen = () => {},
): Client {
  // Innermost, below the SDK's retries: each attempt is a request of its own.
  client.middlewareStack.add(
    (next) => async (args) => {
      countCost({ requests: 1 });
      const output = await next(args);
      const seen = answered.safeParse(output.response);
      if (!seen.success) return output;
      onHeaders(seen.data.headers);
      const body = await readBody(seen.data.body);
      countCost({ charactersRead: body.length });
      Object.assign(output.response as object, { body });
      return output;
    },
    { step: 'deserialize', priority: 'low', name: 'countAnswers' },
  );
  return client;
}

async function readBody(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new SyntaxError(`the answer is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
