import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { done, failed, type Result } from '../../core/result.ts';
import type { Problem } from './reply.ts';
import { problem } from './visit.ts';

const bytesMax = 64 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a posted form or JSON object. Never more than 64 KiB is kept. */
export async function readForm(request: IncomingMessage): Promise<Result<Fields, Problem>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes <= bytesMax) chunks.push(part);
  }
  if (bytes > bytesMax)
    return failed(problem(413, 'That is too much text', 'Send less than 64 KiB; put long logs behind a link.'));
  const text = Buffer.concat(chunks).toString('utf8');
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return done(Object.fromEntries(new URLSearchParams(text)));
  if (type === 'application/json') return readJson(text);
  return failed(
    problem(415, 'This form has an unknown format', 'Send application/x-www-form-urlencoded or application/json.'),
  );
}

function readJson(text: string): Result<Fields, Problem> {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    if (parsed.success) return done(parsed.data);
  } catch {
    // Not JSON at all: same answer as JSON that is no object.
  }
  return failed(problem(400, 'This is not a JSON object', 'Send an object with the fields of the form.'));
}
