import { parse } from 'yaml';
import { z } from 'zod';
import type { InitialFile } from '../changes.ts';
import { keyOf } from '../dice.ts';
import type { Workflow } from './hub.ts';

const folder = '.github/workflows/';

const flag = `name: Set a feature flag
run-name: feature-flag \${{ toJSON(inputs) }}
on:
  workflow_dispatch:
    inputs:
      flag:
        description: Name of the flag
        required: true
      enabled:
        description: '"true" or "false"'
        required: true
      idempotency_key:
        description: A second run with the same key does nothing
        required: false
jobs:
  set:
    runs-on: ubuntu-latest
    steps:
      - run: flagctl set "\${{ inputs.flag }}" "\${{ inputs.enabled }}"
`;

const scale = `name: Scale a service
run-name: scale \${{ toJSON(inputs) }}
on:
  workflow_dispatch:
    inputs:
      service:
        required: true
      replicas:
        required: true
      idempotency_key:
        required: false
jobs:
  scale:
    runs-on: ubuntu-latest
    steps:
      - run: kubectl scale "deployment/\${{ inputs.service }}" --replicas="\${{ inputs.replicas }}"
`;

const restart = `name: Restart a service
run-name: restart \${{ toJSON(inputs) }}
on:
  workflow_dispatch:
    inputs:
      service:
        required: true
      idempotency_key:
        required: false
jobs:
  restart:
    runs-on: ubuntu-latest
    steps:
      - run: kubectl rollout restart "deployment/\${{ inputs.service }}"
`;

/** Workflows the operations repository has whether or not the history brings files for them. */
export const operationsWorkflows: readonly InitialFile[] = [
  { path: `${folder}feature-flag.yml`, content: flag },
  { path: `${folder}scale.yml`, content: scale },
  { path: `${folder}restart.yml`, content: restart },
];

const inputSchema = z.object({ required: z.boolean().default(false) }).nullish();
const workflowSchema = z.object({
  name: z.string(),
  on: z.object({ workflow_dispatch: z.object({ inputs: z.record(z.string(), inputSchema).default({}) }).nullable() }),
});

/** The workflows among these files that can be dispatched; anything else is no workflow here. */
export const workflowsOf = (repository: string, files: readonly InitialFile[]): readonly Workflow[] =>
  files.flatMap(({ path, content }) => {
    if (!path.startsWith(folder)) return [];
    const parsed = workflowSchema.safeParse(parse(content));
    if (!parsed.success) return [];
    const inputs = Object.entries(parsed.data.on.workflow_dispatch?.inputs ?? {});
    return {
      id: keyOf(repository, path),
      name: parsed.data.name,
      path,
      inputs: inputs.map(([name, input]) => ({ name, required: input?.required ?? false })),
    };
  });
