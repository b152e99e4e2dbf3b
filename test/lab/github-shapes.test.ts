import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json } from '../../src/core/json.ts';
import { faultyNumber, type Lab, openChange, revertFiles, shop, startLab } from './github-fixture.ts';

// biome-ignore lint/style/noProcessEnv: where optional data lies is said by the environment, in tests too.
const data = process.env['CAUSEWAY_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const description = `${data}/github/openapi-subset.json`;
const present = existsSync(description);
const reason = present ? '' : ' (skipped: no github/openapi-subset.json in the optional data, see CAUSEWAY_DATA)';

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.json())),
  components: z.object({ schemas: z.record(z.string(), z.json()) }),
});
const responsesSchema = z.object({
  responses: z.record(
    z.string(),
    z.object({ content: z.object({ 'application/json': z.object({ schema: z.json() }) }).optional() }),
  ),
});

/** OpenAPI 3.0's `nullable` as JSON Schema says it. */
const plain = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return nullable === true ? { anyOf: [{ type: 'null' }, rest] } : rest;
};

const repository = '/repos/{owner}/{repo}';

describe.skipIf(!present)(`answers fit GitHub's own description${reason}`, () => {
  let lab: Lab;
  let document: z.infer<typeof documentSchema>;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const places: { [name: string]: string } = {};

  beforeAll(async () => {
    document = documentSchema.parse(JSON.parse(readFileSync(description, 'utf8')));
    ajv.addSchema({ $id: 'github', components: { schemas: plain(document.components.schemas) } });
    lab = await startLab();
    const { number, sha } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    const inputs = { flag: 'new-search', enabled: 'false' };
    const ops = { owner: 'acme', repo: 'ops' };
    await lab.writer.actions.createWorkflowDispatch({ ...ops, workflow_id: 'feature-flag.yml', ref: 'main', inputs });
    const deployments = await lab.reader.repos.listDeployments(shop);
    const runs = await lab.reader.actions.listWorkflowRunsForRepo(ops);
    Object.assign(places, {
      pull_number: String(number),
      merged_number: String(faultyNumber),
      ref: sha,
      commit_sha: sha,
      deployment_id: String(deployments.data[0]?.id),
      run_id: String(runs.data.workflow_runs[0]?.id),
      workflow_id: 'feature-flag.yml',
      basehead: `main...${sha}`,
      tree_sha: 'main',
    });
  });
  afterAll(async () => {
    await lab.github.close();
  });

  const problems = async (operation: string, repo: string): Promise<readonly string[]> => {
    const { responses } = responsesSchema.parse(document.paths[operation]?.['get']);
    const schema = responses['200']?.content?.['application/json'].schema ?? null;
    const pinned = JSON.parse(JSON.stringify(plain(schema)).replaceAll('"#/', '"github#/'));
    const path = operation
      .replace('{owner}/{repo}', `acme/${repo}`)
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => places[name] ?? name);
    const response = await fetch(`${lab.github.url}${path}`, {
      headers: { authorization: `token ${lab.github.readToken}` },
    });
    expect(response.status).toBe(200);
    const validate = ajv.compile(pinned);
    validate(await response.json());
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  it.each([
    ['/user', 'shop'],
    ['/rate_limit', 'shop'],
    [repository, 'shop'],
    [`${repository}/pulls`, 'shop'],
    [`${repository}/pulls/{pull_number}`, 'shop'],
    [`${repository}/pulls/{pull_number}/files`, 'shop'],
    [`${repository}/pulls/{pull_number}/commits`, 'shop'],
    [`${repository}/commits`, 'shop'],
    [`${repository}/commits/{ref}`, 'shop'],
    [`${repository}/commits/{commit_sha}/pulls`, 'shop'],
    [`${repository}/commits/{ref}/check-runs`, 'shop'],
    [`${repository}/commits/{ref}/status`, 'shop'],
    [`${repository}/commits/{ref}/statuses`, 'shop'],
    [`${repository}/compare/{basehead}`, 'shop'],
    [`${repository}/git/trees/{tree_sha}`, 'shop'],
    [`${repository}/git/commits/{commit_sha}`, 'shop'],
    [`${repository}/deployments`, 'shop'],
    [`${repository}/deployments/{deployment_id}`, 'shop'],
    [`${repository}/deployments/{deployment_id}/statuses`, 'shop'],
    [`${repository}/actions/workflows`, 'ops'],
    [`${repository}/actions/workflows/{workflow_id}`, 'ops'],
    [`${repository}/actions/workflows/{workflow_id}/runs`, 'ops'],
    [`${repository}/actions/runs`, 'ops'],
    [`${repository}/actions/runs/{run_id}`, 'ops'],
  ])('GET %s', async (operation, repo) => {
    expect(await problems(operation, repo)).toEqual([]);
  });
});
