/** The worker's side: compiles the rules, says that it is ready, then answers one chunk at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { needlesOf } from './needles.ts';
import { rulesFor } from './rules.ts';
import { createScanner } from './scan.ts';

const start = z
  .object({ credentials: z.array(z.string()), personalData: z.boolean(), ipAddresses: z.boolean() })
  .parse(workerData);
const question = z.object({ id: z.int(), text: z.string() });

const rules = rulesFor(start);
const scan = createScanner(rules, needlesOf(start.credentials));

// Every rule is tried before the first deadline runs, so that none of it is spent on compiling.
const words = rules.worded.flatMap(({ hints }) => hints);
for (const tail of ['="abcd efgh 12345678"', ': abcdefgh12345678', '://a:b@c']) scan(words.join(`${tail}\n`));

parentPort?.on('message', (message: unknown) => {
  const { id, text } = question.parse(message);
  parentPort?.postMessage({ id, spans: scan(text) });
});
parentPort?.postMessage('ready');
