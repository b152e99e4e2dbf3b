import { describe, expect, it } from 'vitest';
import { effectOf } from '../../src/rootcause/changes/diff-effect.ts';
import { linesOfDiff } from '../../src/rootcause/changes/diff-lines.ts';
import { sharedFrame, sharedQuote, sharedVerbosity } from '../../src/rootcause/changes/diff-overlap.ts';
import type { LogChange } from '../../src/rootcause/logs/log-delta.ts';
import { topicOf } from '../../src/rootcause/logs/log-vocabulary.ts';
import { diffOf } from './synthetic-incident.ts';

const path = 'services/ledger/src/settle.go';
const effect = (removed: readonly string[], added: readonly string[]): number =>
  effectOf(linesOfDiff(diffOf(path, removed, added))).strength;

const line = (sample: string, more: Partial<LogChange['template']> = {}): LogChange => ({
  template: {
    service: 'ledger',
    template: sample,
    level: 'error',
    count: 80,
    baselineCount: 0,
    firstSeenMs: 0,
    sample,
    ...more,
  },
  change: 'new',
  topic: null,
  severity: 0.9,
  mentions: [],
});

describe('what a diff can change', () => {
  it('is little for a rewrite that keeps its values, names and steps', () => {
    const inline = ['file, err := open(path, 0644)', 'if err != nil {', 'return err', '}', '_, err = file.Write(text)'];
    const moved = ['return writeText(path, text)', '}', 'func writeText(path string, text []byte) error {', ...inline];

    expect(effect(inline, moved)).toBeLessThan(0.5);
  });

  it('is little for what is only logged or counted', () => {
    expect(effect(['log.Debug("received", count)'], ['log.Info("received a batch", count)'])).toBeLessThan(0.3);
  });

  it.each([
    ['a lost lock', ['l.mu.Lock()', 'defer l.mu.Unlock()', 'l.counts[id]++'], ['l.counts[id]++']],
    ['a lost check', ['if entry == nil {', 'return ""', '}', 'return entry.status'], ['return entry.status']],
    ['a lost call', ['registerDefaults(registry)'], []],
    ['another number', ['const most = 50'], ['const most = 5']],
    [
      'another setting',
      ['  level: info', '  rate: 0.1', '  path: /var/log'],
      ['  level: debug', '  rate: 1.0', '  path: /var/log'],
    ],
    ['another operand', ['return entry.amount / 100'], ['return entry.total / 100']],
  ])('is full for %s', (_, removed, added) => {
    expect(effect(removed, added)).toBe(1);
  });
});

describe('an error names a change', () => {
  it('by a stack frame in one of its files, whatever folder the build was in', () => {
    const logs = [line('panic: nil map at /build/services/ledger/src/settle.go:41')];

    expect(sharedFrame([path], logs)).toBeGreaterThan(0.5);
    expect(sharedFrame(['services/orders/src/settle.go'], logs)).toBe(0);
    expect(sharedFrame(['services/ledger/src/quote.go'], logs)).toBe(0);
  });

  it('by a quoted name that only one side of the diff holds', () => {
    const logs = [line("missing required field 'meta'")];
    const renames = linesOfDiff(diffOf(path, ['Meta string `json:"meta"`'], ['Meta string `json:"metadata"`']));
    const keeps = linesOfDiff(diffOf(path, ['read(meta)'], ['readAll(meta)']));

    expect(sharedQuote(renames, logs)).toBeGreaterThan(0.5);
    expect(sharedQuote(keeps, logs)).toBe(0);
  });

  it('by the log level that surged', () => {
    const raises = linesOfDiff(diffOf('config/agent.yaml', ['  level: info'], ['  level: debug']));

    expect(sharedVerbosity(raises, [line('read chunk', { level: 'debug' })])).toBe(1);
    expect(sharedVerbosity(raises, [line('read chunk', { level: 'info' })])).toBe(0);
  });

  it('but the name of a file in a stack is no topic', () => {
    expect(topicOf('fatal: crashed (ratelimit.go:38) -> middleware.RateLimit.func1')).toBeNull();
    expect(topicOf('429 rate limit exceeded')).toBe('quota');
  });
});
