import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../src/tool.ts';
import { integration } from '../../tools/pagerduty/integration.ts';
import { tool as incidentTool } from '../../tools/pagerduty-incident.ts';
import { tool as incidentsTool } from '../../tools/pagerduty-incidents.ts';
import { tool as onCallTool } from '../../tools/pagerduty-on-call.ts';
import { tool as relatedTool } from '../../tools/pagerduty-related.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { checkNamed, discover, examine, examineAt, states } from './integration-checks.ts';
import { ask, at, failure, from, to } from './shop.ts';

const one = { integration, environment: (url: string) => ({ PAGERDUTY_TOKEN: 'hunter2', PAGERDUTY_API_URL: url }) };
const service = (id: string, more: object = {}) => ({
  id,
  type: 'service',
  name: `Service ${id}`,
  summary: `Service ${id}`,
  escalation_policy: { id: 'PPOLICY', summary: 'Default' },
  teams: [{ id: 'PTEAM', summary: 'Shop' }],
  ...more,
});
const denied: Answer = { status: 403, body: { error: { message: 'Access Denied', code: 2010 } } };
const fine = ({ method }: Asked): Answer =>
  method === 'GET' ? { body: { services: [service('PA')], more: false } } : denied;
const writing = (answer: Answer) => (asked: Asked) => (asked.method === 'GET' ? fine(asked) : answer);

describe('the PagerDuty integration', () => {
  it('finds nothing wrong, and its note has no incident and no text', async () => {
    const { vendor, checks } = await examine(one, fine);

    expect(states(checks)).toEqual(['reachable ok', 'clock ok', 'read ok', 'scopes unknown', 'write refused ok']);
    const writes = vendor.asked.filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ['/incidents/PCAUSEWAYDOCTORNOSUCHINCIDENT/notes', { note: { content: '' } }],
    ]);
    expect(writes[0]?.headers).not.toHaveProperty('from');
    expect(JSON.stringify(checks)).not.toContain('hunter2');
  });

  it.each`
    status | code
    ${400} | ${2001}
    ${404} | ${2100}
    ${201} | ${0}
  `('complains of a key that can write: $status', async ({ status, code }) => {
    const { checks } = await examine(one, writing({ status, body: { error: { code } } }));
    expect(checkNamed(checks, 'write refused')).toMatchObject({
      state: 'problem',
      fix: expect.stringContaining('deploy/pagerduty/scopes.json'),
    });
  });

  it('says that the key is not accepted', async () => {
    const { checks } = await examine(one, () => ({ status: 401, body: { error: { code: 2006 } } }));
    expect(checkNamed(checks, 'read')).toMatchObject({
      state: 'problem',
      says: 'could not read one service (unauthorised 401 2006)',
      fix: 'Renew the PagerDuty credentials; they need a read-only REST API key.',
    });
  });

  it('notices a clock ten minutes off', async () => {
    const date = new Date(Date.now() - 600_000).toUTCString();
    const { checks } = await examine(one, (asked) => ({ ...fine(asked), headers: { date } }));
    expect(checkNamed(checks, 'clock')?.state).toBe('problem');
  });

  it('says that it cannot be reached, and nothing else', async () => {
    const checks = await examineAt(one, await unreachableUrl());
    expect(checks).toMatchObject([{ name: 'reachable', state: 'problem' }]);
  });

  it('drafts services with their ids, escalation policies and teams, over all pages', async () => {
    const found = await discover(one, ({ query }) => {
      const offset = Number(query.get('offset') ?? '0');
      return { body: { services: [service(`P${offset}`)], more: offset < 300 } };
    });

    expect(found).toHaveLength(4);
    expect(found[3]).toEqual({
      name: 'Service P300',
      seen: 'PagerDuty service P300, escalation policy Default',
      title: 'Service P300',
      pagerdutyService: 'P300',
      owners: ['Shop'],
    });
  });
});

describe('deploy/pagerduty/scopes.json', () => {
  const file = new URL('../../deploy/pagerduty/scopes.json', import.meta.url);
  const { scopes, restApiKey } = z
    .object({ scopes: z.array(z.string()), restApiKey: z.string() })
    .parse(JSON.parse(readFileSync(file, 'utf8')));

  it('lists exactly the scopes that the tools name, all of them to read', async () => {
    const window = { from, to };
    const inputs: readonly (readonly [Tool, object])[] = [
      [incidentsTool, { services: ['checkout'], ...window }],
      [incidentTool, { incident: 'QABC' }],
      [onCallTool, { service: 'checkout', moment: at(0) }],
      [relatedTool, { services: ['checkout'], ...window }],
    ];
    const vendor = await startVendor(() => denied);
    const needed = [];
    for (const [tool, input] of inputs) {
      const { fix } = failure(await ask(tool, { environment: one.environment(vendor.url), input }));
      needed.push(...[...fix.matchAll(/\b[a-z_]+\.(?:read|write)\b/gu)].map(([scope]) => scope));
    }

    expect([...new Set(needed)].toSorted()).toEqual(scopes);
    expect(scopes.every((scope) => scope.endsWith('.read'))).toBe(true);
    expect(restApiKey).toBe('read-only');
  });
});
