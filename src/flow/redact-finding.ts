import type { RedactionReceipt } from '../core/redaction-receipt.ts';
import type { Redactor } from '../ports.ts';
import type { Finding } from '../tool.ts';
import { redacted } from './redacted.ts';

export type RedactedFinding = {
  readonly finding: Finding;
  /** What was masked in the result; the rest says the same again. */
  readonly redactions: number;
  readonly receipt: RedactionReceipt;
};

/** Everything a read brought, whatever part of it is shown, stored or logged later. */
export async function redactFinding(redactor: Redactor, finding: Finding): Promise<RedactedFinding> {
  if (finding.kind !== 'found') {
    const { json, redactions, receipt } = await redacted(redactor, finding);
    return { finding: json, redactions, receipt };
  }
  const { result, ...rest } = finding;
  const [kept, others] = await Promise.all([redacted(redactor, result), redacted(redactor, rest)]);
  return { finding: { ...others.json, result: kept.json }, redactions: kept.redactions, receipt: kept.receipt };
}
