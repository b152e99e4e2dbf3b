/** Short ways to write down a system. */
import type { PullSketch, ServiceSketch } from './sketch.ts';

type Rest = Partial<Omit<ServiceSketch, 'id' | 'title' | 'kind'>>;

export const code = (id: string, title: string, rest: Rest): ServiceSketch => ({
  tier: 2,
  logs: 'datadog',
  pods: 3,
  ms: 30,
  says: [],
  ...rest,
  id,
  title,
  kind: 'code',
});

export const store = (id: string, title: string, rest: Rest): ServiceSketch => ({
  tier: 2,
  logs: 'cloudwatch',
  pods: 1,
  ms: 6,
  errors: 0.0002,
  disk: 0.46,
  memory: 0.66,
  says: [],
  ...rest,
  id,
  title,
  kind: 'store',
});

export const external = (id: string, title: string, rest: Rest): ServiceSketch => ({
  tier: 2,
  logs: 'none',
  pods: 0,
  ms: 120,
  says: [],
  ...rest,
  id,
  title,
  kind: 'external',
});

/** A pull request that changes one text in one file. */
export const pull = (
  [title, body, author]: readonly [title: string, body: string, author: string],
  [path, find, replace]: readonly [path: string, find: string, replace: string],
  rest: Pick<PullSketch, 'deploys'> & Partial<PullSketch>,
): PullSketch => ({ title, body, author, edits: [{ path, find, replace }], ...rest });
