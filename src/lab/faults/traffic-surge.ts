/** More visitors than the shop was sized for. The cause is where traffic enters: `web`. */
import { draw, pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, latencyOf } from '../fault.ts';

/** Part of the shop that this crowd uses more than usual. */
const crowds: readonly Fault['trafficMix'][] = [
  {},
  { 'web>search': 1.4 },
  { 'web>accounts': 1.5 },
  { 'web>catalog': 1.3 },
];

export const trafficSurge = (key: number): Fault => ({
  ...blankFault,
  entity: 'web',
  kind: 'traffic-surge',
  alertOn: pick(key, 0, [
    [latencyOf('web')],
    [latencyOf('catalog'), latencyOf('web')],
    [latencyOf('search'), latencyOf('web')],
  ]),
  rampMinutes: 6,
  surgeTo: 2.3 + draw(key, 1) * 0.5,
  trafficMix: pick(key, 2, crowds) ?? {},
  voices: [
    {
      service: 'web',
      level: 'warn',
      perMinute: 4,
      quietOnceScaled: true,
      says: (d) => `request queue is ${d.number(120, 480)} long, oldest waits ${d.number(300, 2400)}ms`,
    },
  ],
});
