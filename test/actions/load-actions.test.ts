import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectActions, loadActions } from '../../src/actions/load-actions.ts';

describe('the catalogue of writes', () => {
  it('is one action per file, by its name, and nothing else', async () => {
    const folder = new URL('../../src/actions/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'load-actions.ts');
    const names = (await loadActions()).map(({ name }) => `${name}.ts`);
    expect(names).toEqual(files.toSorted());
    expect(names.length).toBeGreaterThanOrEqual(3);
  });

  it('is off when nothing is set, and says what would turn it on', async () => {
    const { actions, off, problems } = connectActions(await loadActions(), {});
    expect({ actions, problems }).toEqual({ actions: [], problems: [] });
    const missing = Object.fromEntries(off.map((each) => [each.name, each.missing]));
    expect(missing).toMatchObject({
      'close-pull-request': ['GITHUB_WRITE_TOKEN'],
      'aws-ssm-automation': ['AWS_REGION', 'AWS_ACTOR_ROLE_ARN'],
      'http-call': ['HTTP_ACTION_HOSTS'],
      'kubernetes-scale': ['KUBERNETES_API_URL'],
    });
  });

  it('connects what is set', async () => {
    const { actions, off } = connectActions(await loadActions(), { GITHUB_WRITE_TOKEN: 'x', OTHER: 'y' });
    expect(actions.map(({ action }) => action.name)).toContain('rollback-pull-request');
    expect(off.map(({ name }) => name).filter((name) => /github|pull-request/u.test(name))).toEqual([]);
  });

  it('calls a wrong value a problem', async () => {
    const environment = { GITHUB_WRITE_TOKEN: 'x', GITHUB_API_URL: 'not a url' };
    const { problems } = connectActions(await loadActions(), environment);
    expect(problems[0]).toMatch(/^close-pull-request: GITHUB_API_URL /u);
  });
});
