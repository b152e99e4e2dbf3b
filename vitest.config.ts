import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    sequence: { shuffle: true },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    // biome-ignore lint/style/noProcessEnv: a test runner's file, no part of the product.
    setupFiles: process.env['CI'] ? ['test/support/fixed-seed.ts'] : [],
  },
});
