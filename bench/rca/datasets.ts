import type { Dataset } from './dataset.ts';
import { changerca, changercaWithoutHint } from './load-changerca.ts';
import { nezha } from './load-nezha.ts';
import { openrcaAlerts } from './load-openrca-alerts.ts';
import { opensreSynthetic } from './load-opensre-synthetic.ts';
import { petshop, petshopWindows } from './load-petshop.ts';
import { rcdSockshop } from './load-rcd-sockshop.ts';
import { rootcausebench } from './load-rootcausebench.ts';
import { tvdiag } from './load-tvdiag.ts';

/** Every recorded set the runner knows; a new set adds its line. */
export const datasets: readonly Dataset[] = [
  rcdSockshop,
  petshop,
  petshopWindows,
  rootcausebench,
  opensreSynthetic,
  openrcaAlerts,
  tvdiag,
  changerca,
  changercaWithoutHint,
  nezha,
];
