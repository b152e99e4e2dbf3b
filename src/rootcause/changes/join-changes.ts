import type { EvidenceId } from '../../core/evidence.ts';
import { namePattern } from '../logs/log-delta.ts';
import type { ChangeEvent } from '../telemetry.ts';

/** One change with everything known of it: a pull request, the commit it became and the deployments that ship it. */
export type JoinedChange = {
  /** The pull request's id where there is one. */
  readonly id: string;
  readonly kind: ChangeEvent['kind'];
  /** Services it lands on: told by the platform, else read from its paths. */
  readonly services: readonly string[];
  /** When it could first have an effect: each deployment, else the change itself. Milliseconds, oldest first. */
  readonly effectiveMs: readonly number[];
  readonly mergedMs: number;
  readonly repository: string | null;
  readonly title: string;
  readonly paths: readonly string[];
  readonly diff: string;
  readonly evidence: readonly EvidenceId[];
};

/** Most telling first: the joined change takes its id and kind from the earliest of these. */
const kindOrder: readonly ChangeEvent['kind'][] = [
  'pull-request',
  'commit',
  'config',
  'flag',
  'scaling',
  'certificate',
  'infrastructure',
  'deploy',
];

/** Deploys, commits and pull requests of one sha become one change (repository must agree where both know it). */
export function joinChanges(changes: readonly ChangeEvent[], services: readonly string[]): readonly JoinedChange[] {
  const groups = new Map<string, ChangeEvent[]>();
  for (const change of changes) {
    const key =
      change.sha === null || change.sha === '' ? `id ${change.id}` : `sha ${change.repository ?? ''} ${change.sha}`;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [change]);
    else list.push(change);
  }
  const names = services.map((id) => ({ id, pattern: namePattern(id) }));
  return [...groups.values()].map((group) => joinGroup(group, names));
}

type Name = { readonly id: string; readonly pattern: RegExp };

function joinGroup(group: readonly ChangeEvent[], names: readonly Name[]): JoinedChange {
  const ordered = group.toSorted((a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind) || a.atMs - b.atMs);
  const [lead] = ordered;
  if (lead === undefined) throw new Error('a group of changes is never empty');
  const deploys = ordered.filter((change) => change.kind === 'deploy');
  const paths = [...new Set(ordered.flatMap((change) => change.paths))];
  return {
    id: lead.id,
    kind: lead.kind,
    services: landing(ordered, paths, names),
    effectiveMs: (deploys.length > 0 ? deploys : [lead]).map((change) => change.atMs).toSorted((a, b) => a - b),
    mergedMs: lead.atMs,
    repository: lead.repository,
    title: lead.title,
    paths,
    diff: ordered.find((change) => change.diff !== '')?.diff ?? '',
    evidence: [...new Set(ordered.flatMap((change) => (change.evidence === undefined ? [] : [change.evidence])))],
  };
}

function landing(group: readonly ChangeEvent[], paths: readonly string[], names: readonly Name[]): readonly string[] {
  const told = group.flatMap((change) => (change.service === null ? [] : [change.service]));
  const inPaths = names.filter(({ pattern }) => paths.some((path) => pattern.test(path))).map(({ id }) => id);
  return [...new Set([...told, ...inPaths])].toSorted();
}
