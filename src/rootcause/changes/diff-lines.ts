const documentation =
  /\.(?:md|mdx|rst|adoc|txt|css|scss|less|svg|png|jpe?g|gif|ico|woff2?)$|(?:^|\/)(?:docs?|examples?|runbooks)\/|(?:^|\/)(?:LICENSE|CODEOWNERS|CHANGELOG)/iu;
const tests =
  /(?:^|\/)(?:tests?|__tests__|spec|fixtures|e2e|__mocks__)\/|[._-](?:test|spec)\.[a-z]+$|_test\.[a-z]+$|Test\.java$/iu;
const delivery =
  /(?:^|\/)\.(?:github|gitlab|circleci|buildkite)\/|(?:^|\/)(?:\.editorconfig|\.gitignore|\.prettierrc|biome\.json|\.eslintrc)/iu;

/** Files that no process in production reads. */
export const isInert = (path: string): boolean => documentation.test(path) || tests.test(path) || delivery.test(path);

export type DiffLine = { readonly path: string; readonly text: string; readonly sign: '+' | '-' | ' ' };

/** Added, removed and context lines with the file they belong to, without headers and without inert files. */
export function linesOfDiff(diff: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let path = '';
  for (const line of diff.split('\n')) {
    const header = /^(?:\+\+\+|---) (?:[ab]\/)?(\S+)/u.exec(line)?.[1];
    if (header === undefined) lines.push({ path, text: textOf(line), sign: signOf(line) });
    else if (header !== '/dev/null') path = header;
  }
  return lines.filter((line) => !isInert(line.path));
}

/** A hunk's heading names the function or section it is in. */
const textOf = (line: string): string => /^@@.*?@@ ?(.*)$/u.exec(line)?.[1] ?? line.slice(1);

function signOf(line: string): DiffLine['sign'] {
  if (line.startsWith('+')) return '+';
  return line.startsWith('-') ? '-' : ' ';
}
