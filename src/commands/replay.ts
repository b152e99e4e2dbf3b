/** `export` writes what one incident is replayed from; `replay` goes through it again and says what would differ now. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { IncidentId } from '../core/incident.ts';
import type { Recording } from '../core/recording.ts';
import { forgottenWhy } from '../flow/retention.ts';
import { auditPages } from '../flow/walk-audit.ts';
import { loadTools } from '../load-tools.ts';
import type { Store } from '../ports.ts';
import { createRedactor } from '../redact/redactor.ts';
import { replayIncident } from '../replay/replay-incident.ts';
import { printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

const toolsFolder = new URL('../../tools/', import.meta.url);

/** The whole of one incident as one JSON document. */
export const exportIncident = (variables: Variables, id: string): Promise<number> =>
  withSystem(variables, async ({ world: { store } }) => {
    const recording = await recordingOf(store, id);
    if (recording === null) return fail([await noSuchIncident(store, id)]);
    printJson(recording);
    return 0;
  });

const noSuchIncident = async (store: Store, id: string): Promise<string> => {
  const known = (await store.incidents(20)).map((each) => each.id).join(', ');
  return `There is no incident ${id}. Known: ${known || 'none'}.`;
};

/** Everything on record of an incident; null when nobody knows it. */
export async function recordingOf(store: Store, id: string): Promise<Recording | null> {
  const incident = await store.incident(id);
  if (incident === null) return null;
  const audit: Recording['audit'][number][] = [];
  for await (const rows of auditPages(store)) audit.push(...rows.filter((row) => row.incident === incident.id));
  return {
    version: 1,
    incident,
    evidence: await store.evidence(incident.id),
    audit,
    tape: await store.tape(incident.id),
    raw: await rawOf(store, incident.id, audit),
  };
}

async function rawOf(
  store: Store,
  incident: IncidentId,
  audit: Recording['audit'],
): Promise<NonNullable<Recording['raw']>> {
  const named = audit.flatMap(({ body }) => (typeof body['contentSha256'] === 'string' ? [body['contentSha256']] : []));
  const kept = await Promise.all(
    [...new Set(named)].map(async (sha256) => ({ sha256, document: await store.raw(incident, sha256) })),
  );
  return kept.filter(({ document }) => document !== null);
}

export type ReplayOptions = { readonly from?: string; readonly json?: boolean };

/** Exit code 0 when code decides and says the same now, 1 when it does not. */
export async function replay(variables: Variables, id: string | undefined, options: ReplayOptions): Promise<number> {
  if ((id === undefined) === (options.from === undefined)) {
    return fail(['Name an incident, or a file that causeway export wrote: replay INC-1, replay --from FILE.']);
  }
  if (options.from !== undefined) {
    const read = await readRecording(options.from);
    return 'problem' in read ? fail([read.problem]) : tell(read.recording, options);
  }
  return withSystem(variables, async ({ world: { store } }) => {
    const recording = await recordingOf(store, id ?? '');
    if (recording === null) return fail([await noSuchIncident(store, id ?? '')]);
    const why = await forgottenWhy(store, recording.incident.id);
    if (why !== null && recording.tape.length === 0)
      return fail([`${recording.incident.id} cannot be replayed: ${why}.`]);
    return tell(recording, options);
  });
}

// Its parts were checked when they were stored; a file that was changed is what differences are for.
const exported = z.object({
  version: z.literal(1),
  incident: z.object({ id: z.custom<IncidentId>((value) => /^INC-\d+$/u.test(String(value))) }),
  evidence: z.array(z.looseObject({ id: z.string() })),
  audit: z.array(z.looseObject({ seq: z.number(), kind: z.string() })),
  tape: z.array(z.object({ key: z.string(), document: z.json() })),
});

async function readRecording(file: string): Promise<{ recording: Recording } | { problem: string }> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { problem: `--from ${file}: cannot be read. Give a file that causeway export wrote.` };
  try {
    const document: unknown = JSON.parse(text);
    const parsed = exported.safeParse(document);
    if (parsed.success) return { recording: document as Recording };
    return { problem: `--from ${file}: not an export of this version: ${z.prettifyError(parsed.error)}` };
  } catch {
    return { problem: `--from ${file}: not JSON. Give a file that causeway export wrote.` };
  }
}

async function tell(recording: Recording, { json = false }: ReplayOptions): Promise<number> {
  if (recording.tape.length === 0)
    return fail([`${recording.incident.id} has no recording: it was made by an older version.`]);
  const redactor = createRedactor({ tokenKey: randomBytes(16).toString('hex'), ownCredentials: [] });
  try {
    const result = await replayIncident(recording, { tools: await loadTools(toolsFolder), redactor });
    const same = result.differences.length === 0;
    if (json) printJson({ ...result, same });
    else {
      printLine(
        `${result.incident}: ${result.rounds} rounds, ${result.steps} recorded steps and reads, ${result.modelTurns} model turns`,
      );
      for (const difference of result.differences) printLine(`  differs: ${difference}`);
      printLine(same ? 'Code decides and says the same now.' : 'Code decides or says otherwise now.');
    }
    return same ? 0 : 1;
  } finally {
    await redactor.close();
  }
}
