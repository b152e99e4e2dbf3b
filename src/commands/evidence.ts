import { type Rerun, rerun } from '../flow/rerun.ts';
import { printJson } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

const exitCodes: { readonly [Outcome in Rerun]: number } = { same: 0, changed: 1, gone: 1, unreadable: 1 };

/** Repeats the call behind one evidence item. Exit code 0 when it gives the same result now, otherwise 1. */
export const rerunEvidenceItem = (variables: Variables, incident: string, item: string): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    const known = await world.store.incident(incident);
    if (!known) return fail([`There is no incident ${incident}. See: causeway incident show ID`]);
    const ledger = await world.store.evidence(known.id);
    const evidence = ledger.find(({ id }) => id === item);
    if (!evidence) {
      const ids = ledger.map(({ id }) => id).join(', ');
      return fail([`${incident} has no evidence ${item}. Known: ${ids || 'none'}.`]);
    }
    const { tool, query, window, sha256 } = evidence;
    const outcome = await rerun(world, evidence);
    printJson({ incident, evidence: item, tool, query, window, sha256, outcome });
    return exitCodes[outcome];
  });
