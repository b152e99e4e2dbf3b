import { z } from 'zod';
import { type Catalogue, type Service, serviceById } from '../../src/core/catalogue.ts';
import { done, failed, type Result } from '../../src/core/result.ts';
import type { Failed } from './failure.ts';

export const serviceInput = z.string().min(1).max(100).describe('Catalogue id of the service, e.g. checkout');

export const servicesInput = z.array(serviceInput).min(1).max(20).describe('Catalogue ids of the services');

/** The catalogue's entries for these ids, or a failure that lists the ids there are. */
export function pickServices(ids: readonly string[], catalogue: Catalogue): Result<readonly Service[], Failed> {
  const unique = [...new Set(ids)];
  const unknown = unique.filter((id) => serviceById(catalogue, id) === undefined);
  if (unknown.length === 0) {
    return done(unique.flatMap((id) => serviceById(catalogue, id) ?? []));
  }
  return failed({
    kind: 'failed',
    reason: `not in the catalogue: ${unknown.map((id) => JSON.stringify(id.slice(0, 60))).join(', ')}`,
    retryable: false,
    blocks: 'anything about these services',
    fix: `Use one of: ${catalogue.services.map((service) => service.id).join(', ')}.`,
  });
}

/** The `service` tag a service has in Datadog. */
export const datadogTag = (service: Service): string => service.datadogService ?? service.id;
