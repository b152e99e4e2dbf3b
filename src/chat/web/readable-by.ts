import type { Catalogue } from '../../core/catalogue.ts';
import { restrictedToPerson } from '../../core/readers.ts';
import { withheldCause, withheldItem } from '../../core/withhold.ts';
import type { IncidentRecord } from './incident-record.ts';

/** The record as one person may read it: what is withheld in the channel is open here to those who may. */
export function readableBy(record: IncidentRecord, catalogue: Catalogue, person: string): IncidentRecord {
  const restricted = restrictedToPerson(record.evidence, catalogue, person);
  if (restricted.size === 0) return record;
  const evidence = record.evidence.map((item) => {
    const readers = restricted.get(item.id);
    return readers ? withheldItem(item, readers) : item;
  });
  return { ...record, evidence, hypotheses: record.hypotheses.map((each) => withheldCause(each, restricted)) };
}
