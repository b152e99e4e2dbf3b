/** The read that goes to no vendor: a page of an evidence item as the ledger holds it. */
import { z } from 'zod';
import type { EvidenceId } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { lookCloser, type Page } from '../core/look-closer.ts';
import { taint } from '../core/tainted.ts';
import type { ModelTool } from './investigator.ts';
import type { World } from './world.ts';

const tokensMax = 2_000;

const Input = z.strictObject({
  evidence: z
    .string()
    .regex(/^E\d{1,6}$/u)
    .describe('Id of the evidence, e.g. E3'),
  pointer: z
    .string()
    .max(300)
    .default('')
    .describe('JSON pointer (RFC 6901) into its stored result, e.g. /templates; empty for the whole'),
  contains: z.string().max(200).default('').describe('Only lines that contain this text'),
  offset: z.int().min(0).default(0).describe('Lines to skip; the last answer says where the next page begins'),
});

export function lookCloserTool(world: World, incident: Incident): ModelTool {
  return {
    name: 'look_closer',
    description:
      'A page of the full stored result of an evidence item, when its view left something out. Asks no vendor and costs ' +
      'nothing.',
    inputSchema: z.toJSONSchema(Input, { io: 'input' }) as Json,
    call: async (given) => {
      const input = Input.safeParse(given);
      if (!input.success) return { kind: 'bad-input', says: z.prettifyError(input.error) };
      const id = input.data.evidence as EvidenceId;
      const evidence = await world.store.evidenceById(incident.id, id);
      if (!evidence) return { kind: 'bad-input', says: `there is no evidence ${id} in this incident` };
      const page = lookCloser(evidence.result, input.data, tokensMax);
      if (page.kind === 'no-such-place') {
        return { kind: 'bad-input', says: `nothing is at ${page.pointer}; there is ${page.there.join(' ')}` };
      }
      return { kind: 'evidence', id, view: taint(pageText(page, input.data)), result: evidence.result, numbers: false };
    },
  };
}

function pageText({ lines, total, next }: Page & { kind: 'page' }, { offset }: { readonly offset: number }): string {
  const rest = next === null ? 'that is all' : `the next page begins at offset ${next}`;
  return [`lines ${offset} to ${offset + lines.length} of ${total}; ${rest}`, ...lines].join('\n');
}
