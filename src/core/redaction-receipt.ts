/** What redaction masked, counted by kind. `withheld` counts pieces that could not be checked. */
export type RedactionReceipt = { readonly [kind: string]: number };

/** Counts by kind, in order of the kinds. */
export function addReceipts(receipts: readonly RedactionReceipt[]): RedactionReceipt {
  const sum = new Map<string, number>();
  for (const receipt of receipts)
    for (const [kind, count] of Object.entries(receipt)) sum.set(kind, (sum.get(kind) ?? 0) + count);
  return Object.fromEntries([...sum].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

type Counted = { readonly redactions: number; readonly redacted?: RedactionReceipt };

/** "3 values: assigned-secret 2, email 1". */
export function redactionText({ redactions, redacted = {} }: Counted): string {
  const kinds = Object.entries(redacted).map(([kind, count]) => `${kind} ${count}`);
  const total = redactions === 1 ? '1 value' : `${redactions} values`;
  return kinds.length === 0 ? total : `${total}: ${kinds.join(', ')}`;
}
