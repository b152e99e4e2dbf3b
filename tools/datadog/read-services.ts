import type { Service } from '../../src/core/catalogue.ts';
import type { Finding, ToolContext } from '../../src/tool.ts';
import { orFailure } from '../reading/failure.ts';
import { httpRefusal } from '../reading/http-error.ts';
import { pickServices } from '../reading/scope.ts';

type ServicesRead = {
  /** Catalogue ids. */
  readonly services: readonly string[];
  readonly context: ToolContext;
  /** What is read, for the sentence that tells a refusal. */
  readonly asked: string;
  readonly blocks: string;
  readonly grant: string;
};

/** A read about some services; its refusals are told with the grant that would allow it. */
export async function readServices(
  { services, context, asked, blocks, grant }: ServicesRead,
  read: (services: readonly Service[]) => Promise<Finding>,
): Promise<Finding> {
  const picked = pickServices(services, context.catalogue);
  if (!picked.ok) return picked.failure;
  const attempt = { vendor: 'Datadog', asked, nowMs: context.nowMs, blocks, grant };
  return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, () => read(picked.value));
}
