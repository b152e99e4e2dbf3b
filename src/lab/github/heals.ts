/**
 * Whether the default branch is free of the fault: no path of the faulty change still holds what that change left
 * there (`left`: blob id, null for a deleted file). False where nothing is faulty.
 */
export function heals(
  left: ReadonlyMap<string, string | null>,
  head: ReadonlyMap<string, { readonly sha: string }>,
): boolean {
  if (left.size === 0) return false;
  return [...left].every(([path, blob]) => (head.get(path)?.sha ?? null) !== blob);
}
