/** One small incident and a way to run an investigation of it against a script. Invented data only. */
import { pino } from 'pino';
import type { BoardUpdate } from '../../src/core/board.ts';
import type { Budget } from '../../src/core/budget.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Json } from '../../src/core/json.ts';
import type { ModelSettings } from '../../src/core/model-settings.ts';
import { taint } from '../../src/core/tainted.ts';
import type { Investigation, InvestigationRequest, ModelTool } from '../../src/flow/investigator.ts';
import { createInvestigator } from '../../src/model/create-investigator.ts';
import { type MessagesServer, type Script, type Scripted, startMessagesServer } from '../support/messages-server.ts';
import { modelAt } from '../support/model-settings.ts';

export const startedAtMs = Date.UTC(2026, 10, 20, 14, 0);

export const evidenceOf = (number: number, change: Partial<Evidence>): Evidence => ({
  id: `E${number}`,
  incident: 'INC-1',
  tool: 'datadog_metrics',
  source: 'datadog',
  input: {},
  query: 'p95:trace.http.request{service:checkout,env:prod}',
  window: { fromMs: startedAtMs - 900_000, toMs: startedAtMs },
  provenance: 'B',
  result: { series: { before: 310, after: 962.4 }, note: 'waiting for a connection from the pool' },
  sha256: '0'.repeat(64),
  bytes: 100,
  redactions: 0,
  link: 'https://example.com/metrics',
  headline: ['checkout p95 went up'],
  chart: null,
  truncated: false,
  takenAtMs: startedAtMs,
  ...change,
});

export const ledger: readonly Evidence[] = [
  evidenceOf(1, {}),
  evidenceOf(2, {
    source: 'github',
    tool: 'github_changes',
    provenance: 'A',
    result: { changes: [{ id: 'acme/payments#41', title: 'Lower the pool from 20 to 5', pull: 41 }] },
  }),
];

export const poolLog: Json = { lines: ['TimeoutError: pool exhausted'], count: 212 };

export const supportedClaim = {
  text: 'p95 of checkout rose from 310 to 962 ms',
  citations: [
    { evidence: 'E1', number: { pointer: '/series/before', value: 310 } },
    { evidence: 'E1', number: { pointer: '/series/after', value: 962 } },
  ],
};

export const findingsWith = (...claims: readonly unknown[]): Scripted => ({
  uses: [
    {
      name: 'submit_findings',
      input: {
        outcome: 'causes',
        hypotheses: [
          {
            kind: 'bad-deploy',
            entity: 'payments',
            change: 'acme/payments#41',
            claims,
            wrongIf: 'The pool was not full',
            against: [],
          },
        ],
      },
    },
  ],
});

export const challenge = (verdict: string): Scripted => ({
  uses: [{ name: 'submit_challenge', input: { verdict, objection: 'Traffic rose at the same time' } }],
});

export type Ran = {
  readonly investigation: Investigation;
  readonly server: MessagesServer;
  readonly rows: readonly { readonly kind: string; readonly body: { readonly [key: string]: Json } }[];
  readonly reads: readonly Json[];
  readonly elapsedMs: number;
  /** Every update of the board, with the turn it came in. */
  readonly boards: readonly { readonly update: BoardUpdate; readonly turn: number }[];
};

type Setting = {
  readonly budget?: Partial<Budget>;
  readonly allowance?: Partial<InvestigationRequest['allowance']>;
  readonly evidence?: readonly Evidence[];
  readonly views?: InvestigationRequest['views'];
  readonly signal?: AbortSignal;
  /** What people said, as it is kept; the first is E90. */
  readonly statements?: () => readonly string[];
  readonly stopped?: () => string | null;
  readonly nowMs?: () => number;
  /** Which models there are, with the counterpart at this URL among them. */
  readonly models?: (url: string) => ModelSettings;
  readonly random?: () => number;
  readonly retryBaseMs?: number;
  /** What a log shows instead of its few words. */
  readonly logView?: string;
};

export const generous: Budget = {
  toolCallsMax: 10,
  modelTurnsMax: 12,
  outputTokensMax: 60_000,
  dollarsMax: 5,
  durationMsMax: 600_000,
};

/** No other look, no other incident. */
const unshared: InvestigationRequest['allowance'] = {
  nextTurn: async () => null,
  nearlyUsed: () => false,
  gapOf: () => null,
  gaps: () => [],
  unread: () => '',
};

/** Starts the counterpart, investigates, stops it. */
export async function run(script: Script | readonly Scripted[], setting: Setting = {}): Promise<Ran> {
  const answers: Script =
    typeof script === 'function' ? script : (turn) => script[turn] ?? { status: 400, type: 'invalid_request_error' };
  const server = await startMessagesServer(answers);
  const rows: { kind: string; body: { readonly [key: string]: Json } }[] = [];
  const reads: Json[] = [];
  const boards: { update: BoardUpdate; turn: number }[] = [];
  const startMs = performance.now();
  const investigate = createInvestigator({
    settings: setting.models?.(server.url) ?? modelAt(server.url),
    log: pino({ level: 'silent' }),
    nowMs: setting.nowMs ?? (() => startedAtMs),
    random: setting.random ?? (() => 0.5),
    retryBaseMs: setting.retryBaseMs ?? 2,
  });
  try {
    const investigation = await investigate({
      incident: {
        id: 'INC-1',
        place: { platform: 'web', tenant: 'local', channel: 'incidents' },
        phase: 'reasoning',
        openedAtMs: startedAtMs,
        openedBy: 'U1',
        question: null,
        symptom: null,
        onsetMs: startedAtMs - 120_000,
      },
      brief: 'payments: Payments, tier 1\ncheckout: Checkout, tier 1, calls payments',
      ranking: {
        outcome: 'cannot-tell',
        because: 'few signals',
        onsetMs: null,
        before: null,
        after: null,
        causes: [],
        unusable: [],
      },
      evidence: setting.evidence ?? ledger,
      views: setting.views ?? new Map(),
      tools: [readTool(reads, setting.logView)],
      budget: { ...generous, ...setting.budget },
      allowance: { ...unshared, ...setting.allowance },
      signal: setting.signal ?? new AbortController().signal,
      statements: async () => (setting.statements?.() ?? []).map(statement),
      stopped: async () => setting.stopped?.() ?? null,
      showBoard: async (update, turn) => {
        boards.push({ update, turn });
        return update.moves.flatMap(({ entity }) => (entity === 'nowhere' ? ['it is not in the catalogue'] : []));
      },
      record: async (kind, body) => {
        rows.push({ kind, body });
      },
    });
    return { investigation, server, rows, reads, boards, elapsedMs: performance.now() - startMs };
  } finally {
    await server.close();
  }
}

const statement = (said: string, index: number): Evidence =>
  evidenceOf(90 + index, { tool: 'statement', source: 'people', provenance: 'C', result: { said, by: 'ana' } });

/** Finds a log; the slower the service's name, the later it answers. */
function readTool(reads: Json[], logView?: string): ModelTool {
  return {
    name: 'read_logs',
    description: 'Log templates of a service',
    inputSchema: { type: 'object', properties: { service: { type: 'string' } }, required: ['service'] },
    call: async (input) => {
      const service = typeof input === 'object' && input !== null && 'service' in input ? input['service'] : undefined;
      if (typeof service !== 'string') return { kind: 'bad-input', says: 'service: expected string' };
      reads.push(service);
      const id = `E${reads.length + 2}` as const;
      await new Promise((resolve) => setTimeout(resolve, service === 'payments' ? 60 : 40));
      if (service === 'quiet') return { kind: 'empty', says: 'status:error service:quiet' };
      if (service === 'denied') return { kind: 'failed', says: 'the key may not read logs' };
      return {
        kind: 'evidence',
        id,
        view: taint(logView ?? `log of ${service}: pool exhausted x212`),
        result: poolLog,
      };
    },
  };
}

/** All text the model was shown in the newest user turn of a request. */
export const newest = (server: MessagesServer, turn: number): string =>
  JSON.stringify(server.requests[turn]?.messages.at(-1)?.content);
