/** CloudWatch Logs through the AWS client and real HTTP. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool } from '../../tools/cloudwatch-logs.ts';
import { awsError, awsRefusals, awsEnvironment as environment } from './aws-vendor.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { ask, failure, found, from, headline, minuteMs, nowMs, to } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const input = { service: 'checkout', from, to };

const filter = z.object({
  logGroupName: z.string(),
  startTime: z.number(),
  endTime: z.number(),
  filterPattern: z.string().optional(),
  nextToken: z.string().optional(),
});
const filterOf = (asked: Asked) => filter.parse(JSON.parse(asked.body));

type Line = readonly [minutesAgo: number, message: string];
const healthy: readonly Line[] = Array.from({ length: 40 }, (_, index) => [
  115 - index * 2.8,
  JSON.stringify({ level: 'info', message: `order ${index * 37} accepted`, requestId: `r-${index}` }),
]);
const broken: readonly Line[] = Array.from({ length: 12 }, (_, index) => [
  15 - index,
  JSON.stringify({ level: 'error', message: `timed out after ${30_000 + index} ms waiting for a connection` }),
]);

/** Answers the lines inside the asked window. */
const logGroup =
  (lines: readonly Line[]) =>
  (asked: Asked): Answer => {
    const { startTime, endTime } = filterOf(asked);
    const events = lines
      .map(([minutesAgo, message]) => ({ timestamp: Math.round(nowMs - minutesAgo * minuteMs), message }))
      .filter((event) => event.timestamp >= startTime && event.timestamp <= endTime);
    return { body: { events, searchedLogStreams: [] } };
  };

describe('cloudwatch_logs', () => {
  it('counts templates in the window against an equal length before it, new errors first', async () => {
    const vendor = await startVendor(logGroup([...healthy, ...broken]));

    const finding = await ask(tool, { environment: environment(vendor.url), input });

    const [first] = found(finding).signals.logs ?? [];
    expect(first).toMatchObject({ service: 'checkout', level: 'error', count: 12, baselineCount: 0 });
    expect(first?.firstSeenMs).toBe(nowMs - 15 * minuteMs);
    expect(first?.sample).toContain('waiting for a connection');
    expect(headline(finding)).toMatch(/^checkout logged 12 errors in \d+ lines \(0 in \d+ before\); new, 12 times: </);
    expect(found(finding)).toMatchObject({ provenance: 'C', truncated: false });
    expect(found(finding).view.untrusted).toContain('12 / 0 / error');
  });

  it('asks for two adjoining windows of equal length', async () => {
    const vendor = await startVendor(logGroup(broken));

    await ask(tool, { environment: environment(vendor.url), input });

    const windows = vendor.asked.map(filterOf).toSorted((one, other) => one.startTime - other.startTime);
    expect(
      windows.map(({ startTime, endTime }) => [(nowMs - startTime) / minuteMs, (nowMs - endTime - 1) / minuteMs]),
    ).toEqual([
      [120, 60],
      [60, 0],
    ]);
  });

  it('is an answer, not a failure, when nothing was logged', async () => {
    const vendor = await startVendor(logGroup([]));

    const finding = await ask(tool, { environment: environment(vendor.url), input });

    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('checkout') });
  });

  it('follows pages to the end', async () => {
    const vendor = await startVendor((asked) => {
      const page = Number(filterOf(asked).nextToken ?? '0');
      const events = [{ timestamp: filterOf(asked).startTime + page, message: `INFO page ${page}` }];
      return { body: { events, ...(page < 2 ? { nextToken: String(page + 1) } : {}) } };
    });

    const finding = found(await ask(tool, { environment: environment(vendor.url), input }));

    expect(vendor.asked).toHaveLength(6);
    expect(finding.result).toMatchObject({ lines: 3, baselineLines: 3 });
  });

  it('reads only errors and warnings, in both windows, where everything is too much', async () => {
    const vendor = await startVendor((asked) => {
      const { filterPattern, startTime } = filterOf(asked);
      const events = [{ timestamp: startTime, message: 'ERROR out of memory' }];
      return { body: { events, ...(filterPattern === undefined ? { nextToken: 'more' } : {}) } };
    });

    const finding = found(await ask(tool, { environment: environment(vendor.url), input }));

    expect(finding.result).toMatchObject({ lines: 1, errors: 1, baselineErrors: 1 });
    expect(finding.query).toContain('?ERROR');
    expect(finding.truncated).toBe(false);
  });

  it('takes the pages that came in time when AWS is slow, and says that there are more', async () => {
    const vendor = await startVendor((asked) => {
      const { startTime, nextToken } = filterOf(asked);
      if (nextToken !== undefined) return { hang: true };
      return { body: { events: [{ timestamp: startTime, message: 'ERROR out of memory' }], nextToken: 'more' } };
    });

    const finding = found(
      await ask(tool, { environment: environment(vendor.url), input: { ...input, contains: 'out of' } }),
    );

    expect(finding.result).toMatchObject({ errors: 1, baselineErrors: 1 });
    expect(finding.truncated).toBe(true);
    expect(finding.view.untrusted).toContain('not every line was read');
  }, 9_000);

  it('takes an unfinished search that found nothing for no answer', async () => {
    const vendor = await startVendor(() => ({ body: { events: [], nextToken: 'more' } }));
    const finding = failure(await ask(tool, { environment: environment(vendor.url), input }));
    expect(finding).toMatchObject({ retryable: true, fix: 'Narrow the window.' });
  });

  it('quotes a phrase to look for', async () => {
    const vendor = await startVendor(logGroup(broken));

    await ask(tool, { environment: environment(vendor.url), input: { ...input, contains: 'timed out' } });

    expect(vendor.asked.map((asked) => filterOf(asked).filterPattern)).toEqual(['"timed out"', '"timed out"']);
  });

  it.each`
    name                             | status | says                               | fix
    ${'AccessDeniedException'}       | ${400} | ${'a permission is missing'}       | ${'logs:FilterLogEvents on /shop/prod/checkout'}
    ${'UnrecognizedClientException'} | ${400} | ${'credentials were not accepted'} | ${'Renew'}
    ${'ResourceNotFoundException'}   | ${400} | ${'no such thing'}                 | ${'catalogue'}
    ${'ThrottlingException'}         | ${400} | ${'rate limited'}                  | ${'narrow the window'}
    ${'InternalFailure'}             | ${500} | ${'the vendor failed'}             | ${'Try again'}
  `('turns $name into a failure that says how to fix it', async ({ name, status, says, fix }) => {
    const vendor = await startVendor(() => awsError(name, status));

    const finding = failure(await ask(tool, { environment: environment(vendor.url), input }));

    expect(finding.reason).toContain(says);
    expect(finding.reason).toContain('/shop/prod/checkout');
    expect(finding.fix).toContain(fix);
  });

  it('gets through a short throttling', async () => {
    const vendor = await startVendor((asked, count) =>
      count === 1 ? awsError('ThrottlingException', 400) : logGroup(broken)(asked),
    );

    const finding = found(await ask(tool, { environment: environment(vendor.url), input }));

    expect(finding.result).toMatchObject({ errors: 12 });
  });

  it('fails on a page that is no JSON', async () => {
    const vendor = await startVendor(() => ({ body: '<html>proxy</html>' }));

    const finding = failure(await ask(tool, { environment: environment(vendor.url), input }));

    expect(finding.reason).toContain('does not have the documented form');
  });

  it('says when AWS cannot be reached', async () => {
    const finding = failure(await ask(tool, { environment: environment(await unreachableUrl()), input }));

    expect(finding).toMatchObject({ retryable: true, reason: expect.stringContaining('ECONNREFUSED') });
  });

  it('stops when asked to', async () => {
    const vendor = await startVendor(() => ({ hang: true }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);

    const finding = failure(await ask(tool, { environment: environment(vendor.url), input, signal: stop.signal }));

    expect(finding.reason).toContain('stopped before an answer came');
  });

  it('says so for a service without log groups, and for one nobody knows', async () => {
    const [none, unknown] = await Promise.all(
      ['cart', 'nonsense'].map((service) =>
        ask(tool, { environment: environment('http://aws.test'), input: { ...input, service } }),
      ),
    );

    expect(none).toMatchObject({ kind: 'failed', fix: expect.stringContaining('logGroups') });
    expect(unknown).toMatchObject({ kind: 'failed', fix: expect.stringContaining('checkout, cart, payments') });
  });
});

keepsVendorContract({
  tool,
  environment,
  input,
  answer: logGroup([...healthy, ...broken]),
  refusals: awsRefusals,
});
