/** The whole local world: one shop with one fault, its vendors on loopback, one clock. `main.ts` and `demo` start it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuiltWorld, buildWorld } from './build-world.ts';
import { catalogueYaml } from './catalogue.ts';
import type { InitialFile } from './changes.ts';
import { startCloudWatch } from './cloudwatch.ts';
import { startDatadog } from './datadog.ts';
import { monitorAlertText } from './datadog-alert.ts';
import { type LabGitHub, startGitHub } from './github.ts';
import { startKubernetes } from './kubernetes.ts';
import { createLabClock, type LabClock } from './lab-clock.ts';
import { keepTime, readTime } from './lab-time.ts';
import { startPrometheus } from './prometheus.ts';
import { initialFiles, repositoryNames } from './sources/repositories.ts';
import { systemNameOf } from './system-name.ts';
import type { Truth, World } from './world.ts';

export type LabOptions = {
  readonly seed: number;
  readonly fault: string;
  /** Where writes and the time are kept, so that a restarted lab goes on; null forgets. */
  readonly stateDirectory: string | null;
  /** Virtual seconds per real second; 0 stands still, 1 when absent. */
  readonly clockSpeed?: number;
};

/** A world with its vendors on loopback. */
export type LabSite = {
  readonly world: World;
  readonly clock: LabClock;
  readonly github: LabGitHub;
  /** Variables that point the real tools and actions at this lab. */
  readonly environment: { readonly [name: string]: string };
  readonly catalogueText: string;
  /** What the monitor posts into the incident channel, and the channel's name. */
  readonly alert: { readonly channel: string; readonly text: string };
  close(): Promise<void>;
};

export type Lab = LabSite & {
  /** For the scorer only. */
  readonly truth: Truth;
};

/** What vendors can serve: the world, its repositories, and the moment its clock starts. */
export type SiteOptions = Pick<BuiltWorld, 'world' | 'history' | 'startAtMs'> & {
  readonly initialFiles: (repository: string) => readonly InitialFile[];
  readonly repositories: readonly string[];
  /** Whether the services run in a Kubernetes cluster that can be asked. */
  readonly cluster: boolean;
  readonly channel: string;
  readonly stateDirectory: string | null;
  /** What one vendor knows of the world; all of it by default. */
  readonly worldOf?: (vendor: 'cloudwatch' | 'datadog' | 'prometheus') => World;
  readonly clockSpeed?: LabOptions['clockSpeed'];
};

export async function startLab({ seed, fault, stateDirectory, clockSpeed = 1 }: LabOptions): Promise<Lab> {
  const { truth, ...built } = buildWorld({ seed, fault });
  const channel = `inc-${seed}-${built.world.alert.monitor.service}`;
  const shop = { initialFiles, repositories: repositoryNames, cluster: true };
  return { ...(await startSite({ ...built, ...shop, channel, stateDirectory, clockSpeed })), truth };
}

/** The vendors of any world. */
export async function startSite(options: SiteOptions): Promise<LabSite> {
  const { world, history, startAtMs, repositories, cluster, stateDirectory, channel } = options;
  const { worldOf = () => world, clockSpeed = 1 } = options;
  if (stateDirectory !== null) await mkdir(stateDirectory, { recursive: true });
  const timePath = stateDirectory === null ? null : join(stateDirectory, 'time.json');
  const storedMs = timePath === null ? null : await readTime(timePath);
  const clock = createLabClock({ startAtMs: storedMs ?? startAtMs, speed: clockSpeed });
  const github = await startGitHub({
    history,
    repositories,
    initialFiles: options.initialFiles,
    services: world.services,
    clock,
    port: 0,
    stateDirectory,
    onIntervention: (intervention) => world.intervene(intervention),
  });
  const vendor = { world, nowMs: () => clock.nowMs(), port: 0 };
  const vendors = await Promise.all([
    startCloudWatch({ ...vendor, world: worldOf('cloudwatch') }),
    startDatadog({ ...vendor, world: worldOf('datadog') }),
    startPrometheus({ ...vendor, world: worldOf('prometheus') }),
    ...(cluster ? [startKubernetes({ ...vendor, history, stateDirectory })] : []),
  ]);
  const stopKeeping = timePath === null ? null : keepTime(timePath, clock);
  const environment = Object.assign({}, ...vendors.map((each) => each.environment), githubEnvironment(github));
  const { monitor, triggeredAtMs } = world.alert;
  const webUrl = String(environment['DATADOG_WEB_URL'] ?? environment['DATADOG_API_URL']);
  return {
    world,
    clock,
    github,
    environment,
    catalogueText: catalogueYaml(world.services, { system: systemNameOf(world), cluster }),
    alert: { channel, text: monitorAlertText({ world, monitor, atMs: triggeredAtMs, webUrl }) },
    close: async () => {
      clock.close();
      await stopKeeping?.();
      await Promise.all([github.close(), ...vendors.map((each) => each.close())]);
    },
  };
}

const githubEnvironment = ({ url, readToken, writeToken }: LabGitHub): { readonly [name: string]: string } => ({
  GITHUB_API_URL: url,
  GITHUB_WEB_URL: url,
  GITHUB_TOKEN: readToken,
  GITHUB_WRITE_TOKEN: writeToken,
});
