/** `causeway <command>`. `--json` prints one document on stdout; logs and progress go to stderr. */
import { Command } from 'commander';
import { exportAudit, type VerifyOptions, verifyAudit } from './commands/audit.ts';
import { printAuditKey, writeCheckpoint } from './commands/audit-checkpoint.ts';
import { forget } from './commands/audit-forget.ts';
import { prove } from './commands/audit-prove.ts';
import { showAutonomy } from './commands/autonomy.ts';
import { discoverCatalogue } from './commands/catalog-discover.ts';
import { doctor } from './commands/doctor.ts';
import { rerunEvidenceItem } from './commands/evidence.ts';
import { printPostmortem, showIncident } from './commands/incident.ts';
import { listPlans, listRunbooks, rehearseRunbook } from './commands/plans.ts';
import { type ExplainOptions, explainPolicy } from './commands/policy.ts';
import { type RankOptions, rankFile } from './commands/rank.ts';
import { redactFilter } from './commands/redact.ts';
import { exportIncident, type ReplayOptions, replay } from './commands/replay.ts';
import { complain } from './commands/say.ts';
import { printStats } from './commands/stats.ts';

const variables = process.env;
const program = new Command('causeway')
  .description('An AI SRE that lives in the incident channel')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

/** Runs a command and leaves with its exit code; a broken world is one line on stderr, not a stack. */
const ends =
  <Arguments extends unknown[]>(run: (...given: Arguments) => Promise<number> | number) =>
  async (...given: Arguments): Promise<void> => {
    try {
      process.exitCode = await run(...given);
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
    setTimeout(() => process.exit(), 2_000).unref();
  };

program
  .command('demo')
  .description('play one incident of the local lab to its end, with simulated responders')
  .option('--headless', 'without a browser (the page itself is: npm start)')
  .option('--fault <name>', 'which fault', 'pool-exhaustion')
  .option('--seed <n>', 'which variant', '1')
  .option('--list-faults', 'print the fault names')
  .option('--json', 'one JSON document')
  .action(
    ends(async (options: { fault: string; seed: string; listFaults?: boolean; json?: boolean }) => {
      // The lab needs development packages, so that only this command loads it.
      const { demo, listFaults } = await import('./commands/demo.ts');
      if (options.listFaults) return listFaults();
      const seed = Number(options.seed);
      if (!Number.isInteger(seed) || seed < 1) throw new Error(`--seed ${options.seed}: give a whole number from 1.`);
      return demo({ fault: options.fault, seed, json: options.json ?? false, variables });
    }),
  );

program
  .command('doctor')
  .description('check every integration')
  .option('--json', 'one JSON document')
  .action(ends(({ json }: { json?: boolean }) => doctor(variables, { json: json ?? false, nowMs: Date.now() })));

program
  .command('catalog')
  .description('the service catalogue')
  .command('discover')
  .description('draft causeway.yaml from what the integrations know, for review')
  .option('--json', 'one JSON document')
  .action(
    ends(({ json }: { json?: boolean }) => discoverCatalogue(variables, { json: json ?? false, nowMs: Date.now() })),
  );

const audit = program.command('audit').description('the audit log');
audit
  .command('export')
  .description('the whole log on stdout, one event per line')
  .option('--format <format>', 'jsonl, cloudevents or ocsf', 'jsonl')
  .action(ends((options: { format?: string }) => exportAudit(variables, options)));
audit
  .command('forget <incident>')
  .description('destroy the key, prompts, answers and tape of an incident; the log still verifies')
  .option('--as <person>', 'who asks, kept in the log', 'cli')
  .action(ends((id: string, options: { as: string }) => forget(variables, id, options)));
audit
  .command('key')
  .description('the public key that checks signed checkpoints')
  .action(ends(() => printAuditKey(variables)));
audit
  .command('checkpoint')
  .description('sign where the log stands now; keep it elsewhere')
  .option('--out <file>', 'a file instead of stdout')
  .action(ends((options: { out?: string }) => writeCheckpoint(variables, options)));
audit
  .command('prove [seq]')
  .description('a proof that entry SEQ is in the log, or that the log only grew since a checkpoint, as JSON')
  .option('--since <file>', 'an earlier signed checkpoint')
  .action(ends((seq: string | undefined, options: { since?: string }) => prove(variables, seq, options)));
audit
  .command('verify')
  .description('verify the hash chain; exit 1 and the first bad entry when broken')
  .option('--export <file>', 'an export instead of the store')
  .option('--checkpoint <file>', 'signed checkpoints, or an earlier verify --json: the log must contain them')
  .option('--public-key <file>', 'the output of audit key: the checkpoints must be signed by it')
  .option('--proof <file>', 'the output of audit prove: check it without the log')
  .option('--json', 'one JSON document')
  .action(ends((options: VerifyOptions) => verifyAudit(variables, options)));

program
  .command('incident')
  .command('show <id>')
  .description('what the ledger says of an incident, as JSON')
  .option('--json', 'one JSON document (always)')
  .action(ends((id: string) => showIncident(variables, id)));

program
  .command('export <id>')
  .description('everything an incident is replayed from, as one JSON document')
  .action(ends((id: string) => exportIncident(variables, id)));
program
  .command('replay [id]')
  .description('go through an investigation again, offline and without keys; exit 1 when code decides otherwise now')
  .option('--from <file>', 'the output of export instead of the store')
  .option('--json', 'one JSON document')
  .action(ends((id: string | undefined, options: ReplayOptions) => replay(variables, id, options)));

program
  .command('stats')
  .description('how right the verdicts were, as people graded them, and what today cost')
  .option('--json', 'one JSON document')
  .action(ends(({ json }: { json?: boolean }) => printStats(variables, { json: json ?? false, nowMs: Date.now() })));

program
  .command('evidence')
  .description('the evidence ledger')
  .command('rerun <incident> <evidence>')
  .description('repeat the call behind an evidence item, for example: evidence rerun INC-1 E3')
  .action(ends((incident: string, item: string) => rerunEvidenceItem(variables, incident, item)));

program
  .command('redact')
  .description('redaction as a filter: stdin to stdout, what was masked to stderr; exit 1 when something was withheld')
  .option('--json', 'what was masked as JSON instead of a table')
  .action(ends((options: { json?: boolean }) => redactFilter(variables, options)));

program
  .command('postmortem <id>')
  .description('compile the postmortem from the ledger')
  .option('--format <formats>', 'md, json or md,json', 'md')
  .action(ends((id: string, { format }: { format: string }) => printPostmortem(variables, id, format)));

program
  .command('plans')
  .command('list')
  .description('every plan that can ever be reached')
  .option('--json', 'one JSON document')
  .action(ends(({ json }: { json?: boolean }) => listPlans(variables, json ?? false)));

program
  .command('policy')
  .description('who may approve what, and why')
  .command('explain [plan]')
  .description(
    'a stored plan: who may approve it, and what stands between it and its start; without one: the whole table',
  )
  .option('--as <person>', 'one person of the directory')
  .option('--json', 'one JSON document')
  .action(ends((id: string | undefined, options: ExplainOptions) => explainPolicy(variables, id, options)));

program
  .command('autonomy')
  .description('per class of failure: what acting alone would have done, and what people did')
  .option('--json', 'one JSON document')
  .action(ends((options: { json?: boolean }) => showAutonomy(variables, options)));

const runbook = program.command('runbook').description('runbooks');
runbook
  .command('list')
  .option('--json', 'one JSON document')
  .action(ends(({ json }: { json?: boolean }) => listRunbooks(variables, json ?? false)));
runbook
  .command('run <name> [values...]')
  .description('say every call a runbook would make; running needs an approval in the channel')
  .requiredOption('--dry-run', 'the only way this command runs one')
  .action(ends((name: string, values: string[]) => rehearseRunbook(variables, name, values)));

program
  .command('rank')
  .description('the root-cause engine alone on one telemetry document')
  .option('--in <file>', 'the document, JSON')
  .option('--schema', 'print the JSON schema of the document')
  .option('--json', 'one JSON document')
  .action(ends((options: RankOptions) => rankFile(options)));

await program.parseAsync();
