import type { Plan } from '../../src/core/plan.ts';

export const samplePlan: Plan = {
  format: 1,
  id: 'plan-1',
  version: 1,
  incident: 'INC-1',
  title: 'Roll back payments: revert acme/payments #41',
  kind: 'rollback-pull-request',
  service: 'payments',
  steps: [
    {
      id: 'open',
      action: 'rollback-pull-request',
      parameters: { owner: 'acme', repo: 'payments' },
      says: 'Open a pull request that reverts #41',
    },
  ],
  preconditions: [{ name: 'base', expected: 'abc' }],
  preview: { untrusted: '-max: 20\n+max: 5' },
  rehearsal: ['POST /repos/acme/shop/pulls'],
  inverse: { says: 'Close the pull request', steps: [] },
  risk: 1,
  riskReasons: [],
  blastRadius: { services: 1, files: 2, says: '1 service, 2 files' },
  expectedEffect: 'latency back below 800',
  runsAs: 'the GitHub write token',
  requester: 'sam',
  policyVersion: 'p1',
  catalogueVersion: 'c1',
  createdAtMs: 1_000,
  expiresAtMs: 901_000,
  startWithinMs: 300_000,
};
