/**
 * One replica of the service in a process of its own: the product's composition on a given database, with the pages, and
 * a clock that its parent sets. Its parent runs the lab that all replicas look at.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { pino } from 'pino';
import { z } from 'zod';
import { compose } from '../../src/compose.ts';
import { readEnvironment } from '../../src/config.ts';
import { createLabClock } from '../../src/lab/lab-clock.ts';
import { postAlert } from '../../src/local-incident.ts';
import { serve } from '../../src/serve.ts';

export const replicaOrder = z.object({
  variables: z.record(z.string(), z.string()),
  catalogueText: z.string(),
  /** The lab's time at a moment of the machine's, and how fast it goes. */
  time: z.object({ labMs: z.number(), machineMs: z.number(), speed: z.number() }),
  alert: z.object({ channel: z.string(), text: z.string() }),
});

const [, , text = ''] = process.argv;
const { variables, catalogueText, time, alert } = replicaOrder.parse(JSON.parse(text));
const clock = createLabClock({
  startAtMs: time.labMs + (Date.now() - time.machineMs) * time.speed,
  speed: time.speed,
  realNowMs: () => Date.now(),
});
process.on('message', (speed) => clock.setSpeed(z.number().parse(speed)));
process.once('disconnect', () => process.exit(0));

const environment = readEnvironment(variables);
if (!environment.ok) throw new Error(environment.failure.join('\n'));
const log = pino({ level: 'error' }, pino.destination(2));
const composed = await compose({
  environment: environment.value,
  variables,
  catalogueText,
  clock,
  log,
  webUrl: 'http://127.0.0.1:3000',
  trustsBrowser: true,
  lease: { beatMs: 300, leaseMs: 3_000 },
});
if (!composed.ok) throw new Error(composed.failure.join('\n'));
const at = { host: '127.0.0.1', port: 0, channels: [alert.channel] };
const { url } = await serve(composed.value, { ...at, log, routers: [], pages: true });
await composed.value.launch();
await postAlert(composed.value, alert);
process.send?.({ url, executor: DBOS.executorID });
