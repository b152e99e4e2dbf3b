import type { CauseKind } from '../../core/hypothesis.ts';
import type { JoinedChange } from './join-changes.ts';

const documentation =
  /\.(?:md|mdx|rst|adoc|txt)$|(?:^|\/)(?:docs?|examples?|runbooks)\/|(?:^|\/)(?:LICENSE|CODEOWNERS|CHANGELOG)/iu;
const tests =
  /(?:^|\/)(?:tests?|__tests__|spec|fixtures|e2e|__mocks__)\/|[._-](?:test|spec)\.[a-z]+$|_test\.[a-z]+$|Test\.java$/iu;
const delivery =
  /(?:^|\/)\.(?:github|gitlab|circleci|buildkite)\/|(?:^|\/)(?:\.editorconfig|\.gitignore|\.prettierrc|biome\.json|\.eslintrc)/iu;
const dependencies =
  /(?:^|\/)(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|go\.(?:mod|sum)|requirements[^/]*\.txt|poetry\.lock|Cargo\.(?:toml|lock)|pom\.xml|Gemfile(?:\.lock)?)$/iu;
const configuration =
  /\.(?:ya?ml|toml|ini|env|properties|conf|cfg|tf|tfvars|hcl|json)$|(?:^|\/)(?:config|conf|configs|settings|deploy|k8s|kubernetes|helm|charts|manifests|infra|terraform|envs?)\//iu;

export type ChangeNature = {
  readonly kind: CauseKind;
  /** 0 to 1: how able such a change is to break production at all. */
  readonly power: number;
  readonly why: string;
};

/** What kind of cause a change would be, by its kind and the files it touches. */
export function natureOf(change: JoinedChange): ChangeNature {
  if (change.kind === 'flag') return { kind: 'feature-flag', power: 1, why: 'it switches a feature flag' };
  if (change.kind === 'scaling')
    return { kind: 'infrastructure', power: 0.7, why: 'it changes how many instances run' };
  if (change.kind === 'certificate') return { kind: 'certificate', power: 0.6, why: 'it changes a certificate' };
  const live = change.paths.filter((path) => !isInert(path));
  if (change.paths.length > 0 && live.length === 0) {
    return { kind: 'bad-deploy', power: 0.06, why: 'it touches only documentation, tests or build files' };
  }
  if (change.diff !== '' && changesNothing(change.diff)) {
    return { kind: 'bad-deploy', power: 0.1, why: 'its diff changes no behaviour' };
  }
  if (change.kind === 'config') return { kind: 'config-change', power: 1, why: 'it changes configuration' };
  if (live.length > 0 && live.every((path) => dependencies.test(path))) {
    return { kind: 'bad-deploy', power: 0.7, why: 'it changes only dependency versions' };
  }
  const onlyConfiguration =
    live.length > 0 && live.every((path) => configuration.test(path) || dependencies.test(path));
  if (onlyConfiguration) return { kind: 'config-change', power: 1, why: 'it touches only configuration' };
  return { kind: 'bad-deploy', power: 1, why: 'it changes running code' };
}

/** Files that no process in production reads. */
const isInert = (path: string): boolean => documentation.test(path) || tests.test(path) || delivery.test(path);

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

/** Only comments, blank lines or moved text: nothing a process would do differently. */
function changesNothing(diff: string): boolean {
  const lines = linesOfDiff(diff).filter((line) => line.sign !== ' ');
  if (lines.length === 0) return false;
  const side = (sign: DiffLine['sign']): string =>
    lines
      .filter((line) => line.sign === sign)
      .map((line) => withoutComment(line.text))
      .filter((text) => text !== '')
      .toSorted()
      .join('\n');
  return side('+') === side('-');
}

const withoutComment = (text: string): string =>
  text.replace(/(?:^|\s)(?:\/\/|#|--)\s.*$|\/\*.*?\*\/|^\s*\*\s.*$/u, '').replace(/\s+/gu, '');
