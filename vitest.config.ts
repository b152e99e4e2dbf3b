import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute or so each: begun last, one of them would run alone for its whole time. */
const longest = [
  'test/flow/approval-simulation.test.ts',
  'test/eval/command.test.ts',
  'test/story/',
  'test/policy/policy.test.ts',
  'test/flow/clicks-postgres.test.ts',
  'test/model/scripted/',
  'test/chat/slack/runbook-form.test.ts',
];

/** Vitest takes a class here. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((part) => moduleId.includes(part));
      return index === -1 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((left, right) => place(left) - place(right));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    sequence: { shuffle: { files: false, tests: true }, sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // biome-ignore lint/style/noProcessEnv: a test runner's file, no part of the product.
    setupFiles: process.env['CI'] ? ['test/support/fixed-seed.ts'] : [],
  },
});
