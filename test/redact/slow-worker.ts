/** A worker that answers at once, except for text that asks it to hang. */
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';

const question = z.object({ id: z.int(), text: z.string() });

parentPort?.on('message', (message: unknown) => {
  const { id, text } = question.parse(message);
  while (text.includes('hang')) Math.random();
  parentPort?.postMessage({ id, spans: [] });
});
parentPort?.postMessage('ready');
