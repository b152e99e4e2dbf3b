import { checkClaims } from '../core/citation.ts';
import type { EvidenceId } from '../core/evidence.ts';
import type { Claim, Findings } from '../core/findings.ts';
import type { Json } from '../core/json.ts';
import { plainText } from '../core/plain-text.ts';

/**
 * What the citation gate would drop, told to the model while it can still correct it. Advice only: the gate decides
 * later, over the whole ledger. Evidence whose result is not known here is left to it.
 */
export function objectToFindings(
  { hypotheses, calm = [] }: Findings,
  ledger: ReadonlyMap<EvidenceId, Json | null>,
): readonly string[] {
  const claims = [...hypotheses.flatMap((hypothesis) => [...hypothesis.claims, ...hypothesis.against]), ...calm];
  const hidden = ({ citations }: Claim): boolean => citations.some(({ evidence }) => ledger.get(evidence) === null);
  const unknown = ({ citations }: Claim): boolean => citations.some(({ evidence }) => !ledger.has(evidence));
  const known = [...ledger].flatMap(([id, result]) => (result === null ? [] : [{ id, result }]));
  const { dropped } = checkClaims(
    claims.filter((claim) => unknown(claim) || !hidden(claim)),
    known,
  );
  return dropped.map(({ claim, why }) => `"${plainText(claim.text, 120)}": ${why}`);
}
