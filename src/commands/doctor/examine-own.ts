/** What Causeway itself needs: the store, and the actions that may be approved. */
import { Client } from 'pg';
import { connectActions, loadActions } from '../../actions/load-actions.ts';
import type { Environment } from '../../config.ts';
import type { Variables } from '../with-system.ts';
import { type Diagnosis, fine, isOff, problem } from './diagnosis.ts';

const patienceMs = 5_000;
const oldestVersion = 150_000;

export async function examineActions(variables: Variables): Promise<readonly Diagnosis[]> {
  const { actions, off, problems } = connectActions(await loadActions(), variables);
  return [
    ...actions.map(({ action }) => fine(action.name, 'can be approved')),
    ...off.map(({ name, missing }) => isOff(name, 'no action of this kind can run', `set ${missing.join(', ')}`)),
    ...problems.map((says) => problem('actions', says)),
  ];
}

/** What is masked before anything leaves. Secrets always are. */
export function examineRedaction({ REDACT_PERSONAL_DATA, REDACT_IP_ADDRESSES }: Environment): Diagnosis {
  const personal = REDACT_PERSONAL_DATA === 'on' ? 'personal data masked' : 'personal data NOT masked';
  const addresses = REDACT_IP_ADDRESSES === 'keep' ? 'IP addresses kept' : 'IP addresses as tokens';
  const says = `secrets masked, ${personal}, ${addresses}`;
  return REDACT_PERSONAL_DATA === 'on'
    ? fine('redaction', says)
    : isOff('redaction', says, 'unset REDACT_PERSONAL_DATA unless your data has none');
}

/** `server_version_num` of the server, 150000 for PostgreSQL 15. */
export async function examineDatabase({ DATABASE_URL }: Environment): Promise<Diagnosis> {
  const off = 'for more than one process set DATABASE_URL';
  if (DATABASE_URL === undefined) return isOff('postgres', 'the embedded store works for one process', off);
  const client = new Client({ connectionString: DATABASE_URL, connectionTimeoutMillis: patienceMs });
  try {
    await client.connect();
    const { rows } = await client.query('show server_version_num');
    const version = Number(rows[0]?.server_version_num);
    if (version >= oldestVersion) return fine('postgres', `answers, version ${Math.floor(version / 10_000)}`);
    return problem('postgres', `version ${Math.floor(version / 10_000)} is too old`, 'Use PostgreSQL 15 or newer.');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return problem('postgres', `cannot be opened (${code})`, 'Check DATABASE_URL, its user and its network path.');
  } finally {
    await client.end().catch(() => undefined);
  }
}
