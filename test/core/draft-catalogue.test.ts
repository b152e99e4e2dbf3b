import { expect, it } from 'vitest';
import type { Service } from '../../src/core/catalogue.ts';
import { draftCatalogue, type Sighting, serviceIdOf } from '../../src/core/draft-catalogue.ts';
import { paymentsService } from '../support/sample-service.ts';

const seen = (name: string, more: Partial<Sighting> = {}): Sighting => ({ name, seen: `Datadog ${name}`, ...more });
const only = (sightings: readonly Sighting[], known: readonly Service[] = []) => {
  const [first, ...rest] = draftCatalogue(sightings, known).services;
  if (first === undefined || rest.length > 0) throw new Error(`expected one service, got ${rest.length + 1}`);
  return first;
};

it.each([
  ['checkout', 'checkout'],
  ['prod-checkout', 'checkout'],
  ['CheckoutApi_live', 'checkout-api'],
  ['checkout.production', 'checkout'],
  ['prod', 'prod'],
  ['42', null],
  ['---', null],
])('reads %s as %s', (name, id) => {
  expect(serviceIdOf(name)).toBe(id);
});

it('joins what several vendors know of one service', () => {
  const { service, isNew } = only([
    seen('cart', { datadogService: 'cart', owners: ['Team Shop'] }),
    seen('prod-cart', { kubernetes: { namespace: 'shop', workload: 'cart' }, logGroups: ['/ecs/cart'] }),
    seen('Cart', { repository: 'acme/cart', tier: 1 }),
  ]);

  expect(isNew).toBe(true);
  expect(service).toMatchObject({
    id: 'cart',
    tier: 1,
    repository: 'acme/cart',
    datadogService: 'cart',
    kubernetes: { namespace: 'shop', workload: 'cart' },
    logGroups: ['/ecs/cart'],
    owners: ['team-shop'],
  });
});

it('says what people must decide: contradictions, guesses, names that lead nowhere', () => {
  const { service, doubts } = only([
    seen('cart', { repository: 'acme/cart', dependsOn: ['ledger', 'cart'] }),
    seen('cart', { repository: 'acme/shop' }),
  ]);

  expect(service.repository).toBe('acme/cart');
  expect(service.dependsOn).toEqual([]);
  expect(doubts).toEqual([
    'repository was also seen as acme/shop',
    'it also calls ledger, seen nowhere else',
    'tier 3 is a guess',
    'nobody is known to own it',
  ]);
});

it('lets stand what people wrote, and ties a sighting to the service that names it', () => {
  const known = paymentsService({ datadogService: 'payments-api', repository: 'acme/payments' });
  const { service, isNew, doubts } = only(
    [seen('PaymentsBackend', { datadogService: 'payments-api', repository: 'acme/other', logGroups: ['/new'] })],
    [known],
  );

  expect(isNew).toBe(false);
  expect(service.id).toBe(known.id);
  expect(service.repository).toBe('acme/payments');
  expect(service.logGroups).toContain('/new');
  expect(doubts).toContain('repository was also seen as acme/other');
});

it('is the same whatever the order in which known services and vendors come', () => {
  const sightings = [seen('b', { dependsOn: ['a'] }), seen('a')];
  const draft = draftCatalogue(sightings, []);
  expect(draft.services.map(({ service }) => service.id)).toEqual(['a', 'b']);
  expect(draftCatalogue(sightings.toReversed(), [])).toEqual(draft);
});
