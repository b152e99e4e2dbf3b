/** Reads once through every connected tool and says what is off, unreachable or refused, each with its fix. */

import { readFile } from 'node:fs/promises';
import { connectActions, loadActions } from '../actions/load-actions.ts';
import { parseCatalogue } from '../catalogue-file.ts';
import { readEnvironment } from '../config.ts';
import type { Json } from '../core/json.ts';
import { connectTools, loadTools } from '../load-tools.ts';
import { printJson, printLine } from './say.ts';
import type { Variables } from './with-system.ts';

type Check = {
  readonly name: string;
  readonly state: 'ok' | 'off' | 'problem';
  readonly says: string;
  readonly fix: string | null;
};

const root = new URL('../../', import.meta.url);
const patienceMs = 10_000;
const windowMs = 600_000;

/** Exit code 1 on any problem; what is merely off is no problem. */
export async function doctor(variables: Variables, { json, nowMs }: { json: boolean; nowMs: number }): Promise<number> {
  const checks = [
    ...checkEnvironment(variables),
    ...(await checkActions(variables)),
    ...(await checkTools(variables, nowMs)),
  ];
  if (json) printJson(checks);
  else
    for (const { name, state, says, fix } of checks)
      printLine(`${state.padEnd(8)}${name.padEnd(28)}${says}${fix ? `. Fix: ${fix}` : ''}`);
  return checks.some(({ state }) => state === 'problem') ? 1 : 0;
}

function checkEnvironment(variables: Variables): readonly Check[] {
  const environment = readEnvironment(variables);
  if (!environment.ok)
    return environment.failure.map((problem) => ({ name: 'environment', state: 'problem', says: problem, fix: null }));
  const { ANTHROPIC_API_KEY, SLACK_BOT_TOKEN, MICROSOFT_APP_ID, DATABASE_URL } = environment.value;
  const part = (name: string, on: unknown, fix: string): Check => ({
    name,
    state: on ? 'ok' : 'off',
    says: on ? 'configured' : 'not configured',
    fix: on ? null : fix,
  });
  return [
    part('model', ANTHROPIC_API_KEY, 'set ANTHROPIC_API_KEY; without it the engine answers alone'),
    part('slack', SLACK_BOT_TOKEN, 'set SLACK_BOT_TOKEN and SLACK_APP_TOKEN'),
    part('teams', MICROSOFT_APP_ID, 'set MICROSOFT_APP_ID and MICROSOFT_APP_PASSWORD'),
    part('postgres', DATABASE_URL, 'set DATABASE_URL for more than one process; the embedded store works for one'),
  ];
}

async function checkActions(variables: Variables): Promise<readonly Check[]> {
  const { actions, off, problems } = connectActions(await loadActions(), variables);
  return [
    ...actions.map(({ action }): Check => ({ name: action.name, state: 'ok', says: 'can be approved', fix: null })),
    ...off.map(
      ({ name, missing }): Check => ({
        name,
        state: 'off',
        says: 'no action of this kind can run',
        fix: `set ${missing.join(', ')}`,
      }),
    ),
    ...problems.map((says): Check => ({ name: 'actions', state: 'problem', says, fix: null })),
  ];
}

async function checkTools(variables: Variables, nowMs: number): Promise<readonly Check[]> {
  const { connected, off, problems } = connectTools(await loadTools(new URL('tools/', root)), variables);
  const file = variables['CAUSEWAY_CONFIG'];
  const catalogue = parseCatalogue(
    file ? await readFile(file, 'utf8').catch(() => '') : 'services: [{ id: doctor, title: Doctor, tier: 3 }]',
  );
  if (!catalogue.ok)
    return catalogue.failure.map((says) => ({ name: 'causeway.yaml', state: 'problem', says, fix: null }));
  const scope = catalogue.value.services.slice(0, 1);
  const window = { fromMs: nowMs - windowMs, toMs: nowMs };
  const reads = connected.map(async ({ tool, call }): Promise<Check> => {
    const input = tool.probes({ catalogue: catalogue.value, scope, alert: null, window })[0] as Json | undefined;
    if (input === undefined)
      return { name: tool.name, state: 'ok', says: 'connected; the catalogue gives it nothing to read', fix: null };
    const finding = await call(input, { signal: AbortSignal.timeout(patienceMs), nowMs, catalogue: catalogue.value });
    if (finding.kind === 'failed') return { name: tool.name, state: 'problem', says: finding.reason, fix: finding.fix };
    return {
      name: tool.name,
      state: 'ok',
      says: finding.kind === 'found' ? 'a read worked' : 'a read worked and found nothing',
      fix: null,
    };
  });
  return [
    ...(await Promise.all(reads)),
    ...off.map(({ tool, reason, fix }): Check => ({ name: tool, state: 'off', says: reason, fix })),
    ...problems.map((says): Check => ({ name: 'tools', state: 'problem', says, fix: null })),
  ];
}
