import { createRedactor } from '../../src/redact/redactor.ts';

const rounds = 3;

/** How long the first text waits, when the worker was started before and when it was not. */
export async function measureStart(): Promise<string> {
  const cold = await best(async () => firstText(false));
  const warm = await best(async () => firstText(true));
  return `first text: ${cold.toFixed(0)} ms when it starts the worker, ${warm.toFixed(1)} ms when the start of the process did`;
}

async function firstText(started: boolean): Promise<number> {
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: [] });
  if (started) await redactor.start();
  const startedAtMs = performance.now();
  await redactor.redact('user dana@example.test could not log in, password=hunter22');
  const ms = performance.now() - startedAtMs;
  await redactor.close();
  return ms;
}

async function best(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await measure());
  return Math.min(...times);
}
