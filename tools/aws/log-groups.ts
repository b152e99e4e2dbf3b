import type { Service } from '../../src/core/catalogue.ts';
import type { Failed } from '../reading/failure.ts';

/** How many groups of one service are read at most. */
export const groupsMax = 5;

/** What a tool says of a service whose logs are elsewhere. */
export const noLogGroups = (services: readonly Service[]): Failed => {
  const names = services.map((service) => service.id).join(', ');
  return {
    kind: 'failed',
    reason: `the catalogue names no CloudWatch log group for ${names}`,
    retryable: false,
    blocks: `what ${names} logged`,
    fix: `Add logGroups to ${names} in causeway.yaml, or ask the tool of the system they log to.`,
  };
};

/** A phrase that both the filter pattern syntax and Insights take as it is, in double quotes. */
export const phrasePattern = /^[\w .:/@=,-]{3,80}$/;

/** Nothing in the part that was read is no answer when the rest was not read. */
export const unfinished = (attempt: { vendor: string; asked: string; blocks: string }): Failed => ({
  kind: 'failed',
  reason: `${attempt.vendor}: ${attempt.asked}: the search was given up before its end, and had found nothing so far`,
  retryable: true,
  blocks: attempt.blocks,
  fix: 'Narrow the window.',
});
