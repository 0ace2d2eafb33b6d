import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // More than there may be cores: tests mostly wait for programs that they started, and for leases to run out.
    maxWorkers: 3,
    // Nothing here keeps state in a module, and most files import the whole server: that takes a third of the time.
    isolate: false,
    restoreMocks: true,
    // The fast-check seeds and the crash seeds are printed by the tests that use them.
    reporters: ['default'],
  },
});
