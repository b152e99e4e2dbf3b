/** `npm run bench -- <name>`: every figure the documents quote is printed by one of these. */
import { benchLabRank } from './lab-rank.ts';
import { benchTable } from './table.ts';

const [asked = '', ...rest] = process.argv.slice(2);

const benches: { readonly [title: string]: (words: readonly string[]) => Promise<void> | void } = {
  table: benchTable,
  'lab-rank': benchLabRank,
  kill: async (given) => (await import('./kill.ts')).benchKill(given),
  start: async (given) => (await import('./memory.ts')).benchStart(given),
};

const bench = benches[asked];
if (bench) await bench(rest);
else {
  process.stderr.write(`There is no bench "${asked}". Known: ${Object.keys(benches).join(', ')}.\n`);
  process.exitCode = 2;
}
