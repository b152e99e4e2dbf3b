import type { World } from './world.ts';

/** The name under which the vendors know the simulated system: in log groups, metric names and scrape jobs. */
export const systemNameOf = ({ system = 'shop' }: Pick<World, 'system'>): string => system;
