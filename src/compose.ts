/** Builds the whole system from parsed configuration. Reads no environment of its own; `main.ts` and `cli.ts` call it. */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { McpTools } from '../tools/mcp/connect-servers.ts';
import { readEnvironment as githubEnvironment } from './actions/github/client.ts';
import { connectActions, loadActions } from './actions/load-actions.ts';
import { connectRollbackPlanner } from './actions/rollback/connect-planner.ts';
import { connectPullWatch } from './actions/rollback/watch-pull.ts';
import { createAuditAnchor } from './audit-anchor.ts';
import { parseCatalogue } from './catalogue-file.ts';
import { createWebPlatform } from './chat/web/show.ts';
import type { ChatLog } from './chat-log-port.ts';
import type { Environment } from './config.ts';
import type { Catalogue } from './core/catalogue.ts';
import type { Place } from './core/incident.ts';
import { modelSettings } from './core/model-settings.ts';
import { done, failed, type Result } from './core/result.ts';
import { createEngine, type EngineOptions } from './engine/engine.ts';
import { guardPlatform } from './flow/guard-platform.ts';
import { createIntake, inboundWorkflow } from './flow/handle-inbound.ts';
import { incidentWorkflow } from './flow/incident.ts';
import { redactAction, redactPlanner } from './flow/redact-actions.ts';
import { remediationWorkflow } from './flow/remediate.ts';
import type { Settings, World } from './flow/world.ts';
import { connectTools, loadTools } from './load-tools.ts';
import { loadPolicy } from './policy/load-policy.ts';
import type { ChatPlatform, Clock, Intake, Outbox, Redactor } from './ports.ts';
import { createRedactor } from './redact/redactor.ts';
import { redactionOptions } from './redact/settings.ts';
import { loadRunbooks, problemText } from './runbooks/load-runbooks.ts';
import { createChatLog } from './store/chat-log.ts';
import { homeSecret, installationSecret } from './store/installation-secret.ts';
import { type Database, openDatabase } from './store/open-database.ts';
import { createOutbox } from './store/outbox.ts';
import { createStore } from './store/store.ts';

export type Parts = {
  readonly environment: Environment;
  /** All variables, for tools and actions that declare their own. */
  readonly variables: { readonly [name: string]: string | undefined };
  readonly catalogueText: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly webUrl: string;
  /** The pages trust whoever sits at the browser: one person alone on one machine. Otherwise people sign in, or nobody. */
  readonly trustsBrowser?: boolean;
  /** After what silence a replica counts as dead. Tests shorten it. */
  readonly lease?: EngineOptions['lease'];
};

export type System = {
  readonly world: World;
  readonly intake: Intake;
  readonly chatLog: ChatLog;
  readonly outbox: Outbox;
  readonly database: Database;
  readonly catalogue: Catalogue;
  /** Stable across restarts; signs cookies and forms. */
  readonly secret: string;
  /** `CAUSEWAY_HOME`. */
  readonly home: string;
  addPlatform(platform: ChatPlatform): void;
  /** Begins to work: workflows of an earlier process go on from here. */
  launch(): Promise<void>;
  close(): Promise<void>;
};

const root = new URL('../', import.meta.url);

/** Everything but the platforms' transports. Failure lists every configuration problem at once. */
export async function compose(parts: Parts): Promise<Result<System, readonly string[]>> {
  const { environment, variables, clock, log } = parts;
  const catalogue = parseCatalogue(parts.catalogueText);
  const connected = await connectEverything(variables, catalogue.ok ? catalogue.value.mcpServers : []);
  const { policy } = connected;
  const problems = [
    ...(catalogue.ok ? [] : catalogue.failure),
    ...(policy.ok ? [] : policy.failure),
    ...connected.problems,
  ];
  if (!catalogue.ok || !policy.ok || problems.length > 0) return failed(problems);

  const home = environment.CAUSEWAY_HOME;
  await mkdir(home, { recursive: true });
  const database = await openDatabase({
    databaseUrl: environment.DATABASE_URL ?? null,
    homeDirectory: home,
    log,
  });
  const own = { executorId: await executorId(home, environment), ...(parts.lease ? { lease: parts.lease } : {}) };
  const engine = createEngine({ database, log, clock, ...own });
  const secret = await installationSecret(database, {
    given: environment.CAUSEWAY_SECRET ?? null,
    own: await homeSecret(home),
  });
  const store = createStore(database, clock, hkdf(secret, 'raw turns of models'));
  const redactor = createRedactor(redactionOptions(environment, { variables, secret }));
  const platforms = new Map<Place['platform'], ChatPlatform>();
  const world: World = {
    store,
    engine,
    clock,
    redactor,
    policy: policy.value,
    catalogue: catalogue.value,
    tools: connected.tools,
    toolsOff: connected.off,
    actions: connected.actions.map((action) => redactAction(redactor, action)),
    ...githubReads(variables, redactor),
    runbooks: connected.runbooks,
    investigator: await investigatorOf(parts),
    platform: (name) => {
      const platform = platforms.get(name);
      if (!platform) throw new Error(`the platform ${name} is not started`);
      return guardPlatform(platform, { store, catalogue: catalogue.value });
    },
    newId: (prefix) => `${prefix}-${randomBytes(6).toString('hex')}`,
    anchorAudit: createAuditAnchor({ store, home, log }),
    settings: settingsOf(parts),
    buttonKey: hkdf(secret, 'approval buttons'),
    log,
  };
  engine.register('inbound', inboundWorkflow(world));
  engine.register('incident', incidentWorkflow(world));
  engine.register('remediation', remediationWorkflow(world));
  const chatLog = createChatLog(database);
  platforms.set('web', createWebPlatform({ chatLog, clock, people: catalogue.value.people }));
  return done({
    world,
    intake: createIntake(world),
    chatLog,
    outbox: createOutbox(database),
    database,
    catalogue: catalogue.value,
    secret,
    home,
    addPlatform: (platform) => platforms.set(platform.name, platform),
    launch: async () => {
      // Compiles beside everything else, so that the first incident does not wait for it.
      void redactor.start();
      await engine.launch();
    },
    close: async () => {
      await engine.shutdown();
      await redactor.close();
      await database.close();
    },
  });
}

async function connectEverything(variables: Parts['variables'], mcpServers: Catalogue['mcpServers']) {
  const mcp = await mcpToolsOf(mcpServers, variables);
  const tools = connectTools([...(await loadTools(new URL('tools/', root))), ...mcp.tools], variables);
  const actions = connectActions(await loadActions(), variables);
  const { runbooks, problems } = await loadRunbooks(fileURLToPath(new URL('runbooks/', root)), await loadActions());
  const policy = await loadPolicy(fileURLToPath(new URL('policies/', root)));
  return {
    tools: tools.connected,
    off: [...tools.off, ...mcp.off],
    actions: actions.actions,
    runbooks,
    policy,
    problems: [...tools.problems, ...actions.problems, ...problems.map(problemText)],
  };
}

async function mcpToolsOf(servers: Catalogue['mcpServers'], variables: Parts['variables']): Promise<McpTools> {
  if (servers.length === 0) return { tools: [], off: [] };
  // Imported only where servers are configured: the SDK costs start-up time.
  const { connectMcpServers } = await import('../tools/mcp/connect-servers.ts');
  return connectMcpServers(servers, variables);
}

/** Working out a rollback and following a pull request only read; both are off without a read token. */
function githubReads(variables: Parts['variables'], redactor: Redactor): Pick<World, 'planRollback' | 'watchPull'> {
  const environment = githubEnvironment.safeParse(variables);
  if (!environment.success) return { planRollback: null, watchPull: null };
  return {
    planRollback: redactPlanner(redactor, connectRollbackPlanner(environment.data)),
    watchPull: connectPullWatch(environment.data),
  };
}

async function investigatorOf({ environment, log, clock }: Parts): Promise<World['investigator']> {
  const settings = modelSettings(environment);
  if (!settings) return null;
  // Imported only with a model: the SDK costs start-up time.
  const { createInvestigator } = await import('./model/create-investigator.ts');
  return createInvestigator({ settings, log, nowMs: () => clock.nowMs(), random: Math.random });
}

function signInOf({ environment, trustsBrowser = false }: Parts): Settings['signIn'] {
  if (environment.OIDC_ISSUER) return 'oidc';
  return trustsBrowser ? 'local' : 'none';
}

function settingsOf(parts: Parts): Settings {
  const { environment, webUrl } = parts;
  return {
    botName: environment.BOT_NAME,
    webUrl,
    approveWithinMs: environment.APPROVE_WITHIN_SECONDS * 1000,
    startWithinMs: environment.START_WITHIN_SECONDS * 1000,
    aloneAfterMs: 60_000,
    baselineMs: 3_600_000,
    probeTimeoutMs: environment.PROBE_SECONDS_MAX * 1000,
    readTimeoutMs: 30_000,
    watchEveryMs: 15_000,
    mergeWithinMs: 7_200_000,
    recoverWithinMs: 600_000,
    frozen: environment.CHANGE_FREEZE === 'on',
    signIn: signInOf(parts),
    budget: {
      toolCallsMax: environment.INVESTIGATION_TOOL_CALLS_MAX,
      modelTurnsMax: 30,
      outputTokensMax: 60_000,
      dollarsMax: environment.INVESTIGATION_DOLLARS_MAX,
      durationMsMax: environment.INVESTIGATION_SECONDS_MAX * 1000,
    },
    bounds: boundsOf(environment),
  };
}

function boundsOf(environment: Environment): Settings['bounds'] {
  return {
    incident: {
      dollars: environment.INCIDENT_DOLLARS_MAX,
      inputTokens: environment.INCIDENT_INPUT_TOKENS_MAX,
      outputTokens: environment.INCIDENT_OUTPUT_TOKENS_MAX,
      seconds: environment.INCIDENT_SECONDS_MAX,
      toolCalls: environment.INCIDENT_TOOL_CALLS_MAX,
      vendorCalls: environment.INCIDENT_VENDOR_CALLS_MAX,
    },
    day: {
      dollars: environment.DAY_DOLLARS_MAX,
      inputTokens: environment.DAY_INPUT_TOKENS_MAX,
      outputTokens: environment.DAY_OUTPUT_TOKENS_MAX,
      seconds: environment.DAY_SECONDS_MAX,
      toolCalls: environment.DAY_TOOL_CALLS_MAX,
      vendorCalls: environment.DAY_VENDOR_CALLS_MAX,
    },
  };
}

/** The same after a restart on this machine, distinct among replicas of one database. */
async function executorId(home: string, { DATABASE_URL }: Environment): Promise<string> {
  const secret = await homeSecret(home);
  const id = createHash('sha256').update(secret).digest('hex').slice(0, 12);
  return DATABASE_URL ? `${hostname()}-${id}` : `local-${id}`;
}

/** A key for one purpose: none of them tells anything of the others. */
const hkdf = (secret: string, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', `causeway ${purpose}`, 32));
