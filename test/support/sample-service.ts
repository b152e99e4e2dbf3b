import type { Service } from '../../src/core/catalogue.ts';

/** Payments, with everything a catalogue can leave out left out. */
export const paymentsService = (change: Partial<Service> = {}): Service => ({
  id: 'payments',
  title: 'Payments',
  tier: 1,
  repository: 'acme/payments',
  paths: [],
  logGroups: [],
  datadogService: null,
  kubernetes: null,
  pagerdutyService: null,
  dependsOn: [],
  owners: ['payments'],
  external: false,
  ...change,
});
