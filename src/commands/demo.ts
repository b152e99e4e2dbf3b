/** `causeway demo --headless`: plays one lab incident to the end, with simulated people acting over HTTP as a browser does. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, type System } from '../compose.ts';
import { type Environment, readEnvironment } from '../config.ts';
import { verifyChain } from '../core/audit-chain.ts';
import type { CauseKind } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import { clocksOf } from '../core/postmortem.ts';
import { postsOf } from '../core/posts.ts';
import { faultNames } from '../lab/fault-list.ts';
import { playResponders } from '../lab/responders.ts';
import { scoreAnswer } from '../lab/score.ts';
import { type Lab, startLab } from '../lab/start-lab.ts';
import { postAlert } from '../local-incident.ts';
import { startLog } from '../redact/process-log.ts';
import { serve } from '../serve.ts';
import { complain, printJson, printLine, progress } from './say.ts';

export type DemoOptions = {
  readonly fault: string;
  readonly seed: number;
  readonly json: boolean;
  readonly variables: { readonly [name: string]: string | undefined };
};

export type DemoResult = Awaited<ReturnType<typeof playDemo>>;

export const listFaults = (): number => {
  printJson(faultNames);
  return 0;
};

/** Exit code 0 when it played to the end, whatever the answer was. */
export async function demo(options: DemoOptions): Promise<number> {
  const fault = faultNames.find((name) => name === options.fault);
  if (!fault) {
    complain(`There is no fault "${options.fault}". Known: ${faultNames.join(', ')}.`);
    return 2;
  }
  const environment = readEnvironment({
    ...options.variables,
    PORT: '0',
    LOG_LEVEL: options.variables['LOG_LEVEL'] ?? 'error',
  });
  if (!environment.ok) {
    for (const problem of environment.failure) complain(problem);
    return 2;
  }
  const given = options.variables['CAUSEWAY_HOME'];
  const home = given ?? (await mkdtemp(join(tmpdir(), 'causeway-demo-')));
  try {
    const result = await playDemo({ ...options, fault }, { ...environment.value, CAUSEWAY_HOME: home });
    if (options.json) printJson(result);
    else printSummary(result);
    return 0;
  } finally {
    if (!given) await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function playDemo({ fault, seed, variables }: DemoOptions, environment: Environment) {
  const { log, door } = startLog(environment.LOG_LEVEL);
  const lab = await startLab({ seed, fault, stateDirectory: join(environment.CAUSEWAY_HOME, `lab-${fault}-${seed}`) });
  const composed = await compose({
    environment,
    variables: { ...variables, ...lab.environment },
    catalogueText: lab.catalogueText,
    clock: lab.clock,
    log,
    webUrl: 'http://127.0.0.1:3000',
    trustsBrowser: true,
  });
  if (!composed.ok) throw new Error(composed.failure.join('\n'));
  const system = composed.value;
  door.open(system.world.redactor);
  const serving = await serve(system, {
    host: '127.0.0.1',
    port: 0,
    log,
    routers: [],
    channels: [lab.alert.channel],
    pages: true,
  });
  const tell = (line: string): void => {
    progress(line);
    log.info({ line }, 'demo');
  };
  try {
    await system.launch();
    await postAlert(system, lab.alert);
    tell(`playing ${fault}, seed ${seed}`);
    const incident = await playResponders({ lab, system: { ...system, url: serving.url }, progress: tell });
    return await resultOf({ fault, seed, lab, system, incident });
  } finally {
    await serving.close();
    await door.flush();
    await system.close();
    await lab.close();
  }
}

async function resultOf({
  fault,
  seed,
  lab,
  system,
  incident,
}: {
  fault: string;
  seed: number;
  lab: Lab;
  system: System;
  incident: Incident;
}) {
  const { store } = system.world;
  const hypotheses = await store.hypotheses(incident.id);
  const audit = await store.auditRows({});
  const ranking = audit.findLast(({ kind }) => kind === 'engine.ranking');
  const verdict = audit.findLast(({ kind }) => kind === 'verdict');
  const nothingWrong = [ranking, verdict].some((row) => row?.body['outcome'] === 'nothing-wrong');
  const causes = hypotheses.map(({ entity, kind, change, word, score }) => ({
    entity,
    kind,
    change: change ? `${change.repository}#${change.pullNumber ?? change.sha.slice(0, 12)}` : null,
    verdict: word,
    score,
  }));
  const told = causesForScore(audit, causes);
  const scored = scoreAnswer(lab.truth, { outcome: nothingWrong ? 'nothing-wrong' : 'ranked', causes: told });
  const clocks = clocksOf({ incident, audit: audit.filter((row) => row.incident === incident.id) });
  const recovery = audit.find(({ kind }) => kind === 'recovery');
  const chain = verifyChain(audit);
  return {
    fault,
    seed,
    truth: lab.truth,
    verdict: nothingWrong ? 'NothingWrong' : (hypotheses[0]?.word ?? 'Inconclusive'),
    causes,
    right: scored.right,
    wrongConfirmed: !scored.right && hypotheses[0]?.word === 'Confirmed',
    firstCardMs: since(incident.openedAtMs, clocks.firstCardAtMs),
    verdictMs: since(incident.openedAtMs, clocks.verdictAtMs),
    pullRequestUrl: pullUrl(audit),
    recovered: recovery ? recovery.body['verdict'] === 'worked' : null,
    auditVerified: chain.ok,
    posts: postsOf(audit),
    costUsd: audit.reduce(
      (sum, { body, kind }) => sum + (kind === 'model.response' ? Number(body['dollars'] ?? 0) : 0),
      0,
    ),
  };
}

type Rows = Awaited<ReturnType<System['world']['store']['auditRows']>>;

/** The engine names flags by their event; hypotheses only carry code-host changes. */
function causesForScore(audit: Rows, causes: readonly { entity: string; kind: CauseKind; change: string | null }[]) {
  const verdict = audit.findLast(({ kind }) => kind === 'engine.ranking')?.body['causes'];
  const ranked = Array.isArray(verdict) ? verdict : [];
  return causes.map((cause) => {
    const same = ranked.find(
      (each) =>
        typeof each === 'object' &&
        each !== null &&
        !Array.isArray(each) &&
        each['entity'] === cause.entity &&
        each['kind'] === cause.kind,
    );
    const change = same && typeof same === 'object' && !Array.isArray(same) ? same['change'] : null;
    return { ...cause, change: cause.change ?? (typeof change === 'string' ? change : null) };
  });
}

const since = (fromMs: number, toMs: number | null): number | null => (toMs === null ? null : toMs - fromMs);

function pullUrl(audit: Rows): string | null {
  for (const { kind, body } of audit) {
    const outcome = body['outcome'];
    if (kind !== 'effect.result' || outcome === null || typeof outcome !== 'object' || Array.isArray(outcome)) continue;
    const { url } = outcome as { readonly url?: unknown };
    if (typeof url === 'string' && url.includes('/pull/')) return url;
  }
  return null;
}

function printSummary(result: DemoResult): void {
  const [first] = result.causes;
  printLine(`fault      ${result.fault}, seed ${result.seed}`);
  printLine(`verdict    ${result.verdict}${first ? `: ${first.kind} on ${first.entity} ${first.change ?? ''}` : ''}`);
  printLine(`right      ${result.right}`);
  printLine(`first card ${result.firstCardMs} ms, verdict ${result.verdictMs} ms`);
  printLine(`rollback   ${result.pullRequestUrl ?? 'none'}, recovered ${result.recovered}`);
  printLine(`audit      ${result.auditVerified ? 'verifies' : 'DOES NOT VERIFY'}`);
  printLine(`posts      ${result.posts.topLevel} top level, ${result.posts.thread} in threads`);
}
