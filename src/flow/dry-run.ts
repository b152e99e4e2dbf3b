import { sealPlan } from '../core/digest.ts';
import type { Plan, SealedPlan } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { World } from './world.ts';

/** Every call each step would make, from reads alone. */
export async function dryRun(
  world: World,
  plan: Pick<Plan, 'id' | 'steps'>,
): Promise<Result<readonly string[], string>> {
  const said: string[] = [];
  for (const step of plan.steps) {
    const found = world.actions.find(({ action }) => action.name === step.action);
    if (!found) return failed(`the action ${step.action} is off; set the variables it needs`);
    const parameters = found.action.parameters.safeParse(step.parameters);
    if (!parameters.success)
      return failed(
        `step ${step.id}: ${parameters.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
      );
    const context = {
      signal: AbortSignal.timeout(world.settings.probeTimeoutMs),
      nowMs: world.clock.nowMs(),
      key: `${plan.id}:${step.id}`,
    };
    const result = await found.connected.dryRun(parameters.data, context);
    if (!result.ok) return failed(`step ${step.id}: ${result.failure.reason}`);
    said.push(...result.value);
  }
  return done(said);
}

/** The plan with what its dry run said, sealed; what stands in the way when the dry run fails. */
export async function rehearse(world: World, plan: Plan): Promise<Result<SealedPlan, string>> {
  const rehearsal = await dryRun(world, plan);
  return rehearsal.ok ? done(sealPlan({ ...plan, rehearsal: rehearsal.value })) : rehearsal;
}

/** What people are told instead of a request for approval. */
export const rehearsalFailure = (
  why: string,
): { readonly kind: 'none'; readonly why: string; readonly fix: string } => ({
  kind: 'none',
  why: `The dry run failed: ${why}`,
  fix: 'Mention me again when that is fixed, or act by hand.',
});
