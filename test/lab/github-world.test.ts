import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { buildWorld } from '../../src/lab/build-world.ts';
import { initialFiles } from '../../src/lab/sources/repositories.ts';
import type { Intervention } from '../../src/lab/world.ts';
import { clockAt, type Lab, openChange, startLab } from './github-fixture.ts';

const blobId = (content: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');

describe("the shop's own history", () => {
  let lab: Lab | null = null;
  afterEach(async () => {
    await lab?.github.close();
  });

  it.each(['bad-deploy', 'config-change', 'slow-query'])(
    '%s: holds what the history says, and its full revert heals',
    async (fault) => {
      const { world, history } = buildWorld({ seed: 7, fault });
      const clock = clockAt(world.alert.triggeredAtMs);
      const told: Intervention[] = [];
      const onIntervention = (intervention: Intervention) => told.push(intervention);
      lab = await startLab({ history, initialFiles, services: world.services, clock, onIntervention });
      const faulty = history.find((change) => change.faulty);
      const [owner = '', repo = ''] = (faulty?.repository ?? '').split('/');
      const { data } = await lab.reader.git.getTree({ owner, repo, tree_sha: 'main', recursive: '1' });
      const held = new Map(data.tree.map(({ path, sha }) => [path, sha]));
      const last = new Map(
        history
          .filter(({ repository }) => repository === faulty?.repository)
          .flatMap(({ files }) =>
            files.map(({ path, after }) => [path, after === null ? undefined : blobId(after)] as const),
          ),
      );
      const pull = await lab.reader.pulls.get({ owner, repo, pull_number: faulty?.number ?? 0 });
      const reverted = Object.fromEntries((faulty?.files ?? []).map(({ path, before }) => [path, before]));
      const { number } = await openChange(lab, { branch: 'rollback', files: reverted, place: { owner, repo } });
      await lab.github.mergePull(`${owner}/${repo}`, number);

      expect([...last].map(([path]) => [path, held.get(path)])).toEqual([...last]);
      expect(pull.data.changed_files).toBe(faulty?.files.length);
      expect(told).toMatchObject([{ kind: 'merge', repository: faulty?.repository, heals: true }]);
    },
  );
});
