/** The README is kept true by reading it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Environment, readEnvironment } from '../src/config.ts';
import { verbs } from '../src/core/command.ts';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it.each(Object.entries(Environment.shape).map(([name, shape]) => [name, shape.description ?? '']))(
    'says what %s does',
    (name, description) => {
      expect(description).not.toBe('');
      expect(readme).toContain(`| \`${name}\` | ${description} |`);
    },
  );

  it('names no variable that nobody reads', () => {
    const told = [...readme.matchAll(/^\| `(?<name>[A-Z][A-Z_]+)` \|/gmu)].map(({ groups }) => groups?.['name'] ?? '');
    expect(told.filter((name) => !Object.hasOwn(Environment.shape, name))).toEqual([]);
    expect(told.length).toBeGreaterThan(20);
  });

  it.each(verbs.map((verb) => [verb]))('lists the chat command %s', (verb) => {
    expect(readme).toMatch(new RegExp(`\`(?:[^\`]*, )?${verb}\\b`, 'u'));
  });

  it('carries no placeholder', () => {
    expect(readme).not.toMatch(/[A-Z]+_HERE/u);
  });
});

describe('a wrong environment', () => {
  it('is told all at once, each with its name', () => {
    const result = readEnvironment({
      PORT: 'http',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: 'loud',
      SLACK_SIGNING_SECRET: 'short',
      MICROSOFT_APP_PASSWORD: 'secret',
    });

    const problems = result.ok ? [] : result.failure;
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'DATABASE_URL',
      'LOG_LEVEL',
      'SLACK_SIGNING_SECRET',
      'SLACK_BOT_TOKEN',
      'MICROSOFT_APP_ID and MICROSOFT_APP_PASSWORD',
    ]);
    expect(problems.filter((problem) => !/Fix it or unset it|[Ss]et (?:it|both)/u.test(problem))).toEqual([]);
  });

  it.each([
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, 'SLACK_APP_TOKEN'],
    [{ SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_BOT_TOKEN'],
    [{ MICROSOFT_APP_ID: '11111111-1111-4111-8111-111111111111' }, 'MICROSOFT_APP_PASSWORD'],
    [{ SLACK_CHANNEL_PATTERN: '(' }, 'SLACK_CHANNEL_PATTERN'],
  ])('%j needs %s', (variables, named) => {
    const result = readEnvironment(variables);
    expect(result.ok ? '' : result.failure.join('\n')).toContain(named);
  });

  it('treats empty variables as unset', () => {
    expect(readEnvironment({ PORT: '', SLACK_BOT_TOKEN: '' })).toMatchObject({ ok: true, value: { PORT: 3000 } });
  });
});
