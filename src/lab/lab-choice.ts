import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import { faultNames } from './fault-list.ts';

const Choice = z.object({
  LAB_FAULT: z.enum(faultNames).default('pool-exhaustion'),
  LAB_SEED: z.coerce.number().int().min(1).max(1_000_000).default(1),
});

/** Which incident the lab plays: `LAB_FAULT` and `LAB_SEED`. */
export function readLabChoice(variables: {
  readonly [name: string]: string | undefined;
}): Result<{ fault: string; seed: number }, readonly string[]> {
  const parsed = Choice.safeParse(variables);
  if (parsed.success) return done({ fault: parsed.data.LAB_FAULT, seed: parsed.data.LAB_SEED });
  return failed(
    parsed.error.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}. Known faults: ${faultNames.join(', ')}.`,
    ),
  );
}
