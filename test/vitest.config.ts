/** How the tests run: one runner, real parts, bounded; four projects, so that each can run alone. */
import { defineConfig } from 'vitest/config'

const BROWSER = 'test/**/browser.test.ts'
const END_TO_END = 'test/end-to-end/**/*.test.ts'
const SIMULATION = 'test/simulation/**/*.test.ts'

/** A project of these tests; everything else is as for all. */
const project = (name: string, include: string, exclude: string[] = []) => ({
  extends: true as const,
  test: { name, include: [include], exclude },
})

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    projects: [
      project('unit', 'test/**/*.test.ts', [BROWSER, END_TO_END, SIMULATION]),
      project('simulation', SIMULATION),
      project('browser', BROWSER),
      project('end-to-end', END_TO_END),
    ],
    // Real processes, sockets and disks on a loaded two-core machine; every wait inside a test has its own bound.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One file per core: more only makes everything slower on the small machines this must run on.
    maxWorkers: 2,
  },
})
