/** How the tests run: one runner, real parts, bounded. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes, sockets and disks on a loaded two-core machine; every wait inside a test has its own bound.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One file per core: more only makes everything slower on the small machines this must run on.
    maxWorkers: 2,
  },
})
