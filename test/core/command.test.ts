import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, nearestVerb, parseCommand, verbs } from '../../src/core/command.ts';

const question = (text: string): Command => ({ verb: 'investigate', question: text, depth: 'standard' });

describe('the command line', () => {
  it.each<[string, boolean, Command]>([
    ['', false, { verb: 'help' }],
    ['', true, question('')],
    ['why is checkout slow?', true, question('why is checkout slow?')],
    ['investigate  checkout   now', false, question('checkout now')],
    ['investigate deep why is it slow', true, { verb: 'investigate', question: 'why is it slow', depth: 'deep' }],
    ['investigate QUICK', false, { verb: 'investigate', question: '', depth: 'quick' }],
    ['deep in the logs there is a clue', true, question('deep in the logs there is a clue')],
    ['why h2', false, { verb: 'why', of: 'H2' }],
    ['why E13', true, { verb: 'why', of: 'E13' }],
    ['why', false, { verb: 'unknown', said: 'why', nearest: 'why H1' }],
    ['STATUS', false, { verb: 'status' }],
    ['status of checkout?', true, question('status of checkout?')],
    ['runbook list', false, { verb: 'runbook-list' }],
    ['runbook', false, { verb: 'runbook-list' }],
    ['runbook disable-flag flag=x y=1', false, { verb: 'runbook', name: 'disable-flag', arguments: 'flag=x y=1' }],
    ['timeline add "we saw it too"', false, { verb: 'timeline', add: 'we saw it too' }],
    ['timeline', false, { verb: 'timeline', add: null }],
    ['stop', false, { verb: 'stop', all: false }],
    ['stop all', false, { verb: 'stop', all: true }],
    ['postmortem draft', true, { verb: 'postmortem' }],
    ['statuss', false, { verb: 'unknown', said: 'statuss', nearest: 'status' }],
    ['approve plan-1', false, { verb: 'unknown', said: 'approve', nearest: 'approvals' }],
  ])('%j (asked: %s) is understood', (line, asked, expected) => {
    expect(parseCommand(line, asked)).toEqual(expected);
  });

  it('has no verb that approves, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (line, asked) => {
        expect(parseCommand(line, asked).verb).not.toMatch(/approve$/u);
      }),
    );
    expect(verbs.filter((verb) => /^(?:approve|merge|execute|run)$/u.test(verb))).toEqual([]);
  });
});

it.each([
  ['postmorten', 'postmortem'],
  ['hepl', 'help'],
  ['runbok', 'runbook'],
])('%s is nearest to %s', (said, verb) => {
  expect(nearestVerb(said)).toBe(verb);
});
