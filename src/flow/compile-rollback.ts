import type { Evidence } from '../core/evidence.ts';
import type { ChangeRef, Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import { defang } from '../core/plain-text.ts';
import type { Plan, Risk } from '../core/plan.ts';
import { evidenceHead } from '../core/pull-body.ts';
import { restrictionsOn } from '../core/readers.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import { causeWords } from './cards/words.ts';
import { rehearsalFailure, rehearse } from './dry-run.ts';
import type { Compiled } from './propose.ts';
import type { RollbackDraft } from './rollback-port.ts';
import { incidentUrl, type World } from './world.ts';

type Subject = { readonly incident: Incident; readonly lead: Hypothesis };

/** A rollback pull request for the leading cause's change, or why there can be none. */
export async function compileRollback(world: World, { incident, lead }: Subject): Promise<Compiled> {
  const { change } = lead;
  if (!change || !world.planRollback) {
    return {
      kind: 'none',
      why: 'Rollback pull requests are off',
      fix: 'Set GITHUB_WRITE_TOKEN to let me open one after approval.',
    };
  }
  const draft = await world.planRollback({
    repository: change.repository,
    pullNumber: change.pullNumber,
    sha: change.sha,
    nowMs: world.clock.nowMs(),
    signal: AbortSignal.timeout(world.settings.probeTimeoutMs),
  });
  if (draft.kind !== 'clean') return refusal(draft, lead);
  const evidence = await world.store.evidence(incident.id);
  const rehearsed = await rehearse(world, planOf(world, { incident, lead, change, draft, evidence }));
  return rehearsed.ok ? { kind: 'plan', sealed: rehearsed.value } : rehearsalFailure(rehearsed.failure);
}

function refusal(draft: Exclude<RollbackDraft, { kind: 'clean' }>, lead: Hypothesis): Compiled {
  const what = causeWords(lead);
  switch (draft.kind) {
    case 'conflict': {
      const files = draft.files.map(({ path, why }) => `${path} (${why})`).join(', ');
      return {
        kind: 'none',
        conflicts: true,
        why: `The change cannot be taken back cleanly: ${draft.why}`,
        fix: files ? `Revert by hand: ${files}` : `Revert by hand: ${what}`,
      };
    }
    case 'already-reverted':
      return {
        kind: 'none',
        why: 'The change is already taken back on the default branch',
        fix: 'Check whether that is deployed.',
      };
    case 'nothing':
      return { kind: 'none', why: 'The change touched no files', fix: `Look at ${what} by hand.` };
    case 'failed':
      return {
        kind: 'none',
        why: `The rollback could not be worked out: ${draft.reason}`,
        fix: 'Check the GitHub token, then mention me again.',
      };
  }
}

type Parts = Subject & {
  readonly change: ChangeRef;
  readonly draft: Extract<RollbackDraft, { kind: 'clean' }>;
  readonly evidence: readonly Evidence[];
};

function planOf(world: World, parts: Parts): Plan {
  const { incident, lead, change, draft } = parts;
  const nowMs = world.clock.nowMs();
  const what = change.pullNumber === null ? change.sha.slice(0, 8) : `#${change.pullNumber}`;
  const title = `Roll back ${lead.entity}: revert ${change.repository} ${what}`;
  const { risk, reasons } = riskOf(world, parts);
  const parameters = {
    ...draft.parameters,
    branch: `causeway/rollback-${incident.id.toLowerCase()}-${change.pullNumber ?? change.sha.slice(0, 8)}-${baseOf(draft).slice(0, 8)}`,
    title: `Revert ${what} (${incident.id})`,
    body: body(world, parts),
  };
  return {
    format: 1,
    id: world.newId('plan'),
    version: 1,
    incident: incident.id,
    title,
    kind: 'rollback-pull-request',
    service: lead.entity,
    steps: [
      {
        id: 'open',
        action: 'rollback-pull-request',
        parameters,
        says: `Open a pull request that reverts ${what} on ${change.repository}. People merge it.`,
      },
    ],
    preconditions: [{ name: `${change.repository} base`, expected: draft.parameters['headSha'] ?? null }],
    preview: taint(draft.diff),
    rehearsal: [],
    inverse: inverseOf(world, parameters),
    risk,
    riskReasons: reasons,
    blastRadius: {
      services: 1,
      files: draft.files.length,
      says: `1 service, ${draft.files.length} ${draft.files.length === 1 ? 'file' : 'files'}`,
    },
    expectedEffect: expected(incident),
    runsAs: 'the GitHub write token, pull requests only; it cannot merge',
    requester: incident.openedBy,
    policyVersion: world.policy.version,
    catalogueVersion: world.catalogue.version,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + world.settings.approveWithinMs,
    startWithinMs: world.settings.startWithinMs,
  };
}

/** The base it was worked out for: a new base makes a new branch. */
function baseOf({ parameters }: Parts['draft']): string {
  const { headSha } = parameters;
  return typeof headSha === 'string' ? headSha : 'base';
}

/** What takes it back, worked out before anybody approves: the branch is known. */
function inverseOf({ actions }: World, parameters: Plan['steps'][number]['parameters']): Plan['inverse'] {
  const found = actions.find(({ action }) => action.name === 'rollback-pull-request');
  const parsed = found?.action.parameters.safeParse(parameters);
  const steps = found && parsed?.success ? found.connected.undo(parsed.data, null) : [];
  return { says: 'Close the pull request, or revert it once merged', steps };
}

function expected({ symptom }: Incident): string {
  if (!symptom) return 'The symptom goes away after merge and deploy';
  const side = symptom.comparator === '>' ? 'below' : 'above';
  return `${symptom.service} ${symptom.metric} back ${side} ${symptom.threshold} after merge and deploy`;
}

/** 1 by default; weak evidence, tier 1 and a check that a person must decide each raise it. */
function riskOf({ catalogue }: World, { lead, draft }: Parts): { risk: Risk; reasons: readonly string[] } {
  const reasons = [
    ...(lead.word === 'Possible' ? ['the cause is only Possible'] : []),
    ...(catalogue.services.find(({ id }) => id === lead.entity)?.tier === 1 ? ['tier 1 service'] : []),
    ...draft.checks.filter(({ level }) => level !== 'info').map(({ says }) => says),
  ];
  const hold = draft.checks.some(({ level }) => level === 'hold');
  if (hold) return { risk: 3, reasons };
  return { risk: reasons.length > 0 ? 2 : 1, reasons };
}

/**
 * The pull request text: a template; outside text in it is defanged. Evidence ids point at the incident page. A public
 * repository gets no evidence, and no repository gets what only some groups may read.
 */
function body(world: World, { incident, lead, evidence, draft }: Parts): string {
  const opening = `Opened by Causeway for ${incident.id} after approval. Verdict: ${lead.word}, ${causeWords(lead)}.`;
  const page = `Incident: ${incidentUrl(world, incident.id)}`;
  if (draft.readers !== 'members') return [opening, '', 'The evidence is on the incident page.', '', page].join('\n');
  const text = (part: string | Tainted): string => (typeof part === 'string' ? part : defang(part, 200));
  const row = (item: Evidence, why: Tainted): string => {
    if (restrictionsOn(item, world.catalogue).length > 0) return `| ${item.id} | ${item.source} | withheld here | |`;
    const says = item.headline.map(text).join('').replaceAll('|', '/');
    return `| ${item.id} | ${item.source} | ${says} | ${defang(why, 200).replaceAll('|', '/')} |`;
  };
  const rows = lead.supports.slice(0, 8).flatMap(({ evidence: id, why }) => {
    const item = evidence.find((each) => each.id === id);
    return item ? [row(item, why)] : [];
  });
  return [opening, '', evidenceHead, '|---|---|---|---|', ...rows, '', page].join('\n');
}
