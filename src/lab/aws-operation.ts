import { z } from 'zod';
import { failed, type Result } from '../core/result.ts';

/** An AWS error: the shape's name, and for services that once spoke the query protocol their older code. */
export type AwsRefusal = {
  readonly name: string;
  readonly message: string;
  readonly queryCode?: string;
  readonly status?: number;
};

/** One operation of a service: checks its input, answers or refuses. */
export type AwsOperation = (input: unknown) => Result<object, AwsRefusal>;
export type AwsOperations = { readonly [operation: string]: AwsOperation };

/** An operation whose malformed input is refused under the service's own error name. */
export function awsOperation<Input>(
  schema: z.ZodType<Input>,
  malformed: Omit<AwsRefusal, 'message'>,
  run: (input: Input) => Result<object, AwsRefusal>,
): AwsOperation {
  return (input) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success) return failed({ ...malformed, message: z.prettifyError(parsed.error) });
    return run(parsed.data);
  };
}
