// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are runbook placeholders, not template strings.
/** Goal: a runbook that is wrong is refused with the file, the line, the field and what to do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadActions } from '../../src/actions/load-actions.ts';
import { compileRunbook } from '../../src/core/runbook-plan.ts';
import { loadRunbooks, problemText } from '../../src/runbooks/load-runbooks.ts';
import { readRunbook } from '../../src/runbooks/read-runbook.ts';

const shipped = fileURLToPath(new URL('../../runbooks', import.meta.url));
const actions = ['github-workflow-dispatch', 'rollback-pull-request'];

const good = `name: scale-up
title: Scale up
owner: platform
risk: 2
inputs:
  pods:
    type: number
    description: how many
    min: 1
    max: 20
  where:
    type: enum
    description: which one
    values: [blue, green]
    default: blue
steps:
  - id: scale
    action: github-workflow-dispatch
    says: Scale \${inputs.where} to \${inputs.pods}
    parameters: { owner: acme, pods: '\${inputs.pods}' }
    verify: pods are ready
    undo: { impossible: the old number is not known }
    timeoutSeconds: 60
expectedEffect: more room
`;

function problemsOf(text: string, file = 'scale-up.yaml'): readonly string[] {
  const read = readRunbook(file, text, new Map(actions.map((action) => [action, ['owner', 'host']])));
  return read.ok ? [] : read.failure.map(problemText);
}

describe('what ships', () => {
  it('loads without a problem against the real catalogue, and its parameters fit the real actions', async () => {
    const catalogue = await loadActions();
    const { runbooks, problems } = await loadRunbooks(
      shipped,
      catalogue.map(({ name }) => name),
    );
    expect(problems).toEqual([]);
    expect(runbooks.map(({ name }) => name)).toContain('disable-feature-flag');
    for (const runbook of runbooks.filter(({ name }) => name === 'disable-feature-flag')) {
      const { steps, inverse } = compileRunbook(runbook, { flag: 'new-checkout' });
      for (const step of [...steps, ...inverse.steps]) {
        const action = catalogue.find(({ name }) => name === step.action);
        expect(action?.parameters.safeParse(step.parameters)).toMatchObject({ success: true });
      }
    }
  });
});

describe('a folder', () => {
  it('loads the good files and lists the problems of the others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'runbooks-'));
    try {
      await writeFile(join(folder, 'scale-up.yaml'), good);
      await writeFile(join(folder, 'broken.yml'), good.replace('risk: 2', 'risk: 9'));
      await writeFile(join(folder, 'notes.txt'), 'not a runbook');
      const { runbooks, problems } = await loadRunbooks(folder, actions);
      expect(runbooks.map(({ name }) => name)).toEqual(['scale-up']);
      expect(problems.map(problemText)).toEqual(['broken.yml:4 risk: risk is 1, 2 or 3']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('problems', () => {
  it('none in the example', () => {
    expect(problemsOf(good)).toEqual([]);
  });

  it.each([
    [
      'broken YAML',
      good.replace('  pods:\n', '  pods: [\n'),
      /^scale-up\.yaml:\d+: not valid YAML \([A-Z_]+\); check /u,
    ],
    [
      'an input where people must write it out',
      good.replace('owner: acme,', "owner: '${inputs.where}',"),
      /^scale-up\.yaml:\d+ steps\.0\.parameters\.owner: write owner out; no input may fill it/u,
    ],
    ['an age that is none', `${good}staleAfterDays: 0\n`, /^scale-up\.yaml:\d+ staleAfterDays: at least 1 day/u],
    ['one key twice', `${good}risk: 1\n`, /^scale-up\.yaml:\d+: not valid YAML \(DUPLICATE_KEY\)/u],
    ['nothing', '', /^scale-up\.yaml:1: /u],
    ['a missing field', good.replace('owner: platform\n', ''), /^scale-up\.yaml:1 owner: missing; expected string/u],
    [
      'a misspelt field',
      good.replace('verify:', 'verfy:'),
      /^scale-up\.yaml:21 steps\.0\.verfy: there is no such field/u,
    ],
    ['another name', good.replace('name: scale-up', 'name: scale'), /:1 name: must equal the file name: scale-up/u],
    [
      'an unknown action',
      good.replace('github-workflow-dispatch', 'shell'),
      /:18 steps\.0\.action: .*use one of github/u,
    ],
    [
      'an unknown input',
      good.replace('inputs.where}', 'inputs.here}'),
      /:19 steps\.0\.says: \$\{inputs\.here\} names no/u,
    ],
    [
      'an environment variable',
      good.replace('owner: acme', "owner: '${HOME}'"),
      /:20 steps\.0\.parameters: \$\{HOME\} is /u,
    ],
    ['a range upside down', good.replace('min: 1', 'min: 30'), /:9 inputs\.pods\.min: min 30 is above max 20/u],
    [
      'a default off the list',
      good.replace('default: blue', 'default: red'),
      /:15 inputs\.where\.default: .*blue, green/u,
    ],
    [
      'an unusable pattern',
      good.replace('type: number', "type: string\n    pattern: '(?=x)'"),
      /:8 inputs\.pods\.pattern: /u,
    ],
    ['an input without a type', good.replace('    type: enum\n', ''), /inputs\.where/u],
    ['no undo', good.replace(/ {4}undo: .*\n/u, ''), /steps\.0\.undo: /u],
    [
      'a long wait',
      good.replace('timeoutSeconds: 60', 'timeoutSeconds: 99999'),
      /:23 steps\.0\.timeoutSeconds: at most/u,
    ],
    [
      'two steps of one name',
      good.replace(/( {2}- id: scale[\s\S]*60\n)/u, '$1$1'),
      /:24 steps\.1\.id: two steps are called/u,
    ],
    ['no steps', good.replace(/steps:[\s\S]*60\n/u, 'steps: []\n'), /steps: a runbook needs at least one step/u],
  ])('%s', (_name, text, expected) => {
    expect(problemsOf(text)).toContainEqual(expect.stringMatching(expected));
  });

  it('lists all of them at once', () => {
    expect(problemsOf(good.replace('risk: 2', 'risk: 9').replace('owner: platform', 'owner: 7'))).toHaveLength(2);
  });
});
