import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool } from '../../tools/datadog-deployments.ts';
import type { Answer, Asked } from './counterpart.ts';
import { datadogVariables, deployment, searchOf, startDatadog } from './datadog-answers.ts';
import { ask, at, found, from, headline, minuteMs, nowMs, to } from './shop.ts';

const dora = '/api/v2/dora/deployments';
const events = '/api/v2/events/search';
const reading = async (own: { readonly [path: string]: (asked: Asked) => Answer }) => {
  const vendor = await startDatadog(own);
  const input = { services: ['checkout', 'payments'], from, to };
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};
const requestOf = (asked: Asked) =>
  z
    .object({ data: z.object({ type: z.string(), attributes: z.record(z.string(), z.unknown()) }) })
    .parse(JSON.parse(asked.body)).data;

describe('datadog_deployments', () => {
  it('says what was deployed when, and hands the engine those whose service and commit are known', async () => {
    const { vendor, finding } = await reading({
      [dora]: () => ({
        body: {
          data: [
            deployment('3', 10, { service: 'payments-api', version: 'v1.12.07', git: undefined }),
            deployment('2', 20, { git: { commit_sha: 'ABCDEF1234', repository_id: 'https://github.com/acme/other' } }),
            deployment('1', 40, { service: 'stranger' }),
          ],
        },
      }),
    });

    expect(headline(finding)).toBe(
      '3 deployments of checkout, payments; the latest, of payments at 2026-11-18 09:50 UTC: <v1.12.07>',
    );
    expect(found(finding).signals.changes).toEqual([
      {
        id: 'dora:2',
        kind: 'deploy',
        service: 'checkout',
        atMs: nowMs - 20 * minuteMs,
        title: 'Deployed v2',
        repository: 'acme/other',
        sha: 'abcdef1234',
        pullNumber: null,
        paths: [],
        diff: '',
      },
    ]);
    expect(found(finding)).toMatchObject({ provenance: 'A', truncated: false });
    expect(vendor.asked.map(requestOf)).toEqual([
      {
        type: 'dora_deployments_list_request',
        attributes: {
          from: '2026-11-18T09:00:00Z',
          to: '2026-11-18T10:00:00Z',
          limit: 100,
          query: 'service:(checkout OR payments-api) env:prod',
          sort: '-started_at',
        },
      },
    ]);
  });

  it('pages by time, and counts what two pages share once', async () => {
    const all = Array.from({ length: 250 }, (_, index) => deployment(`${index}`, 1 + index * 0.2));
    const { vendor, finding } = await reading({
      [dora]: (asked) => {
        const endMs = Date.parse(String(requestOf(asked).attributes['to']));
        const older = all.filter(({ attributes }) => Date.parse(attributes.started_at) < endMs);
        return { body: { data: older.slice(0, 100) } };
      },
    });

    expect(vendor.asked).toHaveLength(3);
    expect(found(finding).result).toMatchObject({ count: 250 });
    expect(found(finding).truncated).toBe(false);
  });

  it('gives up on a page that began in one instant, and stops after four', async () => {
    const same = (): Answer => ({ body: { data: Array.from({ length: 100 }, (_, at1) => deployment(`${at1}`, 20)) } });
    const stuck = await reading({ [dora]: same });
    expect(stuck.vendor.asked).toHaveLength(2);
    expect(found(stuck.finding).truncated).toBe(true);

    let count = 0;
    const endless = (): Answer => {
      count += 1;
      return { body: { data: Array.from({ length: 100 }, (_, at1) => deployment(`${count}-${at1}`, 20 + count)) } };
    };
    const cut = await reading({ [dora]: endless });
    expect(cut.vendor.asked).toHaveLength(4);
    expect(found(cut.finding).view.untrusted).toContain('older ones in the window that were not read');
  });

  it.each([
    { status: 200, body: { data: [] } },
    { status: 404, body: { errors: ['Not found'] } },
  ])('reads deployment events where DORA Metrics has none or is not there ($status)', async (none) => {
    const tags = ['service:checkout', 'version:v9', 'git.commit.sha:0123456789abcdef', 'change_type:deployment'];
    const { vendor, finding } = await reading({
      [dora]: () => none,
      [events]: () => ({ body: { data: [{ id: 'e1', attributes: { timestamp: at(15), tags } }] } }),
    });

    expect(found(finding).signals.changes).toMatchObject([
      { id: 'event:e1', service: 'checkout', sha: '0123456789abcdef', repository: 'acme/shop', title: 'Deployed v9' },
    ]);
    expect(searchOf(vendor.asked[1] ?? vendor.asked[0] ?? never()).filter.query).toBe(
      'service:(checkout OR payments-api) env:prod change_type:(deployment OR deploy)',
    );
  });

  it('is an answer when nothing was deployed', async () => {
    const { finding } = await reading({
      [dora]: () => ({ body: { data: [] } }),
      [events]: () => ({ body: { data: [] } }),
    });
    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('deployments of checkout, pay') });
  });

  it('takes no commit and no repository from text that is none', async () => {
    const git = { commit_sha: '$(rm -rf /)', repository_id: 'https://evil.test/github.com/a/b' };
    const { finding } = await reading({ [dora]: () => ({ body: { data: [deployment('1', 9, { git })] } }) });

    expect(found(finding).result).toMatchObject({ deployments: [{ sha: null, repository: null }] });
    expect(found(finding).signals.changes).toEqual([]);
  });
});

const never = (): never => {
  throw new Error('nothing was asked');
};
