import { expect, it } from 'vitest';
import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import { servicesInScope } from '../../src/core/scope.ts';

const serviceOf = (id: string, ...dependsOn: readonly string[]): Service => ({
  id,
  title: id,
  tier: 2,
  repository: null,
  paths: [],
  dependsOn,
  external: false,
  owners: [],
  logGroups: [],
  datadogService: null,
  kubernetes: null,
  pagerdutyService: null,
});

const scopeOf = (start: string, all: readonly Service[]): readonly string[] => {
  const catalogue: Catalogue = {
    version: 'c1',
    environment: 'prod',
    services: all,
    groups: [],
    people: [],
    mcpServers: [],
  };
  return servicesInScope(catalogue, start).map(({ id }) => id);
};

const services = [
  serviceOf('web', 'api'),
  serviceOf('api', 'cart', 'auth'),
  serviceOf('cart', 'stock'),
  serviceOf('stock', 'warehouse'),
  serviceOf('warehouse', 'depot'),
  serviceOf('depot'),
  serviceOf('auth'),
  serviceOf('reports', 'cart'),
  serviceOf('elsewhere'),
];

it('reaches a cause however many calls below, nearest first, then callers and who else calls the same', () => {
  expect(scopeOf('api', services)).toEqual(['api', 'cart', 'auth', 'web', 'stock', 'warehouse', 'depot', 'reports']);
});

it('ends where services call each other in a ring', () => {
  expect(scopeOf('a', [serviceOf('a', 'b'), serviceOf('b', 'c'), serviceOf('c', 'a')])).toEqual(['a', 'b', 'c']);
});

it('is every service where the alerting one is unknown', () => {
  expect(scopeOf('nobody', services)).toHaveLength(services.length);
});
