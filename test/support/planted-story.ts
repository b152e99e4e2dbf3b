/** One incident in which every source says what must not leave, told to its end, with everything that left. */
import { pino } from 'pino';
import { z } from 'zod';
import { renderCard as renderSlack } from '../../src/chat/slack/render.ts';
import { renderActivity } from '../../src/chat/teams/render.ts';
import { auditEvent, auditFormats } from '../../src/core/audit-export.ts';
import type { Json } from '../../src/core/json.ts';
import { taint } from '../../src/core/tainted.ts';
import { compileRollback } from '../../src/flow/compile-rollback.ts';
import { inboundWorkflow } from '../../src/flow/handle-inbound.ts';
import { incidentWorkflow } from '../../src/flow/incident.ts';
import { onClick } from '../../src/flow/on-click.ts';
import { compilePostmortem } from '../../src/flow/postmortem.ts';
import { redactPlanner } from '../../src/flow/redact-actions.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { keepReason } from '../../src/flow/said-reason.ts';
import type { ConnectedTool, World } from '../../src/flow/world.ts';
import { createInvestigator } from '../../src/model/create-investigator.ts';
import type { Redactor } from '../../src/ports.ts';
import { createLogDoor } from '../../src/redact/log-door.ts';
import type { Database } from '../../src/store/open-database.ts';
import { defineTool, type Finding } from '../../src/tool.ts';
import { clickOn, createFlowWorld, deliver, type FlowWorld, mentionIn, sayMention } from './flow-world.ts';
import { type ModelRequest, type Scripted, startMessagesServer } from './messages-server.ts';
import { modelAt } from './model-settings.ts';
import { startWebWorld, visit } from './web-world.ts';

/** What left, by where it went. */
export type Exits = { readonly [exit: string]: string };

type Planted = {
  readonly redactor: Redactor;
  /** What every source says. */
  readonly said: readonly string[];
};

const budget = { toolCallsMax: 9, modelTurnsMax: 9, outputTokensMax: 60_000, dollarsMax: 3, durationMsMax: 60_000 };

export async function tellPlantedStory(database: Database, planted: Planted): Promise<Exits> {
  const flow = await createFlowWorld(database);
  const lines: string[] = [];
  const door = createLogDoor((line) => void lines.push(line));
  door.open(planted.redactor);
  const asked: Json[] = [];
  const model = await startMessagesServer(answer);
  const log = pino({ level: 'trace' }, door.stream);
  const world: World = {
    ...flow.world,
    log,
    redactor: planted.redactor,
    tools: toolsSaying(planted.said, flow, asked),
    investigator: createInvestigator({ settings: modelAt(model.url), log, nowMs: flow.clock.nowMs, random: () => 0.5 }),
    settings: { ...flow.world.settings, budget },
  };
  flow.engine.register('inbound', inboundWorkflow(world));
  flow.engine.register('incident', incidentWorkflow(world));
  flow.engine.register('remediation', remediationWorkflow(world));
  await flow.engine.launch();
  const told = { ...flow, world };
  const all = planted.said.join('\n');
  await sayMention(told, `why is payments slow? ${all}`);
  const incident = await world.store.incidentAt({ platform: 'web', tenant: 'local', channel: flow.channel });
  if (!incident) throw new Error('no incident was opened');
  await flow.engine.finished(`incident:${incident.id}`);
  await deliver(told, { ...mentionIn(told, `I see ${all}`, 'statement'), type: 'message', bot: false } as never);
  for (const command of ['why E1', 'why H1', 'timeline', 'brief', 'postmortem', `runbook ${all}`])
    await sayMention(told, command, command.slice(0, 8));
  await onClick(world, { ...clickOn(told, `${incident.id}:E1`, 'w-sam'), action: 'rerun-evidence' });
  log.error({ error: Object.assign(new Error(all), { response: { body: all, said: planted.said } }) }, 'a call failed');
  const exits = {
    ...(await exitsOf(told, incident.id, planted)),
    'requests to the model': JSON.stringify(model.requests),
    'calls of tools the model asked for': JSON.stringify(asked),
  };
  await door.flush();
  await flow.engine.shutdown();
  await model.close();
  return { ...exits, 'the log': lines.join('') };
}

/** A model that sends on, wherever it can, the end of what it was told. */
function answer(turn: number, request: ModelRequest): Scripted {
  const last = JSON.stringify(request.messages).slice(-3_000);
  const claim = { text: last.slice(-500), citations: [{ evidence: 'E1', number: { pointer: '/depth', value: 7 } }] };
  const hypothesis = { kind: 'quota', entity: 'payments', change: null, claims: [claim], wrongIf: last, against: [] };
  if (turn === 0) return { uses: [{ name: 'planted_found', input: { service: last } }] };
  if (turn === 1)
    return { uses: [{ name: 'submit_findings', input: { outcome: 'causes', hypotheses: [hypothesis] } }] };
  return { uses: [{ name: 'submit_challenge', input: { verdict: 'survived', objection: last.slice(0, 300) } }] };
}

function toolsSaying(said: readonly string[], flow: FlowWorld, asked: Json[]): readonly ConnectedTool[] {
  const named = (name: string, readsMonitors = false) =>
    defineTool({
      name: `planted_${name}`,
      source: name,
      description: 'A source that says too much.',
      environment: z.object({}),
      input: z.object({ service: z.string() }),
      probes: () => [{ service: 'payments' }],
      connect: () => () => Promise.reject(new Error('never connected')),
      ...(readsMonitors ? { readsMonitors } : {}),
    });
  const all = said.join('\n');
  const failed: Finding = { kind: 'failed', reason: `403: ${all}`, retryable: false, blocks: all, fix: all };
  const empty: Finding = {
    kind: 'empty',
    searched: all,
    query: all,
    window: { fromMs: 1, toMs: 2 },
    link: 'https://vendor.test/',
  };
  return [
    { tool: named('alerts', true), call: async () => findingSaying(said, flow.clock.nowMs()) },
    {
      tool: named('found'),
      call: async (input) => {
        asked.push(input);
        return findingSaying(said, flow.clock.nowMs());
      },
    },
    { tool: named('failed'), call: async () => failed },
    { tool: named('empty'), call: async () => empty },
    { tool: named('throws'), call: () => Promise.reject(Object.assign(new Error(all), { body: all, headers: said })) },
  ];
}

function findingSaying(said: readonly string[], nowMs: number): Finding {
  const all = said.join('\n');
  return {
    kind: 'found',
    result: { depth: 7, lines: said, nested: { deep: [{ title: all }] }, [`member ${said[0]}`]: 1 },
    provenance: 'C',
    query: all,
    window: { fromMs: nowMs - 600_000, toMs: nowMs },
    link: `https://vendor.test/?q=${said[0]}`,
    headline: ['The queue says ', ...said.map(taint)],
    chart: {
      title: said[0] ?? '',
      unit: 'ms',
      series: said.map((name) => ({ name, points: [[nowMs - 1_000, 1] as const, [nowMs, 2] as const] })),
      marks: said.map((label) => ({ atMs: nowMs, label, kind: 'change' as const })),
    },
    view: taint(all),
    truncated: false,
    signals: {
      monitors: [
        {
          monitor: 'm1',
          title: all,
          query: all,
          state: 'alert',
          service: 'payments',
          metric: 'latency_p95_ms',
          comparator: '>',
          threshold: 500,
          triggeredAtMs: nowMs - 300_000,
        },
      ],
      logs: said.map((text) => ({
        service: 'payments',
        template: text,
        sample: text,
        level: 'error' as const,
        count: 90,
        baselineCount: 0,
        firstSeenMs: nowMs - 310_000,
      })),
      changes: said.map((title, index) => ({
        id: `acme/payments#${index}`,
        kind: 'pull-request' as const,
        service: 'payments',
        atMs: nowMs - 320_000 - index,
        title,
        repository: 'acme/payments',
        sha: 'a'.repeat(40),
        pullNumber: index + 1,
        paths: ['src/pool.ts'],
        diff: `+${title}`,
      })),
    },
  };
}

async function exitsOf(told: FlowWorld, id: `INC-${number}`, { redactor, said }: Planted): Promise<Exits> {
  const { world } = told;
  const messages = await told.said();
  const cards = messages.flatMap(({ card }) => card ?? []);
  const rows = await world.store.auditRows({});
  const incident = await world.store.incident(id);
  const evidence = await world.store.evidence(id);
  const [lead] = await world.store.hypotheses(id);
  const all = said.join('\n');
  const planRollback = redactPlanner(redactor, async () => ({
    kind: 'clean',
    parameters: { owner: 'acme', repo: 'payments', headSha: 'b'.repeat(40) },
    files: [all],
    checks: [{ level: 'warn', says: all }],
    diff: `+${all}`,
  }));
  const change = { repository: 'acme/payments', sha: 'a'.repeat(40), pullNumber: 41, mergedAtMs: 1 };
  const plan =
    incident && lead
      ? await compileRollback({ ...world, planRollback }, { incident, lead: { ...lead, change } })
      : null;
  const recording = { incident, evidence, audit: rows, tape: await world.store.tape(id) };
  const reason = await keepReason(world, taint(all));
  const audits = auditFormats.map((format) => [
    `the audit log as ${format}`,
    rows.map((row) => JSON.stringify(auditEvent(row, format))).join('\n'),
  ]);
  return {
    'cards as posted': JSON.stringify(cards),
    'documents in the chat': JSON.stringify(messages.flatMap(({ document }) => document ?? [])),
    'messages to Slack': JSON.stringify(
      cards.map((card) => renderSlack(card, { mark: 'mark', version: 1, people: world.catalogue.people })),
    ),
    'messages to Teams': JSON.stringify(cards.map((card) => renderActivity(card, () => null))),
    'the postmortem': JSON.stringify(await compilePostmortem(world, id)),
    'the recording': JSON.stringify(recording),
    'the ledger': JSON.stringify([await world.store.gaps(id), await world.store.hypotheses(id)]),
    'a plan, its diff and the text of its pull request': JSON.stringify(plan),
    'the reason of a decision': JSON.stringify(reason),
    ...Object.fromEntries(audits),
    'the pages': await pagesOf(
      told,
      id,
      evidence.map((item) => item.id),
    ),
  };
}

async function pagesOf({ world }: FlowWorld, id: string, evidence: readonly string[]): Promise<string> {
  const { web } = await startWebWorld({
    store: world.store,
    postmortem: ({ id: one }) => compilePostmortem(world, one),
  });
  const visitor = await visit(web.url, '/c/incidents');
  const paths = [
    `/i/${id}`,
    `/i/${id}/postmortem`,
    '/incidents',
    '/stats',
    '/audit',
    ...evidence.map((one) => `/i/${id}/e/${one}`),
  ];
  const pages: string[] = [];
  for (const path of paths) pages.push((await visitor.get(path)).html);
  await web.stop();
  return pages.join('\n');
}
