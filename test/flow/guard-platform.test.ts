/** Restricted evidence at the door of a platform: withheld by code where its readers are not the channel's. */
import { beforeEach, expect, it } from 'vitest';
import type { Card } from '../../src/core/card.ts';
import { taint } from '../../src/core/tainted.ts';
import { guardPlatform } from '../../src/flow/guard-platform.ts';
import type { ChatPlatform } from '../../src/ports.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld, openIncident } from '../support/flow-world.ts';
import { webCatalogue } from '../support/web-world.ts';

const database = oneDatabase();
const catalogue = { ...webCatalogue, restricted: [{ of: 'acme/vault', readers: ['payments-oncall'] }] };
const secret = 'the vault fell over';
const card: Card = { kind: 'evidence', fallback: 'E1: evidence', title: [{ evidence: 'E1' }, ' ', taint(secret)] };
let flow: FlowWorld;

beforeEach(async () => {
  flow = await createFlowWorld(database(), catalogue);
  const incident = await openIncident(flow.world, flow.channel);
  await flow.world.store.addEvidence(incident.id, 'k', {
    tool: 'logs',
    source: 'loki',
    input: {},
    query: 'repo:acme/vault',
    window: { fromMs: 0, toMs: 1 },
    provenance: 'C',
    result: { line: secret },
    sha256: '0',
    bytes: 1,
    redactions: 0,
    link: 'https://vendor.test/',
    headline: [secret],
    chart: null,
    truncated: false,
    takenAtMs: 1,
  });
});

const place = () => ({ platform: 'web', tenant: 'local', channel: flow.channel }) as const;
const guarded = (audience?: ChatPlatform['audience']): ChatPlatform => {
  const { audience: _own, ...platform } = flow.world.platform('web');
  return guardPlatform({ ...platform, ...(audience ? { audience } : {}) }, { store: flow.world.store, catalogue });
};
const said = async () => JSON.stringify(await flow.said());

it.each<[string, ChatPlatform['audience'] | undefined]>([
  ['the platform cannot say who is there', undefined],
  ['asking fails', () => Promise.reject(new Error('missing_scope'))],
  ['a guest is there', async () => ({ kind: 'accounts', accounts: ['w-lee', 'w-guest'] })],
  ['the channel is shared with others', async () => ({ kind: 'unknown' })],
])('posts, edits and documents are withheld when %s', async (_, audience) => {
  const platform = guarded(audience);
  const ref = await platform.post(place(), card, `p:${flow.channel}`);
  await platform.update(ref, card, 2);
  await platform.share(
    place(),
    { name: 'postmortem.md', mediaType: 'text/markdown', text: secret },
    `s:${flow.channel}`,
  );
  expect(await said()).not.toContain(secret);
  expect(await said()).toContain('withheld here');
});

it('members of the group see all of it', async () => {
  const platform = guarded(async () => ({ kind: 'accounts', accounts: ['w-lee', 'w-dana'] }));
  await platform.post(place(), card, `p:${flow.channel}`);
  expect(await said()).toContain(secret);
});

it('a private answer is for the one who asked', async () => {
  const to = (account: string) => ({ platform: 'web', tenant: 'local', account }) as const;
  await guarded().whisper(to('w-sam'), place(), card, `w1:${flow.channel}`);
  expect(await said()).not.toContain(secret);
  await guarded().whisper(to('w-lee'), place(), card, `w2:${flow.channel}`);
  expect(await said()).toContain(secret);
});

it('a catalogue that restricts nothing asks nobody', () => {
  const platform = flow.world.platform('web');
  expect(guardPlatform(platform, { store: flow.world.store, catalogue: webCatalogue })).toBe(platform);
});
