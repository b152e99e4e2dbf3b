/** `npm run bench -- silence`: how often the engine names a cause where nothing is wrong. */
import { join } from 'node:path';
import { Command } from 'commander';
import { rank } from '../../src/rootcause/rank.ts';
import { wilsonInterval } from './accuracy.ts';
import { caseFiles } from './load-petshop.ts';
import { type Columns, type PetshopCase, petshopTelemetry, readPetshopCase, type Samples } from './petshop-case.ts';

type Options = { readonly data: string; readonly split: string; readonly step: string };

/** As long as the recorded incidents. */
const windowSamples = 5;
/** The alerts of the incidents fired about here. */
const firedAt = 1.6;

export async function benchSilence(words: readonly string[]): Promise<void> {
  const command = new Command('silence')
    .description('false causes on ordinary windows, cut out of the recorded fault-free days')
    .requiredOption('--data <dir>', 'the folder that holds one folder per set')
    .requiredOption('--split <name>', 'whose cases name the fault-free days')
    .option('--step <samples>', 'from one window to the next', '12')
    .action(({ data, split, step }: Options) => {
      const cases = distinctPasts(join(data, 'petshop', split));
      if (cases.length === 0) process.stdout.write(`silence: no PetShop cases of split "${split}"; skipped.\n`);
      for (const one of cases) for (const withAlert of [true, false]) report(one, withAlert, Number(step));
    });
  await command.parseAsync([...words], { from: 'user' });
}

/** One case per fault-free recording and target. */
function distinctPasts(folder: string): readonly PetshopCase[] {
  const found = new Map<string, PetshopCase>();
  for (const file of caseFiles(folder)) {
    const one = readPetshopCase(folder, file);
    const key = JSON.stringify([one.target, Object.values(one.past)[0]?.slice(0, 20), one.nodes.length]);
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

function report(one: PetshopCase, withAlert: boolean, step: number): void {
  const length = Math.max(...Object.values(one.past).map((samples) => samples.length));
  const starts = Array.from({ length: Math.floor((length - windowSamples) / step) + 1 }, (_, at) => at * step);
  const outcomes = starts.map((start) => rank(petshopTelemetry(cutOut(one, start), 0, withAlert)));
  const named = outcomes.filter(({ outcome }) => outcome === 'ranked').length;
  const share = named / outcomes.length;
  const interval = wilsonInterval(share, outcomes.length).map((edge) => edge.toFixed(2));
  const given = withAlert ? `alert on ${one.target.node} ${one.target.metric}` : `window alone, ${one.target.metric}`;
  process.stdout.write(
    `silence, ${given}: false causes ${named} of ${outcomes.length} = ${share.toFixed(3)} [${interval.join('-')}]\n`,
  );
}

/** The window at `start` as the incident, what lies after and before it, in this order, as its past. */
function cutOut(one: PetshopCase, start: number): PetshopCase {
  const end = start + windowSamples;
  const map = (columns: Columns, cut: (samples: Samples) => Samples): Columns =>
    Object.fromEntries(Object.entries(columns).map(([name, samples]) => [name, cut(samples)]));
  return {
    ...one,
    past: map(one.past, (samples) => [...samples.slice(end), ...samples.slice(0, start)]),
    present: map(one.past, (samples) => samples.slice(start, end)),
    firedAt,
  };
}
