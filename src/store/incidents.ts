import type { Selectable } from 'kysely';
import type { Incident, Place } from '../core/incident.ts';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { incidentNumber, parseIncident } from './stored-incident.ts';
import type { Tables } from './tables.ts';

type IncidentRoom = Pick<
  Store,
  'openIncident' | 'incident' | 'incidentAt' | 'lastIncidentAt' | 'incidents' | 'setPhase' | 'setSymptom'
>;

const first = (rows: readonly Selectable<Tables['incident']>[]): Incident | null =>
  rows[0] === undefined ? null : parseIncident(rows[0]);

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

const columnsOf = (incident: Omit<Incident, 'id'>) => ({
  platform: incident.place.platform,
  tenant: incident.place.tenant,
  channel: incident.place.channel,
  root: incident.place.root ?? null,
  phase: incident.phase,
  opened_at_ms: incident.openedAtMs,
  opened_by: incident.openedBy,
  question: jsonOrNull(incident.question),
  symptom: jsonOrNull(incident.symptom),
  onset_ms: incident.onsetMs,
});

/** Throws for an id that no incident has: only a bug can ask to change one. */
function numberOf(id: string): string {
  const number = incidentNumber(id);
  if (number === null) throw new Error(`${id} is not an incident id.`);
  return number;
}

export function incidentRoom(database: Database): IncidentRoom {
  const latest = () => database.reader().selectFrom('incident').selectAll().orderBy('number', 'desc');
  const there = ({ platform, tenant, channel }: Place) =>
    latest().where('platform', '=', platform).where('tenant', '=', tenant).where('channel', '=', channel);
  return {
    async openIncident(transaction, incident) {
      const query = database.writer(transaction).insertInto('incident').values(columnsOf(incident)).returningAll();
      return parseIncident(await query.executeTakeFirstOrThrow());
    },
    async incident(id) {
      const number = incidentNumber(id);
      return number === null ? null : first(await latest().where('number', '=', number).execute());
    },
    async incidentAt(place) {
      return first(await there(place).where('phase', '!=', 'closed').limit(1).execute());
    },
    async lastIncidentAt(place) {
      return first(await there(place).limit(1).execute());
    },
    async incidents(limit) {
      return (await latest().limit(limit).execute()).map(parseIncident);
    },
    async setPhase(transaction, id, phase) {
      const query = database.writer(transaction).updateTable('incident').set({ phase });
      await query.where('number', '=', numberOf(id)).execute();
    },
    // biome-ignore lint/complexity/useMaxParams: the port has four.
    async setSymptom(transaction, id, symptom, onsetMs) {
      const query = database.writer(transaction).updateTable('incident');
      const columns = { symptom: jsonOrNull(symptom), onset_ms: onsetMs };
      await query.set(columns).where('number', '=', numberOf(id)).execute();
    },
  };
}
