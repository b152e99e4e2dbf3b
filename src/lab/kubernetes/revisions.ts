/** What a service of the shop ran and runs: every deploy of its history and every run that rolls it out anew. */
import type { PullHistory } from '../changes.ts';
import { keyOf } from '../dice.ts';
import { roomAt, roomsOf } from '../room.ts';
import type { Intervention, ShopService } from '../world.ts';
import { generatedName } from './names.ts';

export type LabRevision = {
  readonly number: number;
  readonly replicaSet: string;
  readonly image: string;
  readonly startedMs: number;
  readonly liveMs: number;
  /** Set by a restart: same image. */
  readonly restartedMs: number | null;
  /** The pull request it deployed; null for a restart or a way back. */
  readonly pull: { readonly repository: string; readonly number: number } | null;
};

export type Scene = {
  readonly history: readonly PullHistory[];
  readonly interventions: readonly Intervention[];
  readonly nowMs: number;
};

type Rollout = Pick<LabRevision, 'startedMs' | 'liveMs' | 'restartedMs' | 'pull'> & { readonly version: string | null };

const rolloutMs = 90_000;
const dayMs = 86_400_000;
/** `revisionHistoryLimit`. */
const kept = 10;

/** Oldest first; the last one is current. Never empty. */
export function revisionsOf(service: ShopService, { history, interventions, nowMs }: Scene): readonly LabRevision[] {
  const deployed = history.flatMap((pull) =>
    pull.deploys
      .filter((deploy) => deploy.service === service.id)
      .map((deploy) => ({
        startedMs: deploy.startedAtMs,
        liveMs: deploy.liveAtMs,
        restartedMs: null,
        // What comes from another repository is configuration: a new template, the same image.
        version: pull.repository === service.repository ? `build-${pull.number}` : null,
        pull: { repository: pull.repository, number: pull.number },
      })),
  );
  const begunMs = Math.min(...history.map(({ createdAtMs }) => createdAtMs), nowMs) - 9 * dayMs;
  const first: Rollout = {
    startedMs: begunMs,
    liveMs: begunMs + rolloutMs,
    restartedMs: null,
    version: 'build-0',
    pull: null,
  };
  const builds = deployed.flatMap((each) => each.version ?? []);
  const all = [first, ...deployed, ...interventions.flatMap((one) => rolledOut({ service, builds }, one))]
    .filter(({ startedMs }) => startedMs <= nowMs)
    .toSorted((one, other) => one.startedMs - other.startedMs);
  let version = 'build-0';
  const revisions = all.map((rollout, index) => {
    version = rollout.version ?? version;
    const { startedMs, liveMs, restartedMs, pull } = rollout;
    const replicaSet = `${service.id}-${generatedName(9, service.id, version, index)}`;
    return {
      number: offset(service) + index,
      replicaSet,
      image: imageOf(service, version),
      startedMs,
      liveMs,
      restartedMs,
      pull,
    };
  });
  return revisions.slice(-kept);
}

/** Deployments are older than the history that is kept of them. */
const offset = ({ id }: ShopService): number => 20 + (keyOf('revision', id) % 180);

const imageOf = ({ id, repository }: ShopService, version: string): string =>
  `registry.acme.example/${repository?.split('/')[1] ?? 'shop'}/${id}:${version}`;

type Rolling = { readonly service: ShopService; readonly builds: readonly string[] };

/** What a merge deploys, and workflows that roll a service out again. */
function rolledOut(rolling: Rolling, intervention: Intervention): readonly Rollout[] {
  if (intervention.kind === 'merge') return merged(rolling, intervention);
  const { workflow, inputs, atMs } = intervention;
  if (inputs['service'] !== rolling.service.id) return [];
  const startedMs = atMs + 15_000;
  const times = { startedMs, liveMs: startedMs + 60_000, pull: null };
  if (workflow === 'restart.yml') return [{ ...times, restartedMs: startedMs, version: null }];
  if (workflow !== 'roll-back.yml') return [];
  const without = rolling.builds.indexOf(`build-${inputs['pull'] ?? ''}`);
  // A change of configuration is taken back without another image.
  const before = without < 0 ? null : (rolling.builds[without - 1] ?? 'build-0');
  const version = inputs['version'] === 'newest' ? (rolling.builds.at(-1) ?? null) : before;
  return [{ ...times, restartedMs: null, version }];
}

type Merge = Extract<Intervention, { kind: 'merge' }>;

const merged = ({ service }: Rolling, { deploys = [], repository, sha }: Merge): readonly Rollout[] =>
  deploys
    .filter((deploy) => deploy.service === service.id)
    .map(({ startedAtMs, liveAtMs }) => ({
      startedMs: startedAtMs,
      liveMs: liveAtMs,
      restartedMs: null,
      pull: null,
      version: repository === service.repository ? `main-${sha.slice(0, 12)}` : null,
    }));

/** What the service was sized for, times what people added. */
export const replicasOf = (service: ShopService, { interventions, nowMs }: Scene): number =>
  Math.max(1, Math.ceil(service.pods * roomAt(roomsOf(interventions), service.id, nowMs)));
