import { z } from 'zod';
import { requestSignal } from '../reading/failure.ts';
import { type Place, readPages } from './place.ts';

const repositories = z.array(
  z.object({ full_name: z.string(), archived: z.boolean().default(false), fork: z.boolean().default(false) }),
);
const installed = z.object({ repositories });

/** What these credentials may see, newest push first for a token; archived ones and forks left out. */
export async function readRepositories(
  { client, signal }: Omit<Place, 'repository'>,
  isApp: boolean,
): Promise<readonly string[]> {
  const { items } = await readPages({
    size: 100,
    pagesMax: 3,
    ask: async (page) => {
      const request = { signal: requestSignal(signal) };
      const query = { per_page: 100, page, request };
      const { data, headers } = isApp
        ? await client.rest.apps.listReposAccessibleToInstallation(query)
        : await client.rest.repos.listForAuthenticatedUser({ ...query, sort: 'pushed' });
      return {
        items: isApp ? installed.parse(data).repositories : repositories.parse(data),
        link: headers.link,
      };
    },
  });
  return items.filter(({ archived, fork }) => !archived && !fork).map(({ full_name: name }) => name);
}
