/** Lines around a moment and lines with an id, through the AWS client and real HTTP. */
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/cloudwatch-log-context.ts';
import {
  type AwsInput,
  answerAws,
  awsEnvironment,
  awsError,
  awsRefusals,
  inputsOf,
  insightsRow,
  startAws,
} from './aws-vendor.ts';
import type { Answer, Vendor } from './counterpart.ts';
import { ask, at, failure, found, from, headline, minuteMs, nowMs, to } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const moment = nowMs - 20 * minuteMs;
const input = { services: ['checkout'], from, to, at: at(20) };

const event = (offsetMs: number, message: string, logStreamName = 'checkout-1') => ({
  timestamp: moment + offsetMs,
  message,
  logStreamName,
});
const events = [
  ...Array.from({ length: 60 }, (_, index) => event(-60_000 + index * 1_000, `INFO step ${index}`)),
  event(500, '{"level":"error","msg":"connection refused"}'),
  event(900, 'WARN retrying'),
];

/** FilterLogEvents over these events: window, stream, direction and page size as AWS does it. */
const filtering =
  (all: readonly ReturnType<typeof event>[]) =>
  (asked: AwsInput): Answer => {
    const streams = asked['logStreamNames'];
    const inside = all
      .filter(({ timestamp }) => timestamp >= Number(asked['startTime']) && timestamp <= Number(asked['endTime']))
      .filter(({ logStreamName }) => !Array.isArray(streams) || streams.includes(logStreamName));
    const ordered = asked['startFromHead'] === false ? inside.toReversed() : inside;
    const offset = Number(asked['nextToken'] ?? '0');
    const end = offset + Number(asked['limit'] ?? 10_000);
    const more = end < ordered.length ? { nextToken: String(end) } : {};
    return { body: { events: ordered.slice(offset, end), ...more } };
  };

const asking = (vendor: Vendor, more: object = {}) =>
  ask(tool, { environment: awsEnvironment(vendor.url), input: { ...input, ...more } });

describe('lines around a moment', () => {
  it('are the nearest before and after it, in time order', async () => {
    const vendor = await startAws({ FilterLogEvents: filtering(events) });

    const finding = found(await asking(vendor));

    const { lines } = finding.result as { lines: { at: string; message: string }[] };
    expect(lines).toHaveLength(42);
    expect(lines.map(({ at: time }) => time)).toEqual(lines.map(({ at: time }) => time).toSorted());
    expect(lines.slice(38).map(({ message }) => message)).toEqual([
      'INFO step 58',
      'INFO step 59',
      '{"level":"error","msg":"connection refused"}',
      'WARN retrying',
    ]);
    expect(headline(finding)).toBe(
      '42 lines of checkout around 2026-11-18T09:40:00.000Z, 1 of them errors; the nearest error, of checkout at ' +
        '2026-11-18T09:40:00.500Z: <{"level":"error","msg":"connection refused"}>',
    );
    expect(finding).toMatchObject({ provenance: 'C', signals: {}, truncated: false });
    expect(finding.query).toBe('filter-log-events /shop/prod/checkout nearest to 2026-11-18T09:40:00.000Z');
    expect(finding.link).toContain(
      '#logsV2:log-groups/log-group/$252Fshop$252Fprod$252Fcheckout/log-events$3Fstart$3D',
    );
  });

  it('keep to one stream when it is named', async () => {
    const vendor = await startAws({ FilterLogEvents: filtering([...events, event(10, 'INFO other', 'checkout-2')]) });

    const finding = found(await asking(vendor, { stream: 'checkout-2' }));

    expect(finding.result).toMatchObject({ lineCount: 1 });
    expect(inputsOf(vendor, 'FilterLogEvents')[0]?.['logStreamNames']).toEqual(['checkout-2']);
  });

  it('are looked for through empty pages, and given up after five', async () => {
    const page = (asked: AwsInput): Answer => {
      const count = Number(asked['nextToken'] ?? '1');
      const later = asked['startFromHead'] !== false;
      const hit = later && count === 3 ? [event(700, 'ERROR late find')] : [];
      return { body: { events: hit, ...(later && count === 3 ? {} : { nextToken: String(count + 1) }) } };
    };
    const vendor = await startAws({ FilterLogEvents: page });

    const finding = found(await asking(vendor));

    expect(inputsOf(vendor, 'FilterLogEvents')).toHaveLength(3 + 5);
    expect(finding.result).toMatchObject({ lineCount: 1 });
    expect(finding.truncated).toBe(true);
    expect(finding.view.untrusted).toContain('searching was given up after some pages');
  });

  it('are no answer when the search was given up with nothing found', async () => {
    const vendor = await startAws({ FilterLogEvents: () => ({ body: { events: [], nextToken: 'more' } }) });
    expect(await asking(vendor)).toMatchObject({ kind: 'failed', retryable: true, fix: 'Narrow the window.' });
  });
});

describe('lines that carry an id', () => {
  const answers = (rows: readonly (readonly [number, string])[]) => ({
    StartQuery: (): Answer => ({ body: { queryId: 'q' } }),
    GetQueryResults: (): Answer => ({
      body: {
        status: 'Complete',
        results: rows.map(([offsetMs, message]) => insightsRow(moment + offsetMs, message)),
        statistics: { recordsMatched: rows.length, bytesScanned: 3_000_000 },
      },
    }),
  });
  const carrying = { at: undefined, id: 'req-8f3a' };

  it('are found by Insights in time order, errors named first', async () => {
    const vendor = await startAws(
      answers([
        [900, 'ERROR req-8f3a timed out'],
        [100, 'INFO req-8f3a started'],
      ]),
    );

    const finding = found(await asking(vendor, carrying));

    expect(headline(finding)).toBe(
      '2 lines of checkout that carry req-8f3a, 1 of them errors; the first error, of checkout at ' +
        '2026-11-18T09:40:00.900Z: <ERROR req-8f3a timed out>',
    );
    expect(finding.query).toBe(
      'fields @timestamp, @message, @logStream, @log\n| filter @message like "req-8f3a"\n| sort @timestamp asc',
    );
    expect(inputsOf(vendor, 'StartQuery')[0]?.['queryString']).toBe(finding.query);
    expect(finding.view.untrusted).toMatch(/started[\s\S]+timed out/u);
    expect(finding.view.untrusted).toContain('Insights scanned 3 MB');
  });

  it('are found by FilterLogEvents over all pages where Insights is not granted', async () => {
    const vendor = await startAws({
      StartQuery: () => awsError('AccessDeniedException'),
      FilterLogEvents: (asked) => {
        const page = Number(asked['nextToken'] ?? '0');
        const more = page < 3 ? { nextToken: String(page + 1) } : {};
        return { body: { events: [event(page, `INFO req-8f3a ${page}`)], ...more } };
      },
    });

    const finding = found(await asking(vendor, carrying));

    expect(finding.result).toMatchObject({ lineCount: 4 });
    expect(inputsOf(vendor, 'FilterLogEvents')[0]?.['filterPattern']).toBe('"req-8f3a"');
    expect(finding.view.untrusted).toContain('Insights did not answer (AccessDeniedException)');
  });

  it('say what was searched when there are none', async () => {
    const vendor = await startAws(answers([]));
    expect(await asking(vendor, carrying)).toMatchObject({
      kind: 'empty',
      searched: expect.stringContaining('that carry req-8f3a, 2026-11-18 09:00 to 10:00 UTC'),
    });
  });

  it('keep the decisive line in view among hundreds', async () => {
    const rows = Array.from({ length: 900 }, (_, index): [number, string] => [index, `INFO req-8f3a step ${index}`]);
    const vendor = await startAws(
      answers([...rows.slice(0, 400), [401, 'ERROR req-8f3a disk is full'], ...rows.slice(402)]),
    );

    const finding = found(await asking(vendor, carrying));

    expect(finding.truncated).toBe(true);
    expect(finding.view.untrusted).toContain('disk is full');
    expect(finding.view.untrusted).toContain('more lines are in the evidence');
  });
});

it.each([
  { id: 'req"; drop' },
  { id: 'a' },
  { id: 'req-8f3a' },
  { at: 'yesterday' },
  { at: undefined },
  { stream: 'a:b' },
  { stream: 'a"b' },
])('refuses %j without asking AWS', async (more) => {
  const vendor = await startAws({});
  const finding = failure(await asking(vendor, more));
  expect([finding.retryable, vendor.asked.length]).toEqual([false, 0]);
});

keepsVendorContract({
  tool,
  environment: awsEnvironment,
  input,
  answer: answerAws({ FilterLogEvents: filtering(events) }),
  refusals: awsRefusals,
});
