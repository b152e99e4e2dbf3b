/** The worker's side: compiles the rules, says that it is ready, then answers one chunk at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { needlesOf } from './needles.ts';
import { emailRule, secretRules } from './rules.ts';
import { createScanner } from './scan.ts';

const start = z.object({ credentials: z.array(z.string()), emails: z.boolean() }).parse(workerData);
const question = z.object({ id: z.int(), text: z.string() });

const rules = start.emails ? [...secretRules, emailRule] : secretRules;
const scan = createScanner(rules, needlesOf(start.credentials));

parentPort?.on('message', (message: unknown) => {
  const { id, text } = question.parse(message);
  parentPort?.postMessage({ id, spans: scan(text) });
});
parentPort?.postMessage('ready');
