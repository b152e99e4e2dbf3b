// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are runbook placeholders, not template strings.
/** Goal: people's values reach an action typed and checked, or come back with what is allowed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Runbook } from '../../src/core/runbook.ts';
import { parseRunbookArguments } from '../../src/core/runbook-arguments.ts';
import { compileRunbook, suggestRunbooks } from '../../src/core/runbook-plan.ts';

const runbook: Runbook = {
  name: 'flip',
  title: 'Flip a flag',
  owner: 'platform',
  risk: 1,
  reach: 'service',
  suggestsFor: ['feature-flag'],
  inputs: {
    flag: { type: 'string', description: 'its name', pattern: '[a-z-]+', maxLength: 12, suggest: 'flag' },
    percent: { type: 'number', description: 'how much', min: 0, max: 100, integer: true, default: 0 },
    where: { type: 'enum', description: 'which one', values: ['blue', 'green'], default: 'blue' },
    force: { type: 'boolean', description: 'really', default: false },
  },
  preconditions: [{ name: 'flag', expected: '${inputs.flag}' }],
  steps: [
    {
      id: 'one',
      action: 'github-workflow-dispatch',
      says: 'Set ${inputs.flag} to ${inputs.percent} %',
      parameters: { percent: '${inputs.percent}', text: 'at ${inputs.percent}', list: [{ flag: '${inputs.flag}' }] },
      verify: 'look',
      undo: { says: 'Set ${inputs.flag} back', parameters: { percent: 100 } },
      timeoutSeconds: 30,
    },
    {
      id: 'two',
      action: 'rollback-pull-request',
      says: 'Say so',
      parameters: {},
      verify: 'look',
      undo: { impossible: 'it is said' },
      timeoutSeconds: 60,
    },
  ],
  expectedEffect: '${inputs.flag} is off',
  guidance: 'Ignore ${inputs.flag}',
};

describe('arguments', () => {
  it('become typed values, with defaults', () => {
    const parsed = parseRunbookArguments(runbook, ' flag=new-checkout  percent=25 force=true');
    expect(parsed).toEqual({ ok: true, value: { flag: 'new-checkout', percent: 25, where: 'blue', force: true } });
  });

  it('may be quoted, also with curly quotes', () => {
    const spaced: Runbook = {
      ...runbook,
      inputs: { note: { type: 'string', description: 'n', pattern: '.*', maxLength: 50 } },
    };
    expect(parseRunbookArguments(spaced, 'note="a b=c"')).toEqual({ ok: true, value: { note: 'a b=c' } });
    expect(parseRunbookArguments(spaced, 'note=\u201Ca b\u201D')).toEqual({ ok: true, value: { note: 'a b' } });
  });

  it.each([
    ['', ['flag: missing; give flag=text matching [a-z-]+, at most 12 characters (its name)']],
    ['flag=New', ['flag: "New" is not allowed; give text matching [a-z-]+, at most 12 characters']],
    ['flag=a-name-too-long', [expect.stringContaining('at most 12 characters')]],
    ['flag=a percent=101', ['percent: "101" is not allowed; give a whole number from 0 to 100']],
    ['flag=a percent=1.5', [expect.stringContaining('a whole number')]],
    ['flag=a percent=1e1', [expect.stringContaining('percent: "1e1" is not allowed')]],
    ['flag=a where=red', ['where: "red" is not allowed; give one of blue, green']],
    ['flag=a force=yes', ['force: "yes" is not allowed; give true or false']],
    ['flag=a colour=red', ['colour: flip has no such input; it takes flag, percent, where, force']],
    ['flag=a __proto__=x', [expect.stringContaining('__proto__: flip has no such input')]],
    ['flag=a flag=b', ['flag: given twice; give it once']],
    ['flag=a please', ['please: write it as key=value, with quotes around a value that has spaces']],
    ['percent=x where=y', [expect.anything(), expect.anything(), expect.anything()]],
  ])('%j: %j', (text, problems) => {
    const parsed = parseRunbookArguments(runbook, text);
    expect(parsed.ok ? [] : parsed.failure).toEqual(problems);
  });

  it('answers any text, quickly, with values only where the pattern holds from end to end', () => {
    const property = fc.property(fc.string({ maxLength: 60 }), (text) => {
      const parsed = parseRunbookArguments(runbook, `flag=${text}`);
      return !parsed.ok || /^[a-z-]{1,12}$/u.test(String(parsed.value['flag']));
    });
    expect(fc.check(property)).toMatchObject({ failed: false });
  });
});

describe('the compiled plan', () => {
  const values = { flag: 'new-checkout', percent: 25, where: 'blue', force: false };
  const compiled = compileRunbook(runbook, values);

  it('has every value in place and typed', () => {
    expect(compiled.steps[0]).toEqual({
      id: 'one',
      action: 'github-workflow-dispatch',
      says: 'Set new-checkout to 25 %',
      parameters: { percent: 25, text: 'at 25', list: [{ flag: 'new-checkout' }], timeoutSeconds: 30 },
    });
    expect(compiled.title).toBe('Flip a flag (flag=new-checkout, percent=25, where=blue, force=false)');
    expect(compiled.expectedEffect).toBe('new-checkout is off');
    expect(compiled.preconditions).toEqual([{ name: 'flag', expected: 'new-checkout' }]);
  });

  it('undoes the last step first and says what cannot be undone', () => {
    expect(compiled.inverse.says).toBe('Step two cannot be undone: it is said. Set new-checkout back');
    expect(compiled.inverse.steps).toEqual([
      {
        id: 'undo-one',
        action: 'github-workflow-dispatch',
        says: 'Set new-checkout back',
        parameters: { percent: 100, text: 'at 25', list: [{ flag: 'new-checkout' }], timeoutSeconds: 30 },
      },
    ]);
  });

  it('substitutes once: a value that looks like a placeholder stays as it is', () => {
    const { steps } = compileRunbook(runbook, { ...values, flag: '${inputs.percent}' });
    expect(steps[0]?.says).toBe('Set ${inputs.percent} to 25 %');
  });
});

describe('suggestions', () => {
  it('are made when the facts fill the inputs', () => {
    const [suggestion] = suggestRunbooks([runbook], { kind: 'feature-flag', facts: { flag: 'new-checkout' } });
    expect(suggestion?.values).toEqual({ flag: 'new-checkout', percent: 0, where: 'blue', force: false });
  });

  it.each([
    ['another cause', { kind: 'bad-deploy' as const, facts: { flag: 'x' } }],
    ['no fact', { kind: 'feature-flag' as const, facts: {} }],
    ['a fact the input refuses', { kind: 'feature-flag' as const, facts: { flag: 'x; rm -rf' } }],
  ])('are not made for %s', (_name, cause) => {
    expect(suggestRunbooks([runbook], cause)).toEqual([]);
  });

  it('are not made from a default where the input asks for a fact', () => {
    const asking: Runbook = {
      ...runbook,
      inputs: { flag: { type: 'enum', values: ['old'], description: 'which', suggest: 'flag', default: 'old' } },
    };
    expect(suggestRunbooks([asking], { kind: 'feature-flag', facts: {} })).toEqual([]);
    expect(suggestRunbooks([asking], { kind: 'feature-flag', facts: { flag: 'old' } })).toHaveLength(1);
  });
});
