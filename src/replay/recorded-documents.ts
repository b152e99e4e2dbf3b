/** The documents of a recording, as far as a replay reads them. */
import { z } from 'zod';
import type { Budget } from '../core/budget.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { EvidenceId } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import type { Facts } from '../core/recording.ts';
import type { MessageRef } from '../ports.ts';

const names = z.array(z.string());

const recordedCatalogue: z.ZodType<Catalogue> = z.object({
  version: z.string(),
  environment: z.string(),
  services: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      tier: z.union([z.literal(1), z.literal(2), z.literal(3)]),
      repository: z.string().nullable(),
      paths: names,
      logGroups: names,
      datadogService: z.string().nullable(),
      kubernetes: z.object({ namespace: z.string(), workload: z.string() }).nullable(),
      pagerdutyService: z.string().nullable(),
      dependsOn: names,
      owners: names,
      external: z.boolean(),
    }),
  ),
  groups: z.array(z.object({ id: z.string(), title: z.string(), members: names })),
  people: z.array(
    z.object({ id: z.string(), name: z.string(), onCall: z.boolean(), accounts: z.record(z.string(), z.string()) }),
  ),
  breakGlass: z.string().nullable().default(null),
  mcpServers: z.array(
    z.object({
      name: z.string(),
      url: z.string(),
      link: z.string().nullable(),
      tokenVariable: z.string().nullable(),
      assumeReadOnly: z.boolean(),
      tools: z.array(z.object({ name: z.string(), description: z.string(), schemaSha256: z.string().nullable() })),
    }),
  ),
});

const bounds: z.ZodType<Budget> = z.object({
  toolCallsMax: z.number(),
  modelTurnsMax: z.number(),
  outputTokensMax: z.number(),
  dollarsMax: z.number(),
  durationMsMax: z.number(),
});

const shared = z.object({
  dollars: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  seconds: z.number().nullable(),
  toolCalls: z.number().nullable(),
  vendorCalls: z.number().nullable(),
});

export type RecordedFacts = Facts & { readonly budget: Budget };

const recordedFacts = z.object({
  catalogue: recordedCatalogue,
  webUrl: z.string(),
  botName: z.string(),
  baselineMs: z.number(),
  budget: bounds,
  bounds: z.object({ incident: shared, day: shared }).exactOptional(),
  tools: names,
  toolsOff: z.array(z.object({ tool: z.string(), reason: z.string(), blocks: z.string(), fix: z.string() })),
  model: z.boolean(),
  again: z.object({ key: z.string(), atMs: z.number(), question: z.object({ untrusted: z.string() }) }).nullable(),
});

/** Null when another version wrote it. */
export const factsIn = (document: Json): RecordedFacts | null => recordedFacts.safeParse(document).data ?? null;

const evidenceId = z.custom<EvidenceId>((value) => typeof value === 'string' && /^E[1-9]\d*$/u.test(value));
const readOfFirstLook = z.object({ tool: z.string(), evidence: evidenceId.nullable() });

/** The evidence that a read of a first look stored; null for every other document. */
export const evidenceIn = (document: Json): EvidenceId | null =>
  readOfFirstLook.safeParse(document).data?.evidence ?? null;

const postedStatus: z.ZodType<{ readonly value: MessageRef }> = z.object({
  value: z.object({
    place: z.object({
      platform: z.enum(['slack', 'teams', 'web']),
      tenant: z.string(),
      channel: z.string(),
      root: z.string().exactOptional(),
    }),
    id: z.string(),
  }),
});

export const statusIn = (document: Json | undefined): MessageRef | null =>
  postedStatus.safeParse(document).data?.value ?? null;

const shownCards = z.object({
  shown: z.array(z.object({ what: z.string(), key: z.string().optional(), message: z.string() })),
});

/** The messages that a step posted, by their keys. */
export const postsIn = (
  document: Json,
): ReadonlyArray<{ readonly key: string | undefined; readonly message: string }> =>
  (shownCards.safeParse(document).data?.shown ?? []).flatMap(({ what, key, message }) =>
    what === 'post' ? [{ key, message }] : [],
  );
