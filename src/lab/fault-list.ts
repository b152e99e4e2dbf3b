/** Every way to break the shop, by name. A new fault is one file in `faults/` and one line here. */
import type { FaultMaker } from './fault.ts';
import { badDeploy } from './faults/bad-deploy.ts';
import { certificateExpiry } from './faults/certificate-expiry.ts';
import { configChange } from './faults/config-change.ts';
import { dependencyOutage } from './faults/dependency-outage.ts';
import { diskFull } from './faults/disk-full.ts';
import { dnsFailure } from './faults/dns-failure.ts';
import { featureFlag } from './faults/feature-flag.ts';
import { memoryLeak } from './faults/memory-leak.ts';
import { noisyMonitor } from './faults/noisy-monitor.ts';
import { poisonMessage } from './faults/poison-message.ts';
import { poolExhaustion } from './faults/pool-exhaustion.ts';
import { quotaExhausted } from './faults/quota-exhausted.ts';
import { slowQuery } from './faults/slow-query.ts';
import { trafficSurge } from './faults/traffic-surge.ts';

const faults = {
  'bad-deploy': badDeploy,
  'slow-query': slowQuery,
  'pool-exhaustion': poolExhaustion,
  'memory-leak': memoryLeak,
  'config-change': configChange,
  'feature-flag': featureFlag,
  'dependency-outage': dependencyOutage,
  'certificate-expiry': certificateExpiry,
  'traffic-surge': trafficSurge,
  'disk-full': diskFull,
  'dns-failure': dnsFailure,
  'quota-exhausted': quotaExhausted,
  'poison-message': poisonMessage,
  'noisy-monitor': noisyMonitor,
} as const satisfies { readonly [name: string]: FaultMaker };

/** In the order they are documented. */
export const faultNames: readonly string[] = Object.keys(faults);

/** Null for a name that is not in `faultNames`. */
export const faultMaker = (name: string): FaultMaker | null =>
  Object.entries(faults).find(([known]) => known === name)?.[1] ?? null;
