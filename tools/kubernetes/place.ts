/** The one workload a tool was asked about, or what to do about it. */
import { type Catalogue, type Service, serviceById } from '../../src/core/catalogue.ts';
import { done, failed, type Result } from '../../src/core/result.ts';
import type { Failed } from '../reading/failure.ts';
import { pickServices } from '../reading/scope.ts';

export type Workplace = { readonly service: Service; readonly namespace: string; readonly workload: string };

export function workplaceOf(id: string, catalogue: Catalogue, blocks: string): Result<Workplace, Failed> {
  const picked = pickServices([id], catalogue);
  if (!picked.ok) return picked;
  const service = serviceById(catalogue, id);
  if (service?.kubernetes) return done({ service, ...service.kubernetes });
  return failed({
    kind: 'failed',
    reason: `the catalogue names no Kubernetes workload for ${id}`,
    retryable: false,
    blocks,
    fix: `Add kubernetes: {namespace, workload} to ${id} in causeway.yaml.`,
  });
}

/** A name as Kubernetes allows it (RFC 1123): it goes into paths and selectors. */
export const objectName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/u;
