/** A worker that answers at once, except for text that asks it to misbehave. */
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';

const question = z.object({ id: z.int(), text: z.string() });

parentPort?.on('message', (message: unknown) => {
  const { id, text } = question.parse(message);
  while (text.includes('hang')) Math.random();
  if (text.includes('throw')) throw new Error('asked to');
  if (text.includes('exit')) process.exit(0);
  if (text.includes('lie')) parentPort?.postMessage({ id: id - 1, spans: [] });
  else parentPort?.postMessage({ id, spans: [] });
});
parentPort?.postMessage('ready');
