import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // By default a core is left over; here tests mostly wait for programs that they started.
    maxWorkers: 2,
    // The fast-check seeds and the crash seeds are printed by the tests that use them.
    reporters: ['default'],
  },
});
