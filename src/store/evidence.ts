import { sql } from 'kysely';
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { storedEvidence, storedGaps, storedHypotheses } from './stored-evidence.ts';
import { incidentNumber } from './stored-incident.ts';
import { storedKey } from './stored-key.ts';

type EvidenceRoom = Pick<
  Store,
  'addEvidence' | 'evidence' | 'evidenceById' | 'saveGaps' | 'gaps' | 'saveHypotheses' | 'hypotheses'
>;

/** The number in `E12`, or null: people and models type these. */
const evidenceNumber = (id: string): number | null => (/^E[1-9][0-9]{0,8}$/u.test(id) ? Number(id.slice(1)) : null);

export function evidenceRoom(database: Database): EvidenceRoom {
  const rows = (incident: string) =>
    database.reader().selectFrom('evidence').select('document').where('incident', '=', incident);
  return {
    addEvidence: (incident, key, evidence) => addEvidence(database, { ...evidence, incident, key: storedKey(key) }),
    async evidence(incident) {
      return (await rows(incident).orderBy('number').execute()).map((row) => storedEvidence.parse(row.document));
    },
    async evidenceById(incident, id) {
      const number = evidenceNumber(id);
      if (number === null) return null;
      const row = await rows(incident).where('number', '=', number).executeTakeFirst();
      return row === undefined ? null : storedEvidence.parse(row.document);
    },
    async saveGaps(incident, gaps) {
      const columns = { gaps: JSON.stringify(gaps) };
      const query = database
        .writer(null)
        .insertInto('gap')
        .values({ incident, ...columns });
      await query.onConflict((conflict) => conflict.column('incident').doUpdateSet(columns)).execute();
    },
    async gaps(incident) {
      const row = await database
        .reader()
        .selectFrom('gap')
        .select('gaps')
        .where('incident', '=', incident)
        .executeTakeFirst();
      return storedGaps.parse(row?.gaps ?? []);
    },
    async saveHypotheses(transaction, incident, hypotheses) {
      const columns = { hypotheses: JSON.stringify(hypotheses) };
      const query = database
        .writer(transaction)
        .insertInto('hypothesis')
        .values({ incident, ...columns });
      await query.onConflict((conflict) => conflict.column('incident').doUpdateSet(columns)).execute();
    },
    async hypotheses(incident) {
      const query = database.reader().selectFrom('hypothesis').select('hypotheses');
      return storedHypotheses.parse(
        (await query.where('incident', '=', incident).executeTakeFirst())?.hypotheses ?? [],
      );
    },
  };
}

/** The incident's row lock makes numbering and the key check one step. */
function addEvidence(database: Database, evidence: Omit<Evidence, 'id'> & { readonly key: string }): Promise<Evidence> {
  const { incident, key, ...document } = evidence;
  return database.transact(async (transaction) => {
    const writer = database.writer(transaction);
    const number = incidentNumber(incident);
    await writer
      .selectFrom('incident')
      .select('number')
      .where('number', '=', number ?? '0')
      .forUpdate()
      .executeTakeFirstOrThrow();
    const mine = writer.selectFrom('evidence').where('incident', '=', incident);
    const known = await mine.where('key', '=', key).select('document').executeTakeFirst();
    if (known !== undefined) return storedEvidence.parse(known.document);
    const last = await mine.select(sql<number>`coalesce(max(number), 0)`.as('number')).executeTakeFirstOrThrow();
    const id: EvidenceId = `E${last.number + 1}`;
    const stored: Evidence = { ...document, incident, id };
    const row = { incident, number: last.number + 1, key, document: JSON.stringify(stored) };
    await writer.insertInto('evidence').values(row).execute();
    return stored;
  });
}
