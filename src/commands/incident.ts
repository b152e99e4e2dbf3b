import { modelCostOf } from '../core/model-cost.ts';
import { clocksOf } from '../core/postmortem.ts';
import { readingCostOf } from '../core/reading-cost.ts';
import { compilePostmortem } from '../flow/postmortem.ts';
import { printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

/** Everything the ledger says of one incident, as JSON. */
export const showIncident = (variables: Variables, id: string): Promise<number> =>
  withSystem(variables, async ({ world: { store } }) => {
    const incident = await store.incident(id);
    if (!incident)
      return fail([
        `There is no incident ${id}. Known: ${(await store.incidents(20)).map((each) => each.id).join(', ') || 'none'}.`,
      ]);
    const audit = await store.auditRows({ incident: incident.id });
    const evidence = await store.evidence(incident.id);
    printJson({
      incident,
      clocks: clocksOf({ incident, audit }),
      hypotheses: await store.hypotheses(incident.id),
      evidence: evidence.map(({ result: _result, chart: _chart, ...rest }) => rest),
      gaps: await store.gaps(incident.id),
      plans: await store.plansOf(incident.id),
      auditEntries: audit.length,
      readingCost: readingCostOf(audit),
      modelCost: modelCostOf(audit),
    });
    return 0;
  });

/** The postmortem, compiled from the ledger. `format` is `md` or `json`, or both separated by a comma. */
export const printPostmortem = (variables: Variables, id: string, format: string): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    if (!(await world.store.incident(id))) return fail([`There is no incident ${id}.`]);
    const formats = format.split(',').map((each) => each.trim());
    const unknown = formats.find((each) => each !== 'md' && each !== 'json');
    if (unknown !== undefined) return fail([`--format ${unknown}: use md, json or md,json.`]);
    const { markdown, json } = await compilePostmortem(world, id);
    if (formats.includes('md')) printLine(markdown);
    if (formats.includes('json')) printJson(json);
    return 0;
  });
