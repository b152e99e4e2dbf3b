import fc from 'fast-check';
import { expect, it } from 'vitest';
import { block, fullBucket, take, waitMs } from '../../../src/chat/slack/bucket.ts';
import { editIntervalMs } from '../../../src/chat/slack/edits.ts';
import { createSchedule } from '../../../src/chat/slack/schedule.ts';

const rate = { perMinute: 50, burst: 10 };

it('never lets more through in a minute than the method allows, whatever the demand', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 300 }), (gaps) => {
      let nowMs = 0;
      let bucket = fullBucket(rate, nowMs);
      const sentAt: number[] = [];
      for (const gap of gaps) {
        nowMs += gap;
        nowMs += waitMs(bucket, rate, nowMs);
        bucket = take(bucket, rate, nowMs);
        sentAt.push(nowMs);
      }
      const worst = Math.max(...sentAt.map((from) => sentAt.filter((at) => at >= from && at < from + 60_000).length));
      expect(worst).toBeLessThanOrEqual(rate.perMinute + rate.burst);
    }),
  );
});

it('waits as long as Slack said', () => {
  const blocked = block(fullBucket(rate, 0), 5_000);
  expect([waitMs(blocked, rate, 0), waitMs(blocked, rate, 4_000), waitMs(blocked, rate, 5_000)]).toEqual([
    5_000, 1_000, 0,
  ]);
});

it('spreads edits when many messages share the budget', () => {
  expect([editIntervalMs(1), editIntervalMs(2), editIntervalMs(10)]).toEqual([3_000, 3_000, 15_000]);
});

it('takes urgent calls first, keeps order otherwise, and keeps channels apart', async () => {
  const schedule = createSchedule(() => null);
  const done: string[] = [];
  const say = (name: string, urgent: boolean, channel = 'C1') =>
    schedule.do({
      method: 'chat.postMessage',
      channel,
      urgent,
      run: () => Promise.resolve(void done.push(name)),
    });
  await Promise.all([
    say('first', false),
    say('second', false),
    say('third', false),
    say('urgent', true),
    say('elsewhere', false, 'C2'),
  ]);
  schedule.stop();
  expect(done.filter((name) => name !== 'elsewhere')).toEqual(['first', 'urgent', 'second', 'third']);
  expect(done.indexOf('elsewhere')).toBeLessThan(3);
});

it('gives up after five retries and refuses what waits when it stops', async () => {
  let tries = 0;
  const schedule = createSchedule(() => 1);
  const run = () => Promise.reject(new Error(`try ${++tries}`));
  await expect(schedule.do({ method: 'users.info', channel: null, urgent: false, run })).rejects.toThrow('try 6');
  schedule.stop();
  await expect(schedule.do({ method: 'users.info', channel: null, urgent: false, run })).rejects.toThrow('stopped');
});
