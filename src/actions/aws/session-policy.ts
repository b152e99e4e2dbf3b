/** The inline policy that an assumed session is cut down to: what one plan names, and nothing else the role could do. */
import { z } from 'zod';

/** One call of AWS, without a wildcard. */
const operation = z
  .string()
  .regex(/^[a-z0-9-]{2,40}:[A-Z][A-Za-z0-9]{2,80}$/u, 'an action such as ec2:StartInstances, no wildcard');
/** Calls that only read and know no single resource. */
const readOperation = z
  .string()
  .regex(/^[a-z0-9-]{2,40}:(?:Describe|List)[A-Za-z0-9]{2,80}$/u, 'a Describe or List action, no wildcard');
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html, without a wildcard. */
const resource = z
  .string()
  .max(300)
  .regex(/^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:[\w.:/@+=,-]+$/u, 'the ARN of one resource, no wildcard');

/** What an automation document does in our name. */
export const permissions = z
  .array(z.strictObject({ actions: z.array(operation).min(1).max(10), resources: z.array(resource).min(1).max(10) }))
  .max(5)
  .default([]);
export const reads = z.array(readOperation).max(10).default([]);

export type Statement = {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
};

export const allow = (actions: readonly string[], resources: readonly string[]): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
});

/** STS takes at most so many characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const policyCharactersMax = 2_048;

export const sessionPolicy = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
