/** What the write token may do, by requests that can have no effect: GitHub tells nothing of a fine-grained token. */
import { connectWriter, type GitHub, statusOf, writeEnvironment } from '../../actions/github/client.ts';
import { type Diagnosis, fine, problem } from './diagnosis.ts';
import type { Asking } from './examine-vendors.ts';

const patienceMs = 12_000;
const repositoriesMax = 5;
const nowhere = 'causeway-doctor-must-not-exist';
const grants = 'contents, pull requests and actions: write, metadata: read, on the repositories of causeway.yaml';

type Place = { readonly owner: string; readonly repo: string };
type Attempt = { readonly permission: string; readonly run: (github: GitHub, place: Place) => Promise<unknown> };

/** 422 where it may: no object has the null id, and no branch this name. */
const needed: readonly Attempt[] = [
  {
    permission: 'contents: write',
    run: (github, place) => github.git.createRef({ ...place, ref: `refs/heads/${nowhere}`, sha: '0'.repeat(40) }),
  },
  {
    permission: 'pull requests: write',
    run: (github, place) => github.pulls.create({ ...place, title: nowhere, head: nowhere, base: nowhere }),
  },
  {
    permission: 'actions: read',
    run: (github, place) => github.actions.listWorkflowRunsForRepo({ ...place, per_page: 1 }),
  },
];

/** Reads that only a token with far too much may make. */
const forbidden: readonly Attempt[] = [
  { permission: 'secrets', run: (github, place) => github.actions.listRepoSecrets({ ...place, per_page: 1 }) },
  { permission: 'webhooks', run: (github, place) => github.repos.listWebhooks({ ...place, per_page: 1 }) },
  { permission: 'administration', run: (github, place) => github.repos.listDeployKeys({ ...place, per_page: 1 }) },
];

/** Nothing when the actions are off. */
export async function examineGitHubWriter({ variables, catalogue }: Asking): Promise<readonly Diagnosis[]> {
  const environment = writeEnvironment.safeParse(variables);
  if (!environment.success) return [];
  const github = connectWriter(environment.data, AbortSignal.timeout(patienceMs));
  const repositories = [...new Set(catalogue.services.flatMap(({ repository }) => repository ?? []))];
  return Promise.all(repositories.slice(0, repositoriesMax).map((repository) => examineRepository(github, repository)));
}

async function examineRepository(github: GitHub, repository: string): Promise<Diagnosis> {
  const name = `github writer: ${repository}`;
  const [owner = '', repo = ''] = repository.split('/');
  const tried = (attempts: readonly Attempt[]) =>
    Promise.all(
      attempts.map(async ({ permission, run }) => ({ permission, may: await mayDo(run(github, { owner, repo })) })),
    );
  const [wanted, unwanted] = await Promise.all([tried(needed), tried(forbidden)]);
  if ([...wanted, ...unwanted].some(({ may }) => may === null))
    return problem(
      name,
      'GitHub gave no answer, or did not accept the token',
      'Check GITHUB_API_URL and GITHUB_WRITE_TOKEN.',
    );
  const missing = wanted.filter(({ may }) => may === false).map(({ permission }) => permission);
  const excess = unwanted.filter(({ may }) => may === true).map(({ permission }) => permission);
  const parts = [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(excess.length > 0 ? [`must not hold ${excess.join(', ')}`] : []),
  ];
  if (parts.length > 0) return problem(name, parts.join('; '), `Give GITHUB_WRITE_TOKEN exactly: ${grants}.`);
  return fine(
    name,
    `may do what was tried: ${needed.map(({ permission }) => permission).join(', ')}; no secrets, webhooks or keys`,
  );
}

/** Null: nobody can tell. GitHub hides what may not be seen: 404 is as much a refusal as 403. */
async function mayDo(request: Promise<unknown>): Promise<boolean | null> {
  try {
    await request;
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 403 || status === 404) return false;
    return status === null || status === 401 || status >= 500 ? null : true;
  }
}
