/** A person plays the model: requests are laid down as files, and answers are waited for. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { answerSchema, type ModelAnswer } from './answer.ts';
import type { Answerer, ModelRequest } from './messages-server.ts';

const patienceMs = 600_000;
const lookEveryMs = 250;

export type Waiting = {
  readonly directory: string;
  readonly tell: (line: string) => void;
};

/** `<turn>.request.json`, `<turn>.request.md`, and then `<turn>.answer.json` by whoever plays. */
export function answerByHand({ directory, tell }: Waiting): Answerer {
  return async (request, turn) => {
    await mkdir(directory, { recursive: true });
    const path = (name: string): string => join(directory, `${turn}.${name}`);
    await writeFile(path('request.json'), JSON.stringify(request, null, 1));
    await writeFile(path('request.md'), newestOf(request));
    tell(`turn ${turn}: waiting for ${path('answer.json')}`);
    return waitFor(path('answer.json'), tell);
  };
}

async function waitFor(path: string, tell: (line: string) => void): Promise<ModelAnswer | null> {
  let complained = '';
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookEveryMs) {
    const text = await readFile(path, 'utf8').catch(() => null);
    const read = text === null ? null : readAnswer(text);
    if (read?.ok === true) return read.answer;
    if (read?.ok === false && read.why !== complained) tell(`${path}: ${read.why}`);
    complained = read?.ok === false ? read.why : complained;
    await pause(lookEveryMs);
  }
  tell(`${path}: nobody answered in ${patienceMs / 60_000} minutes`);
  return null;
}

type ReadAnswer = { readonly ok: true; readonly answer: ModelAnswer } | { readonly ok: false; readonly why: string };

/** A file that is only half written is not JSON yet. */
function readAnswer(text: string): ReadAnswer {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(text));
    return parsed.success
      ? { ok: true, answer: parsed.data }
      : { ok: false, why: `does not fit:\n${z.prettifyError(parsed.error)}` };
  } catch {
    return { ok: false, why: 'is not JSON (yet)' };
  }
}

const shown = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('tool_result'), tool_use_id: z.string(), content: z.unknown() }),
]);
const parts = z.array(z.object({ text: z.string() }));

/** The newest message as text for people; rules and tools are in the JSON. */
function newestOf({ messages }: ModelRequest): string {
  const content = messages.at(-1)?.content ?? '';
  if (typeof content === 'string') return `${content}\n`;
  const blocks = content.map((block) => {
    const known = shown.safeParse(block).data;
    if (known === undefined) return `(${block.type})`;
    if (known.type === 'text') return known.text;
    const text =
      parts
        .safeParse(known.content)
        .data?.map((part) => part.text)
        .join('\n') ?? String(known.content);
    return `## Result of ${known.tool_use_id}\n\n${text}`;
  });
  return `${blocks.join('\n\n---\n\n')}\n`;
}
