/** What Causeway itself needs: the store, the model, and the actions that may be approved. */
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

/** Lists one model: reads only, costs nothing. */
export async function examineModel(environment: Environment): Promise<Diagnosis> {
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseURL, CAUSEWAY_MODEL: model } = environment;
  if (apiKey === undefined) return isOff('model', 'the engine answers alone', 'set ANTHROPIC_API_KEY');
  const { default: Anthropic, APIError } = await import('@anthropic-ai/sdk');
  const client = new Anthropic({
    apiKey,
    authToken: null,
    baseURL: baseURL ?? 'https://api.anthropic.com',
    maxRetries: 0,
    timeout: patienceMs,
    logLevel: 'off',
  });
  try {
    const { data } = await client.models.list({ limit: 100 });
    const known = model === undefined || data.some(({ id }) => id === model);
    if (known) return fine('model', `answers, lists ${data.length} models`);
    return problem('model', `${model} is not among the models it lists`, 'Set CAUSEWAY_MODEL to one it lists.');
  } catch (error) {
    const status = error instanceof APIError ? (error.status ?? 'no answer') : 'no answer';
    if (status === 404) return { name: 'model', state: 'unknown', says: 'answers, but lists no models', fix: null };
    return problem('model', `refused or not reachable (${status})`, 'Check ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL.');
  }
}
