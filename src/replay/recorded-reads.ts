/** The model's reads, answered from the tape. */
import { z } from 'zod';
import { canonicalJson } from '../core/digest.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Json } from '../core/json.ts';
import type { Recording } from '../core/recording.ts';
import { taint } from '../core/tainted.ts';
import { tapeKey } from '../flow/tape.ts';
import type { ConnectedTool } from '../flow/world.ts';
import type { Finding, Tool } from '../tool.ts';
import { Diverged } from './differences.ts';

const gap = z.object({ reason: z.string(), blocks: z.string(), fix: z.string() });
const recordedRead = z.object({
  tool: z.string(),
  input: z.json(),
  evidence: z.string().nullable(),
  view: z.object({ untrusted: z.string() }).nullable(),
  gap: gap.nullable(),
  empty: z.string().nullable(),
});
type RecordedRead = z.output<typeof recordedRead>;

/** Tools that take their answers from the recording, in the order they were connected then. */
export function recordedTools(
  recording: Recording,
  tools: readonly Tool[],
  names: readonly string[],
): readonly ConnectedTool[] {
  const prefix = tapeKey('model', '');
  const reads = recording.tape
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ document }) => recordedRead.parse(document));
  return names.map((name) => {
    const tool = tools.find((each) => each.name === name) ?? goneTool(name);
    return { tool, call: async (input) => findingOf(takeRead(reads, name, input), recording.evidence) };
  });
}

function takeRead(reads: RecordedRead[], tool: string, input: Json): RecordedRead {
  const asked = canonicalJson(input);
  const index = reads.findIndex((each) => each.tool === tool && canonicalJson(each.input) === asked);
  const [read] = index < 0 ? [] : reads.splice(index, 1);
  if (read === undefined) throw new Diverged(`the model's read of ${tool} with ${asked} is not in the recording`);
  return read;
}

function findingOf({ evidence: id, view, gap: failed, empty }: RecordedRead, evidence: readonly Evidence[]): Finding {
  if (failed !== null) return { kind: 'failed', retryable: false, ...failed };
  const item = evidence.find((each) => each.id === id);
  // Recordings of before empty reads were evidence have no item.
  const { query, window, link } = item ?? { query: '', window: { fromMs: 0, toMs: 0 }, link: '' };
  if (item === undefined || view === null) return { kind: 'empty', searched: empty ?? '', query, window, link };
  const { result, provenance, headline, chart, truncated } = item;
  const shown = taint(view.untrusted);
  return {
    kind: 'found',
    result,
    provenance,
    query,
    window,
    link,
    headline,
    chart,
    view: shown,
    signals: {},
    truncated,
  };
}

/** A tool that this version, or this configuration, does not have: it was never asked in a first look. */
const goneTool = (name: string): Tool => ({
  name,
  source: name,
  description: 'A tool that is not here any more.',
  environment: z.object({}),
  input: z.object({}),
  probes: () => [],
  connect: () => () => Promise.reject(new Diverged(`${name} is not in this version`)),
});
