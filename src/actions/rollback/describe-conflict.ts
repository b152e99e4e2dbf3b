import type { PathConflict } from './judge-paths.ts';
import type { WholeConflict } from './plan-revert.ts';

const fileSentences: { readonly [Why in PathConflict]: string } = {
  'changed-later': 'changed again after the merge',
  'deleted-later': 'deleted after the merge',
  'created-again-later': 'deleted by the merge and created again since',
  'mode-changed-later': 'its file mode changed after the merge',
  'path-taken-later': 'a file or directory took its name after the merge',
  'already-back': 'already put back by hand, while other files were not',
};

const wholeSentences: { readonly [Why in WholeConflict]: string } = {
  'not-merged': 'the pull request is not merged',
  'merged-into-another-branch': 'it was merged into another branch',
  'root-commit': "the commit is the repository's first",
  'octopus-merge': 'the merge has more than two parents',
  'too-many-commits-to-tell-squash-from-rebase': 'the pull request has too many commits to tell a squash from a rebase',
  'ambiguous-rebase': 'only some commits of the pull request are on the base branch, so its range is unclear',
  'merge-not-on-base': 'the merge is not on the default branch',
  'tree-truncated': 'the repository has directories too large for GitHub to list whole',
};

export const describeFileConflict = (why: PathConflict): string => fileSentences[why];

export const describeWholeConflict = (why: WholeConflict, detail: string): string =>
  detail === '' ? wholeSentences[why] : `${wholeSentences[why]} (${detail})`;
