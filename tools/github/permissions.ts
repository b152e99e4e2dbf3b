/** What the reading credentials need, in GitHub's names of permissions, each `read`. Kept equal to deploy/github. */
export const neededPermissions = ['actions', 'contents', 'deployments', 'issues', 'metadata', 'pull_requests'] as const;

type Permission = (typeof neededPermissions)[number];

/** `contents: read, deployments: read`. */
export const grantOf = (...permissions: readonly Permission[]): string =>
  permissions.map((permission) => `${permission}: read`).join(', ');
