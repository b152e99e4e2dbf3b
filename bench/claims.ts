/** `claims [submissions] [first seed]`: generated findings through the gate and the renderers, judged by an oracle of its own. */
import { emptyTally, runCase, type Tally } from '../test/support/claim-run.ts';

export function benchClaims([count = '100000', first = '1']: readonly string[]): void {
  const [submissions, seed] = [Number(count), Number(first)];
  if (!Number.isInteger(submissions) || submissions < 1)
    throw new Error(`claims ${count}: give a whole number from 1.`);
  const tally = emptyTally();
  const startedAtMs = performance.now();
  for (let index = 0; index < submissions; index += 1) runCase(seed + index, tally);
  tell(tally, (performance.now() - startedAtMs) / 1_000);
  if (tally.violations.length > 0) process.exitCode = 1;
}

function tell(tally: Tally, seconds: number): void {
  const { submissions, kept, dropped, honestKept, honestRefused, liesLeft, violations } = tally;
  const sum = (of: ReadonlyMap<string, number>): number => [...of.values()].reduce((total, each) => total + each, 0);
  const list = (of: ReadonlyMap<string, number>): string =>
    [...of].map(([kind, times]) => `${kind} ${times}`).join(', ') || 'none';
  process.stdout.write(
    [
      `${submissions} submissions, ${kept + dropped} sentences: ${kept} left, ${dropped} were dropped (${seconds.toFixed(0)} s)`,
      `proven sentences: ${sum(honestKept)} left, ${sum(honestRefused)} were refused (${list(honestRefused)})`,
      `sentences that left and are not proven: ${sum(liesLeft)} (${list(liesLeft)})`,
      ...violations,
      '',
    ].join('\n'),
  );
}
