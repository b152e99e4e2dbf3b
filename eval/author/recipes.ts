import { analytics } from './recipes/analytics.ts';
import { banking } from './recipes/banking.ts';
import { builds } from './recipes/builds.ts';
import { clinic } from './recipes/clinic.ts';
import { drivers } from './recipes/drivers.ts';
import { fleet } from './recipes/fleet.ts';
import { halls } from './recipes/halls.ts';
import { ledger } from './recipes/ledger.ts';
import { readings } from './recipes/readings.ts';
import { rides } from './recipes/rides.ts';
import { streaming } from './recipes/streaming.ts';
import { ticketing } from './recipes/ticketing.ts';
import { viewing } from './recipes/viewing.ts';
import type { Recipe } from './sketch.ts';

export const recipes: readonly Recipe[] = [
  ...streaming,
  ...banking,
  ...rides,
  ...analytics,
  ...ticketing,
  ...fleet,
  ...clinic,
  ...builds,
  ...readings,
  ...halls,
  ...drivers,
  ...ledger,
  ...viewing,
];
