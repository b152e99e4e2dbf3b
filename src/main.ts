/** Composition root of the service: reads the environment, builds the world, starts, drains on SIGTERM. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepForgetting } from './commands/keep-forgetting.ts';
import { compose, type System } from './compose.ts';
import { type Environment, readEnvironment } from './config.ts';
import { unearnedRules } from './flow/autonomy.ts';
import { postAlert } from './local-incident.ts';
import { machineClock } from './machine-clock.ts';
import type { Clock } from './ports.ts';
import { startLog } from './redact/process-log.ts';
import { type Serving, serve } from './serve.ts';
import { startPlatforms } from './start-platforms.ts';

const startedAtMs = performance.now();
const environment = readEnvironment(process.env);
if (!environment.ok) exitWith(environment.failure);
const settings = environment.value;
const { log, door } = startLog(settings.LOG_LEVEL);
const lab = isLocal(settings) ? await startLocalLab(settings) : null;
const clock: Clock = lab?.clock ?? machineClock;
const composed = await compose({
  environment: settings,
  variables: { ...process.env, ...lab?.environment },
  catalogueText: lab?.catalogueText ?? (await readCatalogue(settings)),
  clock,
  log,
  webUrl: settings.PUBLIC_URL ?? `http://${settings.HOST}:${settings.PORT}`,
  trustsBrowser: lab !== null,
});
if (!composed.ok) exitWith(composed.failure);
door.open(composed.value.world.redactor);
await run(composed.value);

async function run(system: System): Promise<void> {
  const unearned = await unearnedRules(system.world);
  if (unearned.length > 0) exitWith(unearned);
  const platforms = await startPlatforms(system, settings, log);
  const serving = await serve(system, {
    host: settings.HOST,
    port: settings.PORT,
    log,
    routers: platforms.routers,
    channels: lab ? [lab.alert.channel, 'ops-alerts'] : [],
    pages: lab !== null || system.world.settings.signIn === 'oidc',
    signIn: await signInDoor(system),
  });
  await system.launch();
  keepForgetting(system.world, { days: settings.RAW_RETENTION_DAYS, log });
  await platforms.listen();
  const stopTeammate = lab ? await openLocalIncident(system) : null;
  log.info({ url: serving.url, ms: Math.round(performance.now() - startedAtMs) }, 'Causeway is ready');
  if (lab)
    process.stdout.write(
      `\nCauseway is at ${serving.url}/c/${lab.alert.channel}\nMention the bot there: @causeway what is wrong?\n\n`,
    );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void drain({ system, serving, stopTeammate, stopPlatforms: platforms.stop }));
  }
}

async function signInDoor({ secret, catalogue }: System) {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, PUBLIC_URL } = settings;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !PUBLIC_URL) return null;
  // Imported only where people sign in: the library costs start-up time.
  const { createOpenIdDoor } = await import('./chat/web/open-id.ts');
  const asked = {
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    clientSecret: settings.OIDC_CLIENT_SECRET ?? null,
    personClaim: settings.OIDC_PERSON_CLAIM,
    acr: settings.OIDC_ACR ?? null,
    amr: settings.OIDC_AMR ?? null,
    publicUrl: PUBLIC_URL,
  };
  return createOpenIdDoor({ settings: asked, secret, people: catalogue.people, log });
}

async function openLocalIncident(system: System): Promise<() => void> {
  if (!lab) throw new Error('there is no lab');
  await postAlert(system, lab.alert);
  const { startTeammate } = await import('./lab/teammate.ts');
  const haste = { mergeAfterMs: 25_000, speed: 30, forMs: 480_000 };
  return startTeammate({ github: lab.github, clock: lab.clock, haste });
}

type Parts = {
  system: System;
  serving: Serving;
  stopTeammate: (() => void) | null;
  stopPlatforms: () => Promise<void>;
};

/** Stops taking in, hands running workflows to the next start, closes the store. */
async function drain({ system, serving, stopTeammate, stopPlatforms }: Parts): Promise<void> {
  log.info('stopping');
  setTimeout(() => process.exit(1), 10_000).unref();
  stopTeammate?.();
  await stopPlatforms();
  await serving.close();
  await door.flush();
  await system.close();
  await lab?.close();
  process.exit(0);
}

/** Nothing is configured: the lab, so that one person alone can watch an incident. */
function isLocal({ CAUSEWAY_CONFIG, SLACK_BOT_TOKEN, MICROSOFT_APP_ID }: Environment): boolean {
  return !CAUSEWAY_CONFIG && !SLACK_BOT_TOKEN && !MICROSOFT_APP_ID;
}

async function startLocalLab({ CAUSEWAY_HOME }: Environment) {
  const { readLabChoice } = await import('./lab/lab-choice.ts').catch(() =>
    exitWith([
      'Nothing is configured, and the local lab is not in this installation. Set CAUSEWAY_CONFIG, or run from a checkout after npm ci.',
    ]),
  );
  const choice = readLabChoice(process.env);
  if (!choice.ok) exitWith(choice.failure);
  const { startLab } = await import('./lab/start-lab.ts');
  const { seed, fault } = choice.value;
  return startLab({ seed, fault, stateDirectory: join(CAUSEWAY_HOME, `lab-${fault}-${seed}`) });
}

async function readCatalogue({ CAUSEWAY_CONFIG }: Environment): Promise<string> {
  if (!CAUSEWAY_CONFIG)
    exitWith(['CAUSEWAY_CONFIG: set it to the path of causeway.yaml; Slack and Teams need a catalogue.']);
  return readFile(CAUSEWAY_CONFIG, 'utf8').catch(() =>
    exitWith([`CAUSEWAY_CONFIG: ${CAUSEWAY_CONFIG} cannot be read. Fix the path or the permissions.`]),
  );
}

function exitWith(problems: readonly string[]): never {
  process.stderr.write(`Causeway cannot start:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(2);
}
