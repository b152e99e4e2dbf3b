/** The incident page of one person: what they may not read is withheld in evidence and in causes, nothing else is. */
import { expect, it } from 'vitest';
import { loadRecord } from '../../../src/chat/web/incident-record.ts';
import { readableBy } from '../../../src/chat/web/readable-by.ts';
import { createMemoryStore, emptyRows } from '../../support/memory-store.ts';
import { tellStory } from '../../support/sample-story.ts';
import { startWebWorld, webCatalogue } from '../../support/web-world.ts';

async function recordOf() {
  const world = await startWebWorld();
  await tellStory(world);
  await world.web.stop();
  const incident = await world.store.incident('INC-1');
  if (!incident) throw new Error('the story has no incident');
  return loadRecord(world.store, incident);
}

const hidden = 'E2';

async function seenBy(person: string) {
  const record = await recordOf();
  const item = record.evidence.find(({ id }) => id === hidden);
  const catalogue = { ...webCatalogue, restricted: [{ of: 'acme/vault', readers: ['payments-oncall'] }] };
  const evidence = record.evidence.map((each) => (each.id === hidden ? { ...each, query: 'repo:acme/vault' } : each));
  return { record, item, seen: readableBy({ ...record, evidence }, catalogue, person) };
}

it('is the whole record for a member of the readers', async () => {
  const { seen, record, item } = await seenBy('lee');
  expect(seen.evidence.find(({ id }) => id === hidden)).toEqual({ ...item, query: 'repo:acme/vault' });
  expect(seen.hypotheses).toEqual(record.hypotheses);
});

it('withholds the item, and the words of each cause that rests on it, from everybody else', async () => {
  const { seen, record, item } = await seenBy('sam');
  const shown = seen.evidence.find(({ id }) => id === hidden);
  expect(shown).toMatchObject({ id: hidden, query: '[withheld here]', result: null, chart: null, link: '' });
  expect(JSON.stringify(shown?.headline)).toContain('readable by payments-oncall only');
  expect(JSON.stringify(seen)).not.toContain('acme/vault');
  expect(item?.result).not.toBeNull();
  const rests = record.hypotheses.filter(({ supports, refutes }) =>
    [...supports, ...refutes].some(({ evidence }) => evidence === hidden),
  );
  expect(rests.length).toBeGreaterThan(0);
  for (const { id, mechanism } of rests) {
    const told = seen.hypotheses.find((each) => each.id === id);
    expect(told?.mechanism.untrusted).toBe('[withheld here]');
    expect(told?.mechanism).not.toEqual(mechanism);
  }
  expect(seen.evidence.filter(({ id }) => id !== hidden)).toEqual(record.evidence.filter(({ id }) => id !== hidden));
});

it('is the record itself where nothing is restricted', async () => {
  const incident = { id: 'INC-1', place: { platform: 'web', tenant: 'local', channel: 'x' } } as const;
  const store = createMemoryStore(emptyRows());
  const record = await loadRecord(store, {
    ...incident,
    phase: 'open',
    openedAtMs: 0,
    openedBy: 'alert',
    question: null,
    symptom: null,
    onsetMs: null,
  });
  expect(readableBy(record, webCatalogue, 'sam')).toBe(record);
});
