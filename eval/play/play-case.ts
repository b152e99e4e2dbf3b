/** Plays one case through the product: the alert is posted, a person asks, and what the channel gets is read back. */
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { speak } from '../../src/chat/web/speak.ts';
import { recordingOf } from '../../src/commands/replay.ts';
import { compose, type System } from '../../src/compose.ts';
import { readEnvironment } from '../../src/config.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { LabSite } from '../../src/lab/start-lab.ts';
import { postAlert } from '../../src/local-incident.ts';
import { type Answerer, type RunningModel, startMessages } from '../model/messages-server.ts';
import { type Transcript, transcriptOf } from '../model/transcript.ts';
import { type Answerable, gradeCase, type Said, type Score } from '../score/grade-case.ts';
import type { Scored } from '../score/totals.ts';
import type { Case, Started } from './cases.ts';
import { readOutcome } from './read-outcome.ts';

export type Played = Scored & {
  readonly name: string;
  readonly set: Case['set'];
  readonly run: number;
  readonly truth: Answerable;
  /** What the model answered, where one did. */
  readonly transcript: Transcript | null;
};

/** What whoever reasons may know of the play. */
export type Place = { readonly site: LabSite; evidenceNow(): Promise<readonly Evidence[]> };

export type Reasoning =
  /** The engine alone: no model is asked. */
  | { readonly kind: 'engine' }
  | { readonly kind: 'vendor'; readonly apiKey: string; readonly baseUrl: string | null; readonly model: string | null }
  /** Answers come from here: a transcript, or a person. */
  | {
      readonly kind: 'served';
      readonly by: string;
      /** The transcript that is played again. */
      readonly recorded?: Transcript;
      answerer(place: Place): Answerer;
    };

export type Turn = {
  readonly chosen: Case;
  readonly run: number;
  readonly home: string;
  /** The clock of the world stands still, so that every play reads the same. Nothing can be timed then. */
  readonly still: boolean;
};

const asker = { kind: 'person', id: 'sam', name: 'Sam Lindqvist', account: 'sam' } as const;
const lookEveryMs = 20;
const engineSeconds = 120;
const modelSeconds = 3_600;

/** `home` is an empty one, and is removed afterwards. */
export async function playCase({ chosen, run, home, still }: Turn, reasoning: Reasoning): Promise<Played> {
  const started = await chosen.start(run, still ? 0 : 1);
  const model = reasoning.kind === 'served' ? await startServed(reasoning, started) : null;
  try {
    const system = await systemOf({
      home,
      site: started.site,
      variables: modelVariables(reasoning, model?.running ?? null),
    });
    model?.know(system);
    try {
      const played = await play({ chosen, run, reasoning, started, system });
      return still ? { ...played, firstCardMs: null, verdictMs: null } : played;
    } finally {
      await system.close();
    }
  } finally {
    await model?.running.close();
    await started.site.close();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function startServed(reasoning: Reasoning & { kind: 'served' }, { site }: Started) {
  let known: System | null = null;
  const evidenceNow = async (): Promise<readonly Evidence[]> => {
    const incident = (await known?.world.store.incidents(1))?.[0];
    return incident === undefined ? [] : ((await known?.world.store.evidence(incident.id)) ?? []);
  };
  const running = await startMessages(reasoning.answerer({ site, evidenceNow }));
  return {
    running,
    know: (system: System): void => {
      known = system;
    },
  };
}

type Variables = { readonly [name: string]: string };

function modelVariables(reasoning: Reasoning, running: RunningModel | null): Variables {
  if (reasoning.kind === 'engine') return {};
  const patient = { INVESTIGATION_SECONDS_MAX: String(modelSeconds) };
  if (reasoning.kind === 'served')
    return { ANTHROPIC_API_KEY: 'nobody-is-paid', ANTHROPIC_BASE_URL: running?.url ?? '', ...patient };
  return {
    ANTHROPIC_API_KEY: reasoning.apiKey,
    ...(reasoning.baseUrl === null ? {} : { ANTHROPIC_BASE_URL: reasoning.baseUrl }),
    ...(reasoning.model === null ? {} : { CAUSEWAY_MODEL: reasoning.model }),
  };
}

async function systemOf({
  home,
  site,
  variables,
}: {
  home: string;
  site: LabSite;
  variables: Variables;
}): Promise<System> {
  const environment = readEnvironment({ ...variables, CAUSEWAY_HOME: home, LOG_LEVEL: 'silent', PORT: '0' });
  if (!environment.ok) throw new Error(environment.failure.join('\n'));
  const composed = await compose({
    environment: environment.value,
    variables: { ...variables, ...site.environment },
    catalogueText: site.catalogueText,
    clock: site.clock,
    log: pino({ level: 'silent' }),
    webUrl: 'http://127.0.0.1:3000',
  });
  if (!composed.ok) throw new Error(composed.failure.join('\n'));
  return composed.value;
}

type Play = {
  readonly chosen: Case;
  readonly run: number;
  readonly reasoning: Reasoning;
  readonly started: Started;
  readonly system: System;
};

async function play({ chosen, run, reasoning, started, system }: Play): Promise<Played> {
  const { site, asked, truth } = started;
  const { store, clock } = system.world;
  await system.launch();
  await postAlert(system, site.alert);
  const { chatLog, intake } = system;
  const said = { channel: site.alert.channel, root: null, text: asked, key: 'asked', author: asker };
  await speak({ chatLog, intake, clock }, said);
  const seconds = reasoning.kind === 'engine' ? engineSeconds : modelSeconds;
  const incident = await settled(system, seconds);
  const outcome = await readOutcome(store, incident);
  const recording = await recordingOf(store, incident.id);
  return {
    ...outcome,
    name: chosen.name,
    set: chosen.set,
    run,
    truth,
    score: scoreOf(site, truth, outcome.said),
    transcript: recording && transcriptOf({ scenario: chosen.name, reasonedBy: reasonedBy(reasoning) }, recording),
  };
}

function reasonedBy(reasoning: Reasoning): string {
  if (reasoning.kind === 'engine') return 'nobody';
  return reasoning.kind === 'served' ? reasoning.by : `model ${reasoning.model ?? 'by default'}`;
}

function scoreOf({ world }: LabSite, truth: Answerable, said: Said): Score {
  const calls = (from: string, to: string): boolean =>
    world.services.some(({ id, dependsOn }) => id === from && dependsOn.includes(to));
  return gradeCase(truth, said, (one, other) => calls(one, other) || calls(other, one));
}

/** @throws when no verdict came in time. */
async function settled({ world }: System, seconds: number): Promise<Incident> {
  const untilMs = performance.now() + seconds * 1_000;
  while (performance.now() < untilMs) {
    const incident = (await world.store.incidents(1))[0];
    const rows = incident === undefined ? [] : await world.store.auditRows({ incident: incident.id, kind: 'verdict' });
    if (incident !== undefined && rows.length > 0) return incident;
    await pause(lookEveryMs);
  }
  throw new Error(`no verdict in ${seconds} s`);
}
