import type { CauseKind } from '../../core/hypothesis.ts';
import { effectOf } from './diff-effect.ts';
import { type DiffLine, isInert, linesOfDiff } from './diff-lines.ts';
import type { JoinedChange } from './join-changes.ts';

const dependencies =
  /(?:^|\/)(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|go\.(?:mod|sum)|requirements[^/]*\.txt|poetry\.lock|Cargo\.(?:toml|lock)|pom\.xml|Gemfile(?:\.lock)?)$/iu;
const configuration =
  /\.(?:ya?ml|toml|ini|env|properties|conf|cfg|tf|tfvars|hcl|json)$|(?:^|\/)(?:config|conf|configs|settings|deploy|k8s|kubernetes|helm|charts|manifests|infra|terraform|envs?)\//iu;

export type ChangeNature = {
  readonly kind: CauseKind;
  /** 0 to 1: how able such a change is to break production at all. */
  readonly power: number;
  readonly why: string;
  /** It only moves versions: what the new ones do is not in the diff. */
  readonly onlyVersions?: true;
};

/** What kind of cause a change would be, by its kind and the files it touches. */
export function natureOf(change: JoinedChange): ChangeNature {
  const told = natureOfEvent(change);
  return told ?? natureOfFiles(change);
}

/** What platforms report is of the kind they say. */
function natureOfEvent(change: JoinedChange): ChangeNature | null {
  if (change.kind === 'flag') return { kind: 'feature-flag', power: 1, why: 'it switches a feature flag' };
  if (change.kind === 'scaling')
    return { kind: 'infrastructure', power: 0.7, why: 'it changes how many instances run' };
  if (change.kind === 'infrastructure')
    return { kind: 'infrastructure', power: 1, why: 'it changes what the service runs on' };
  if (change.kind === 'certificate') return { kind: 'certificate', power: 0.6, why: 'it changes a certificate' };
  return null;
}

function natureOfFiles(change: JoinedChange): ChangeNature {
  const live = change.paths.filter((path) => !isInert(path));
  if (change.paths.length > 0 && live.length === 0) {
    return { kind: 'bad-deploy', power: 0.06, why: 'it touches only documentation, tests or build files' };
  }
  if (change.diff !== '' && changesNothing(change.diff)) {
    return { kind: 'bad-deploy', power: 0.1, why: 'its diff changes no behaviour' };
  }
  if (change.kind === 'config') return { kind: 'config-change', power: 1, why: 'it changes configuration' };
  if (live.length > 0 && live.every((path) => dependencies.test(path))) {
    return { kind: 'bad-deploy', ...versionPower(change.diff), onlyVersions: true };
  }
  const onlyConfiguration =
    live.length > 0 && live.every((path) => configuration.test(path) || dependencies.test(path));
  if (onlyConfiguration) return { kind: 'config-change', power: 1, why: 'it touches only configuration' };
  const effect = effectOf(linesOfDiff(change.diff));
  if (change.diff === '' || effect.why === null)
    return { kind: 'bad-deploy', power: 1, why: 'it changes running code' };
  return { kind: 'bad-deploy', power: effect.strength, why: effect.why };
}

/** By semantic versioning a patch rarely breaks what uses it; a major one may. */
function versionPower(diff: string): { readonly power: number; readonly why: string } {
  const lines = linesOfDiff(diff);
  const versions = (sign: DiffLine['sign']): readonly string[] =>
    lines.filter((line) => line.sign === sign).flatMap((line) => line.text.match(/\d+\.\d+(?=\.\d+)/gu) ?? []);
  const [removed, added] = [versions('-'), versions('+')];
  const onlyPatches = removed.length > 0 && removed.join(' ') === added.join(' ');
  if (onlyPatches) return { power: 0.35, why: 'it changes only patch versions of dependencies' };
  return { power: 0.7, why: 'it changes only dependency versions' };
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
