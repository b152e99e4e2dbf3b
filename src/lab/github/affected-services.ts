import type { PullHistory } from '../changes.ts';
import type { ShopService } from '../world.ts';

type Owned = Pick<ShopService, 'id' | 'repository' | 'paths'>;

/** Documentation and tests change nothing that runs. */
const runs = (path: string): boolean => !/(?:\.md|\.test\.\w+)$|(?:^|\/)(?:docs|tests?)\//.test(path);

const owns = ({ paths }: Owned, path: string): boolean =>
  paths.length === 0 || paths.some((prefix) => path.startsWith(prefix.replace(/\*+$/, '')));

/**
 * Which services CI deploys when paths of a repository change: those whose code they are, and those that the history
 * shows were deployed when the same paths changed (configuration kept in another repository).
 */
export function affectedServices(services: readonly Owned[], history: readonly PullHistory[]) {
  return (repository: string, changed: readonly string[]): readonly string[] => {
    const paths = changed.filter(runs);
    const byCode = services
      .filter((service) => service.repository === repository && paths.some((path) => owns(service, path)))
      .map(({ id }) => id);
    const byHistory = history
      .filter((pull) => pull.repository === repository && pull.files.some(({ path }) => paths.includes(path)))
      .flatMap(({ deploys }) => deploys.map(({ service }) => service));
    return [...new Set([...byCode, ...byHistory])].sort();
  };
}
