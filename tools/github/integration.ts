/** GitHub as a whole: what `doctor` and `catalog discover` ask of it. */
import { type Check, defineIntegration, type IntegrationContext } from '../../src/integration.ts';
import { clockCheck, writeCheck } from '../reading/examine.ts';
import { type Refusal, requestSignal } from '../reading/failure.ts';
import { type GitHubClient, type GitHubEnvironment, githubClient, githubEnvironment, isApp } from './client.ts';
import { discoverServices } from './discover.ts';
import { installationCheck, probePermissions, readInstallation, type Tried, tokenCheck, tryOut } from './granted.ts';
import { at, type Place } from './place.ts';
import { readRepositories } from './repositories.ts';

const grants = 'github/permissions.json';

export const integration = defineIntegration({
  vendor: 'GitHub',
  source: 'github',
  environment: githubEnvironment,
  grants,
  connect(environment) {
    const client = githubClient(environment);
    return {
      examine: (context) => examine(client, environment, context),
      discover: async ({ signal, repositories, environment: stage }) => {
        const seen = await readRepositories({ client, signal }, isApp(environment));
        const wanted = { repositories: [...new Set([...repositories, ...seen])], environment: stage };
        return discoverServices({ client, signal }, wanted);
      },
    };
  },
});

async function examine(
  client: GitHubClient,
  environment: GitHubEnvironment,
  { signal, nowMs, repositories }: IntegrationContext,
): Promise<readonly Check[]> {
  // Asks for nothing, counts against nothing; a GitHub Enterprise without limits answers 404.
  const first = await tryOut(signal, () => client.rest.rateLimit.get({ request: { signal: requestSignal(signal) } }));
  const reached = reachableCheck(first.refusal);
  if (reached.state === 'problem') return [reached];
  const clock = clockCheck(textOf(first.headers['date']), nowMs);
  const signIn = signInCheck(environment, first.refusal);
  if (signIn !== null) return [reached, clock, signIn];
  const names = repositories.length > 0 ? repositories : await visible({ client, signal }, isApp(environment));
  const places = names.slice(0, repositoriesMax).map((repository): Place => ({ client, repository, signal }));
  const [probed, reads, write] = await Promise.all([
    places[0] === undefined ? null : probePermissions(places[0]),
    Promise.all(places.map(async (place) => ({ place, tried: await tryOut(signal, () => readOne(place)) }))),
    places[0] === undefined ? null : tryWrite(places[0]),
  ]);
  const scopes = isApp(environment)
    ? installationCheck(await readInstallation(client), grants)
    : tokenCheck(first.headers['x-oauth-scopes'], probed, grants);
  return [reached, clock, scopes, readCheck(reads), write ?? unknownWrite];
}

const repositoriesMax = 20;

/** None where GitHub does not tell: then that is what is said. */
async function visible(reach: Omit<Place, 'repository'>, app: boolean): Promise<readonly string[]> {
  const found: string[] = [];
  await tryOut(reach.signal, async () => found.push(...(await readRepositories(reach, app))));
  return found;
}

const readOne = (place: Place): Promise<unknown> => place.client.rest.repos.listCommits({ ...at(place), per_page: 1 });

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function reachableCheck(refusal: Refusal | null): Check {
  switch (refusal?.kind) {
    case 'timeout':
    case 'unreachable':
    case 'malformed':
    case 'broken':
    case 'stopped':
      return {
        name: 'reachable',
        state: 'problem',
        says: `the GitHub API gave no answer (${'code' in refusal ? refusal.code : refusal.kind})`,
        fix: 'Check GITHUB_API_URL and the network path to it.',
      };
    default:
      return { name: 'reachable', state: 'ok', says: 'the GitHub API answers', fix: null };
  }
}

/** Null when they were accepted. An App's installation that is gone answers 404 to the request for a token. */
function signInCheck(environment: GitHubEnvironment, refusal: Refusal | null): Check | null {
  const kinds = ['unauthorised', 'forbidden', ...(isApp(environment) ? ['not-found'] : [])];
  if (refusal === null || !kinds.includes(refusal.kind)) return null;
  return {
    name: 'read',
    state: 'problem',
    says: `the credentials were not accepted (${'code' in refusal ? refusal.code : refusal.kind})`,
    fix: isApp(environment)
      ? 'Check GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY and GITHUB_APP_INSTALLATION_ID: they must belong together.'
      : 'Renew GITHUB_TOKEN, and approve it in the organisation if that asks for approval.',
  };
}

type Read = { readonly place: Place; readonly tried: Tried };

function readCheck(reads: readonly Read[]): Check {
  const name = 'read';
  const fix = `Check their names in causeway.yaml, and select them for the credentials (deploy/${grants}).`;
  if (reads.length === 0) {
    return { name, state: 'unknown', says: 'no repository is known or to be seen', fix: 'Name one in causeway.yaml.' };
  }
  // 409: the repository is empty.
  const failed = reads.filter(({ tried: { refusal } }) => refusal !== null && refusal.kind !== 'rejected');
  if (failed.length === 0) return { name, state: 'ok', says: `read ${reads.length} repositories`, fix: null };
  const which = failed.map(({ place, tried }) => `${place.repository} (${tried.refusal?.kind ?? ''})`).join(', ');
  return { name, state: 'problem', says: `${failed.length} of ${reads.length} could not be read: ${which}`, fix };
}

const unknownWrite: Check = {
  name: 'write refused',
  state: 'unknown',
  says: 'no repository to try a write on',
  fix: null,
};

/**
 * No object has the null id, so nothing can be created; 422 where writing is allowed. GitHub answers 404 for 403 where a
 * classic token may read but not write.
 */
async function tryWrite(place: Place): Promise<Check> {
  const branch = { ref: 'refs/heads/causeway-doctor-must-be-refused', sha: '0'.repeat(40) };
  const { refusal } = await tryOut(place.signal, () => place.client.rest.git.createRef({ ...at(place), ...branch }));
  const meant: Refusal | null = refusal?.kind === 'not-found' ? { kind: 'forbidden', code: refusal.code } : refusal;
  return writeCheck(`a branch at a commit that cannot exist, in ${place.repository},`, meant, grants);
}
