import type { Plan } from '../core/plan.ts';
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
