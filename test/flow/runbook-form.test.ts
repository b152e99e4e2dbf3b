/** What a form is filled with, where it is offered, and that a delivery makes one plan however often it is handled. */
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Incident } from '../../src/core/incident.ts';
import { readFillButton } from '../../src/core/runbook-form-seal.ts';
import { taint } from '../../src/core/tainted.ts';
import type { FirstLook } from '../../src/flow/first-look.ts';
import type { Settled } from '../../src/flow/investigate.ts';
import { propose } from '../../src/flow/propose.ts';
import { runRunbook } from '../../src/flow/run-runbook.ts';
import { createFormDesk } from '../../src/flow/runbook-form.ts';
import { sendRunbookForm } from '../../src/flow/send-runbook-form.ts';
import type { World } from '../../src/flow/world.ts';
import type { Durable } from '../../src/ports.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';
import { formCatalogue, formStage } from '../support/form-stage.ts';
import { sampleHypothesis } from '../support/sample-hypothesis.ts';

const stage = formStage();
const lee = { platform: 'web', tenant: 'local', account: 'w-lee' } as const;
const incident = (): Promise<Incident> => stage().incidentAt({ platform: 'web', tenant: 'local' });
const plansOf = async ({ id }: Incident): Promise<number> => (await stage().world.store.plansOf(id)).length;

describe('a delivery that is handled again after a crash', () => {
  it('makes one plan of a line', async () => {
    const at = await incident();
    const inbound = {
      type: 'command',
      key: `line-${at.id}`,
      place: at.place,
      actor: lee,
      text: taint(''),
      atMs: 0,
    } as const;
    const request = { inbound, incident: at, name: 'purge-cache', text: 'cache=catalogue' };
    await runRunbook(stage().world, request);
    await runRunbook(stage().world, request);
    expect(await plansOf(at)).toBe(1);
  });

  it('makes one plan of a form', async () => {
    const at = await incident();
    const asked = { incident: at.id, runbook: 'purge-cache' };
    const opening = await stage().forms.open({ actor: lee, place: at.place, by: asked });
    if (opening.kind !== 'form') throw new Error(opening.what);
    const sent = { actor: lee, seal: opening.form.seal, answers: { cache: taint('catalogue') }, atMs: 0 };
    const read = await stage().forms.read(sent);
    if (read.kind !== 'accepted' || read.inbound.type !== 'form') throw new Error(`it was ${read.kind}`);
    await sendRunbookForm(stage().world, read.inbound);
    await sendRunbookForm(stage().world, read.inbound);
    expect(await plansOf(at)).toBe(1);
  });
});

/** Steps of a process that does not die. */
const durable: Durable = {
  step: (_name, run) => run(),
  waitFor: () => Promise.resolve(null),
  pauseUntil: () => Promise.resolve(),
};

const item = (id: string): Omit<Evidence, 'id' | 'incident'> => ({
  tool: 'certificates',
  source: 'prometheus',
  input: {},
  query: `repo:acme/vault ${id}`,
  window: { fromMs: 0, toMs: 1 },
  provenance: 'B',
  result: {},
  sha256: '0',
  bytes: 1,
  redactions: 0,
  link: 'https://vendor.test/',
  headline: ['It ran out'],
  chart: null,
  truncated: false,
  takenAtMs: 0,
});

const telemetry: Telemetry = {
  alert: null,
  window: { fromMs: 0, toMs: 1 },
  services: [],
  edges: [],
  series: [],
  logs: [],
  edgeStats: [],
  changes: [],
};
const look: FirstLook = { gathered: [], waiting: new Set(), gaps: [], telemetry, ranking: rank(telemetry) };

/** Looks for a remedy of an expired certificate in payments, where such causes are only suggested. */
async function proposeIn(world: World, at: Incident): Promise<void> {
  const { id } = await world.store.addEvidence(at.id, 'one', item(at.id));
  const lead: Hypothesis = { ...sampleHypothesis, kind: 'certificate', supports: [{ evidence: id, why: taint('x') }] };
  await world.store.saveHypotheses(null, at.id, [lead]);
  const none = { dropped: 0, lowered: [], label: 'x', spent: null, cost: null, footer: null };
  const settled: Settled = { hypotheses: [lead], challenge: 'survived', ...none };
  const round = { key: null, atMs: 0, question: null };
  const status = { place: at.place, id: (await postStatus(world, at)).id };
  await propose(world, durable, { incident: at, round, look, settled, status });
}

const postStatus = (world: World, { id, place }: Incident) =>
  world.platform('web').post(place, { kind: 'status', fallback: 'Looking' }, `status-${id}`);

const open = (world: World, at: Incident, account: string) =>
  createFormDesk(world).open({
    actor: { ...lee, account },
    place: at.place,
    by: { incident: at.id, runbook: 'rotate-certificate' },
  });

describe('a cause that is only suggested', () => {
  const suggesting = (): World => {
    const { world } = stage();
    const autonomy = [{ cause: 'certificate', runbook: null, level: 'suggest', shadow: false, because: null }] as const;
    return { ...world, catalogue: { ...formCatalogue, autonomy } };
  };

  it('is told with the button that opens its runbook for everybody in the channel', async () => {
    const at = await incident();
    await proposeIn(suggesting(), at);
    const messages = await stage().chatLog.messages({ channel: at.place.channel });
    const card = messages
      .flatMap((each) => each.card ?? [])
      .find(({ fallback }) => fallback.startsWith('I would suggest'));
    expect(card?.actions?.map(({ id, value }) => [id, readFillButton(value)])).toEqual([
      ['fill-runbook', { incident: at.id, runbook: 'rotate-certificate', seal: null }],
    ]);
  });

  it('fills the form with what it established', async () => {
    const at = await incident();
    await proposeIn(suggesting(), at);
    await stage().world.store.saveHypotheses(null, at.id, []);
    expect(await open(stage().world, at, 'w-lee')).toMatchObject({
      form: { fields: [{ label: 'Service (suggested by this incident)', value: taint('payments') }] },
    });
  });

  it('fills nothing for a person who may not read what it rests on', async () => {
    const at = await incident();
    await proposeIn(suggesting(), at);
    const groups = [...formCatalogue.groups, { id: 'vault', title: 'Vault', members: ['dana'] }];
    const restricted = [{ of: 'acme/vault', readers: ['vault'] }];
    const world: World = { ...stage().world, catalogue: { ...formCatalogue, groups, restricted } };
    expect(await open(world, at, 'w-dana')).toMatchObject({ form: { fields: [{ value: taint('payments') }] } });
    expect(await open(world, at, 'w-lee')).toMatchObject({ form: { fields: [{ label: 'Service', value: null }] } });
  });
});
