/** A configuration value that was fine on paper. */
import { drawInteger, pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, errorsOf } from '../fault.ts';
import { configPull } from '../sources/source.ts';

type Variant = Pick<Fault, 'alertOn' | 'effects' | 'edgeEffects' | 'voices'> & {
  readonly service: string;
  readonly title: string;
  readonly body: string;
  readonly find: string;
  readonly replace: string;
};

const variants: readonly Variant[] = [
  {
    service: 'checkout',
    title: 'Fail fast when paying takes too long',
    body: 'Eight seconds of spinner is too long. Values as discussed in the latency review.',
    find: '  timeoutMs: 8000\n',
    replace: '  timeoutMs: 300\n',
    alertOn: [errorsOf('checkout')],
    effects: {},
    edgeEffects: { 'checkout>payments': { errorRatio: 0.62 } },
    voices: [
      {
        service: 'checkout',
        level: 'error',
        perMinute: 7,
        says: (d) => `payments.charge aborted: timeoutMs 300 exceeded after ${d.number(300, 309)}ms`,
      },
    ],
  },
  {
    service: 'search',
    title: 'Use the sidecar port for catalog calls',
    body: 'The mesh listens next to the service.',
    find: 'http://catalog.prod.svc:8080',
    replace: 'http://catalog.prod.svc:8081',
    alertOn: [errorsOf('web'), errorsOf('search')],
    effects: {},
    edgeEffects: { 'search>catalog': { errorRatio: 0.93, blocked: true } },
    voices: [
      {
        service: 'search',
        level: 'error',
        perMinute: 7,
        says: (d) => `connect ECONNREFUSED catalog.prod.svc:8081 (10.20.${d.number(1, 9)}.${d.number(10, 99)})`,
      },
    ],
  },
  {
    service: 'web',
    title: 'Protect pods from request floods',
    body: 'A lower ceiling per pod, the balancer spreads the rest.',
    find: '  maxConcurrentRequests: 400\n  queue: 100\n',
    replace: '  maxConcurrentRequests: 4\n  queue: 2\n',
    alertOn: [errorsOf('web')],
    effects: { web: { errorRatio: 0.34, latencyMs: 160 } },
    edgeEffects: {},
    voices: [
      {
        service: 'web',
        level: 'error',
        perMinute: 8,
        says: (d) => `503 too many concurrent requests: maxConcurrentRequests 4 reached, queue ${d.number(2, 2)} full`,
      },
    ],
  },
  {
    service: 'inventory',
    title: 'Do not wait for locked stock rows',
    body: 'Shorter waits keep the pool free.',
    find: '  lockTimeoutMs: 2000\n',
    replace: '  lockTimeoutMs: 5\n',
    alertOn: [errorsOf('checkout'), errorsOf('inventory')],
    effects: { inventory: { errorRatio: 0.4 } },
    edgeEffects: {},
    voices: [
      {
        service: 'inventory',
        level: 'error',
        perMinute: 7,
        says: (d) =>
          `reservation ${d.number(10000, 99999)} failed: canceling statement due to lock timeout (lockTimeoutMs 5)`,
      },
    ],
  },
];

export const configChange = (key: number): Fault => {
  const { service, title, body, find, replace, ...shows } = pick(key, 0, variants);
  return {
    ...blankFault,
    ...shows,
    entity: service,
    kind: 'config-change',
    change: {
      type: 'pull',
      pull: configPull(service, { title, body, find, replace }),
      liveMinutesBefore: drawInteger(key, 1, [0, 5]),
    },
  };
};
