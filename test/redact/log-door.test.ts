/** Log lines are redacted, stay in order, and are withheld when they cannot be checked. */
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { createLogDoor } from '../../src/redact/log-door.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { withheld } from '../../src/redact/tokens.ts';

const redactor = createRedactor({ tokenKey: 'test', ownCredentials: ['gate-9f3b7c21'], deadlineMs: 2_000 });
afterAll(() => redactor.close());

function started() {
  const lines: string[] = [];
  const door = createLogDoor((line) => void lines.push(line));
  return {
    door,
    log: pino({ level: 'info', base: null }, door.stream),
    said: () => lines.map((line) => JSON.parse(line)),
  };
}

it('a line waits for the door, and loses what must not leave wherever it stands', async () => {
  const { door, log, said } = started();
  log.error({ error: { response: { headers: { authorization: 'Bearer aB3dE5gH7jK9mN1p' } } } }, 'first');
  log.warn({ 'gate-9f3b7c21': ['x gate-9f3b7c21'], password: 'hunter22', count: 3 }, 'second');
  expect(said()).toEqual([]);

  door.open(redactor);
  await door.flush();

  expect(said().map(({ msg, level }) => [level, msg])).toEqual([
    [50, 'first'],
    [40, 'second'],
  ]);
  expect(JSON.stringify(said())).not.toMatch(/aB3dE5gH|9f3b7c21|hunter22/u);
  expect(said()[1].count).toBe(3);
});

it('lines stay in their order, however many there are', async () => {
  const { door, log, said } = started();
  door.open(redactor);
  for (let number = 0; number < 100; number += 1) log.info({ number }, `line ${number % 3}`);
  await door.flush();

  expect(said().map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, number) => number));
});

it('at the end of the process, lines that wait keep their level and time and lose their words', () => {
  const { door, log, said } = started();
  log.error({ secret: 'hunter22' }, 'never checked');
  door.end();

  expect(said()).toEqual([{ level: 50, time: expect.any(Number), msg: withheld }]);
});

it('a redactor that breaks lets no line pass', async () => {
  const { door, log, said } = started();
  door.open({ redact: () => Promise.reject(new Error('broken')) });
  log.error({ secret: 'hunter22' }, 'never checked');
  await door.flush();

  expect(said()).toEqual([{ level: 50, time: expect.any(Number), msg: withheld }]);
});
