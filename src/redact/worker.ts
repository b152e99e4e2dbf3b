/** The worker's side: compiles the rules, says that it is ready, then answers one chunk at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { stripHidden } from '../core/plain-text.ts';
import { needlesOf } from './needles.ts';
import { rulesFor } from './rules.ts';
import { createScanner } from './scan.ts';
import type { Span } from './spans.ts';

const start = z
  .object({ credentials: z.array(z.string()), personalData: z.boolean(), ipAddresses: z.boolean() })
  .parse(workerData);
const question = z.object({ id: z.int(), text: z.string() });

const rules = rulesFor(start);
const scan = createScanner(rules, needlesOf(start.credentials));

// Every rule is tried before the first deadline runs, so that none of it is spent on compiling.
const words = rules.worded.flatMap(({ hints }) => hints);
for (const tail of ['="abcd efgh 12345678"', ': abcdefgh12345678', '://a:b@c']) scan(words.join(`${tail}\n`));

const plain = /^[\t\n\r\x20-\x7e]*$/u;

/** What is left of the text after masking shows something once zero-width letters, colours and the like are taken out. */
function holdsMore(text: string, spans: readonly Span[]): boolean {
  if (plain.test(text)) return false;
  let rest = '';
  let from = 0;
  for (const { start: at, end } of spans) {
    rest += `${text.slice(from, at)}[SECRET:found:00000000]`;
    from = end;
  }
  rest += text.slice(from);
  const bare = stripHidden(rest);
  return bare !== rest && scan(bare).length > 0;
}

parentPort?.on('message', (message: unknown) => {
  const { id, text } = question.parse(message);
  const spans = scan(text);
  parentPort?.postMessage({ id, spans, hidden: holdsMore(text, spans) });
});
parentPort?.postMessage('ready');
