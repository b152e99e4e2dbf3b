/** `npm run bench -- <name>`: every figure the documents quote is printed by one of these. */
import { benchLabRank } from './lab-rank.ts';
import { benchTable } from './table.ts';

const [asked = '', ...rest] = process.argv.slice(2);

const benches: { readonly [title: string]: (words: readonly string[]) => Promise<void> | void } = {
  table: benchTable,
  'lab-rank': benchLabRank,
  audit: async (given) => (await import('./audit.ts')).benchAudit(given),
  'fan-out': async (given) => (await import('./fan-out.ts')).benchFanOut(given),
  replay: async (given) => (await import('./replay.ts')).benchReplay(given),
  digest: async (given) => (await import('./digest/digest-command.ts')).benchDigest(given),
  kill: async (given) => (await import('./kill.ts')).benchKill(given),
  redaction: async (given) => (await import('./redaction.ts')).benchRedaction(given),
  ack: async (given) => (await import('./ack.ts')).benchAck(given),
  start: async (given) => (await import('./memory.ts')).benchStart(given),
  rca: async (given) => (await import('./rca/rca-command.ts')).benchRca(given),
  logs: async (given) => (await import('./rca/logs-command.ts')).benchLogs(given),
  silence: async (given) => (await import('./rca/silence-command.ts')).benchSilence(given),
  changepoints: async (given) => (await import('./rca/changepoints-command.ts')).benchChangepoints(given),
  orchestration: async (given) => (await import('./orchestration.ts')).benchOrchestration(given),
  claims: async (given) => (await import('./claims.ts')).benchClaims(given),
  simulate: async (given) => (await import('./simulate.ts')).benchSimulate(given),
  score: async (given) => (await import('./rca/score-command.ts')).benchScore(given),
};

const bench = benches[asked];
if (bench) {
  try {
    await bench(rest);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`There is no bench "${asked}". Known: ${Object.keys(benches).join(', ')}.\n`);
  process.exitCode = 2;
}
