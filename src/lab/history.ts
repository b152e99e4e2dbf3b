/** Writes the last five working days of the shop's repositories: daily work, what broke it, and what only looks like it. */
import type { FileChange, PullHistory } from './changes.ts';
import { derive, draw, drawInteger, keyOf, shuffled } from './dice.ts';
import type { Edit, Fault, PullScript } from './fault.ts';
import { callsFrom, callsTo, isLeaf, shopService, shopServices } from './shop.ts';
import { harmlessPulls, initialFiles, repositoryNames } from './sources/repositories.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const backgroundPulls = 24;

type Timed = {
  readonly script: PullScript;
  readonly mergedAtMs: number;
  readonly liveAtMs: number;
  readonly faulty: boolean;
};
type Setting = { readonly key: number; readonly fault: Fault; readonly onsetMs: number };

const ownIds = shopServices.filter((service) => !isLeaf(service)).map(({ id }) => id);

/** The service of ours that the trouble is closest to: at fault, or the caller of a store or provider at fault. */
const homeOfFault = ({ entity, alertOn }: Fault): string => {
  const service = entity === null ? null : shopService(entity);
  if (service === null) return alertOn[0]?.service ?? 'web';
  return isLeaf(service) ? (callsTo(service.id)[0]?.from ?? 'web') : service.id;
};

const timed = (script: PullScript, liveAtMs: number, key: number): Timed => {
  const rolloutMs = drawInteger(key, 1, [120, 230]) * 1000;
  const buildMs = drawInteger(key, 2, [55, 110]) * 1000;
  return { script, liveAtMs, mergedAtMs: liveAtMs - rolloutMs - buildMs, faulty: false };
};

const touches = (script: PullScript, paths: ReadonlySet<string>): boolean =>
  script.edits.some(({ path }) => paths.has(`${script.repository}/${path}`));

/** Harmless pull requests, each given out once, never on a file of the change that broke the shop. */
const supply = ({ key, fault }: Setting) => {
  const broken = fault.change?.type === 'pull' ? fault.change.pull : null;
  const paths = new Set(broken?.edits.map(({ path }) => `${broken.repository}/${path}`) ?? []);
  const used = new Set<PullScript>();
  const all = new Map(ownIds.map((id) => [id, harmlessPulls(id)]));
  const free = (script: PullScript): boolean => !used.has(script) && !touches(script, paths);
  const take = (scripts: readonly PullScript[]): readonly PullScript[] => {
    const script = scripts.find(free);
    if (script !== undefined) used.add(script);
    return script === undefined ? [] : [script];
  };
  return {
    quiet: (service: string) => take(all.get(service)?.quiet ?? []),
    deployed: (service: string) => take(all.get(service)?.deployed ?? []),
    configuration: (service: string) => take(all.get(service)?.configuration ?? []),
    rest: () =>
      shuffled(
        derive(key, 77),
        [...all.values()].flatMap(({ quiet, deployed, configuration }) => [...quiet, ...deployed, ...configuration]),
      ).filter(free),
  };
};

/** Merged or rolled out in the hours before the onset, innocent. Some went live after the change that did it. */
const decoys = ({ key, fault, onsetMs }: Setting, stock: ReturnType<typeof supply>): readonly Timed[] => {
  const home = homeOfFault(fault);
  const alerting = fault.alertOn[0]?.service ?? 'web';
  const near = new Set([
    home,
    alerting,
    ...callsFrom(home).map(({ to }) => to),
    ...callsTo(home).map(({ from }) => from),
  ]);
  const others = shuffled(
    derive(key, 1),
    ownIds.filter((id) => !near.has(id)),
  );
  const minutes = (index: number, low: number, high: number): number => low + draw(key, index) * (high - low);
  const change = fault.change;
  const broken = change?.type === 'pull' ? change.liveMinutesBefore : 12;
  const closest = draw(key, 2) < 0.7 ? minutes(3, 0.3, Math.max(1, broken)) : minutes(3, broken + 3, broken + 15);
  const placed = (scripts: readonly PullScript[], before: number, salt: number): readonly Timed[] =>
    scripts.map((script) => timed(script, onsetMs - before * minuteMs, derive(key, salt)));
  return [
    ...placed(stock.deployed(others[0] ?? 'web'), closest, 11),
    ...placed(stock.quiet(home), minutes(4, 8, 45), 12),
    ...(change?.type === 'pull' ? [] : placed(stock.deployed(home), minutes(5, 9, 40), 13)),
    ...(alerting !== home && draw(key, 6) < 0.8 ? placed(stock.deployed(alerting), minutes(7, 18, 110), 14) : []),
    ...(draw(key, 8) < 0.7 ? placed(stock.configuration(others[1] ?? 'cart'), minutes(9, 30, 180), 15) : []),
    ...(draw(key, 10) < 0.5 ? placed(stock.deployed(others[2] ?? 'cart'), minutes(16, 50, 240), 17) : []),
  ];
};

/** Working days before the onset, newest first. */
const workingDays = (onsetMs: number): readonly number[] => {
  const today = Math.floor(onsetMs / dayMs) * dayMs;
  return Array.from({ length: 8 }, (_, index) => today - (index + 1) * dayMs)
    .filter((dayStartMs) => ![0, 6].includes(new Date(dayStartMs).getUTCDay()))
    .slice(0, 5);
};

const background = ({ key, onsetMs }: Setting, stock: ReturnType<typeof supply>): readonly Timed[] => {
  const days = workingDays(onsetMs);
  return stock
    .rest()
    .slice(0, backgroundPulls)
    .map((script, index) => {
      const dayStartMs = days[index % days.length] ?? onsetMs - dayMs;
      const atMs = dayStartMs + (8 + 9.5 * draw(derive(key, 31), index)) * 3_600_000;
      return timed(script, atMs, derive(key, 100 + index));
    });
};

const applyEdit = (content: string | null, { path, find, replace }: Edit): string => {
  if (content === null || content.split(find).length !== 2) {
    throw new Error(`history: an edit of ${path} does not find its text exactly once`);
  }
  return content.replace(find, () => replace);
};

const applyScript = (tree: Map<string, string>, script: PullScript): readonly FileChange[] => {
  const paths = [...new Set(script.edits.map(({ path }) => path))];
  return paths.map((path) => {
    const before = tree.get(path) ?? null;
    const after = script.edits.filter((edit) => edit.path === path).reduce<string | null>(applyEdit, before);
    if (after !== null) tree.set(path, after);
    return { path, before, after };
  });
};

const openedAt = (mergedAtMs: number, previousMs: number, key: number): number => {
  const wished = mergedAtMs - drawInteger(key, mergedAtMs / minuteMs, [25, 1500]) * minuteMs;
  return Math.min(mergedAtMs - 2 * minuteMs, Math.max(wished, previousMs + minuteMs));
};

const inRepository = (repository: string, items: readonly Timed[], key: number): readonly PullHistory[] => {
  const tree = new Map(initialFiles(repository).map(({ path, content }) => [path, content]));
  let previousMs = 0;
  return items
    .filter(({ script }) => script.repository === repository)
    .sort((left, right) => left.mergedAtMs - right.mergedAtMs)
    .map(({ script, mergedAtMs, liveAtMs, faulty }, index) => {
      const { title, body, author, branch, deploys } = script;
      previousMs = openedAt(mergedAtMs, previousMs, key);
      const startedAtMs = mergedAtMs + Math.floor((liveAtMs - mergedAtMs) * 0.35);
      return {
        repository,
        number: index + 1,
        title,
        body,
        author,
        branch,
        files: applyScript(tree, script),
        createdAtMs: previousMs,
        mergedAtMs,
        deploys: deploys.map((service) => ({ service, startedAtMs, liveAtMs })),
        faulty,
      };
    });
};

const whole = (item: Timed): Timed => ({
  ...item,
  mergedAtMs: Math.floor(item.mergedAtMs / 1000) * 1000,
  liveAtMs: Math.floor(item.liveAtMs / 1000) * 1000,
});

/** Deterministic for the key, the fault and the onset; merge order within each repository. */
export const buildHistory = (setting: Setting): readonly PullHistory[] => {
  const key = keyOf('history', setting.key);
  const { fault, onsetMs } = setting;
  const seeded = { ...setting, key };
  const stock = supply(seeded);
  const broken: readonly Timed[] =
    fault.change?.type === 'pull'
      ? [
          {
            ...timed(fault.change.pull, onsetMs - fault.change.liveMinutesBefore * minuteMs, derive(key, 5)),
            faulty: true,
          },
        ]
      : [];
  const items = [...broken, ...decoys(seeded, stock), ...background(seeded, stock)].map(whole);
  return repositoryNames.flatMap((repository) => inRepository(repository, items, key));
};
