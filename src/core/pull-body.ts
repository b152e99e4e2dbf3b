/** How a pull request's text begins its table of evidence. */
export const evidenceHead = '| Evidence | Source | Says | Why it counts |';

/** Whether a pull request's text tells what sources said: then only who may read those sources may read it. */
export const carriesEvidence = (body: string): boolean => body.includes(evidenceHead);
