/**
 * Evidence snapshots of a managed database or of a workload on Kubernetes (opensre's synthetic set): which category of
 * cause it is, or that all is well. The alert's text is not read: it often tells.
 */
import type { CauseKind } from '../../src/core/hypothesis.ts';
import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Answer, Dataset } from './dataset.ts';
import { readFolderCases } from './folder-cases.ts';
import { readSnapshot } from './opensre-case.ts';

const set = 'opensre-synthetic';

export const opensreSynthetic: Dataset = {
  name: set,
  members: [],
  baselineName: 'always-resource-exhaustion',
  read: readFolderCases(set, (folder) => ({
    telemetry: () => readSnapshot(folder),
    baseline: () => ['resource_exhaustion'],
    otherBaselines: { 'always-healthy': () => ['healthy'] },
  })),
  answer,
};

const categories: { readonly [kind in CauseKind]: string } = {
  'bad-deploy': 'code_defect',
  'config-change': 'configuration_error',
  'feature-flag': 'configuration_error',
  'resource-exhaustion': 'resource_exhaustion',
  'dependency-failure': 'dependency_failure',
  infrastructure: 'infrastructure',
  'traffic-surge': 'resource_exhaustion',
  data: 'data_quality',
  certificate: 'configuration_error',
  quota: 'resource_exhaustion',
  network: 'dependency_failure',
  'monitor-fault': 'healthy',
  unknown: 'unknown',
};

function answer(ranking: Ranking): Answer {
  const best = new Map<string, number>();
  if (ranking.outcome === 'nothing-wrong') best.set('healthy', 1);
  for (const { kind, score } of ranking.causes) {
    const category = categories[kind];
    if (!best.has(category)) best.set(category, score);
  }
  if (ranking.outcome === 'cannot-tell' && !best.has('unknown')) best.set('unknown', 0);
  return { ranking: [...best.keys()], scores: [...best.values()] };
}
