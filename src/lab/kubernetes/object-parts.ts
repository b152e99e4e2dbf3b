/** What the lab's Kubernetes objects have in common. */
import type { ShopService } from '../world.ts';
import { generatedName } from './names.ts';
import type { LabRevision } from './revisions.ts';

/** What is common to all: the fields that selectors look at. */
export type LabObject = {
  readonly metadata: {
    readonly name: string;
    readonly labels?: { readonly [name: string]: string };
    readonly [field: string]: unknown;
  };
  readonly type?: string;
  readonly involvedObject?: { readonly kind: string; readonly name: string; readonly [field: string]: string };
  readonly [field: string]: unknown;
};

export const stamp = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d+Z$/u, 'Z');

export const port = 8080;
export const longAgo = Date.UTC(2026, 3, 14, 8);

type Stated = { readonly sinceMs: number; readonly [name: string]: string | number };

export const condition = (type: string, status: 'True' | 'False', { sinceMs, ...more }: Stated) => ({
  type,
  status,
  lastTransitionTime: stamp(sinceMs),
  ...more,
});

export const owner = (kind: string, name: string) => [
  { apiVersion: 'apps/v1', kind, name, uid: generatedName(12, kind, name), controller: true, blockOwnerDeletion: true },
];

export const labelsOf = ({ id }: ShopService) => ({
  app: id,
  'app.kubernetes.io/name': id,
  'app.kubernetes.io/part-of': 'shop',
});

export const templateOf = (service: ShopService, { image, restartedMs }: LabRevision) => ({
  metadata: {
    labels: labelsOf(service),
    annotations: restartedMs === null ? {} : { 'kubectl.kubernetes.io/restartedAt': stamp(restartedMs) },
  },
  spec: {
    containers: [
      {
        name: service.id,
        image,
        ports: [{ containerPort: port, protocol: 'TCP' }],
        resources: { requests: { cpu: '500m', memory: '384Mi' }, limits: { memory: '512Mi' } },
      },
    ],
  },
});
