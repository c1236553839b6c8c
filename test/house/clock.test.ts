/** Nothing depends on the day: the machine's clock is read in few named places. */
import { expect, test } from 'vitest'
import { sources } from './tree.ts'

/** Who reads the machine's clock, and why; everybody else is told the time, in tests by what `test/clock/` gives. */
const READERS: readonly string[] = [
  'protocol/transport/node-host.ts', // the one clock of the product
  'test/bench/main.ts', // says when it was measured
  'test/clock/monotonic.ts', // how long things take, not what day it is
  'test/clock/wall-clock.ts', // moves the clock of real programs
]

/** Whoever gives a node of a test this machine as it is gives it the day; its other parts are free. */
const GIVERS: readonly string[] = [
  'test/clock/host.ts', // gives it with another clock
  'test/transport/node-host.test.ts', // tests it
]

const CLOCK = /\bDate\.now\b|\bnew Date\b(?!\([^)])|(?<![.\w])Date\(\)|\bperformance\.|\bTemporal\.Now\b|\bhrtime\b/
const WHOLE_HOST = /\bnodeHost\b(?!\.(?:after|compression|cryptography|random)\b)/

const withoutImports = (text: string) => text.replace(/^import [^;]*? from '[^']+'$/gm, '')

test('H14 the machine’s clock is read in few named places, in tests as elsewhere', () => {
  const files = [...sources('.ts'), ...sources('.js')].filter(({ path }) => path !== 'test/house/clock.test.ts')
  const readers = files.filter(({ text }) => CLOCK.test(text)).map(({ path }) => path)
  expect(readers.toSorted()).toEqual(READERS)
  const givers = files
    .filter(({ path, text }) => path.startsWith('test/') && WHOLE_HOST.test(withoutImports(text)))
    .map(({ path }) => path)
  expect(givers.toSorted()).toEqual(GIVERS)
})

test.each([
  'const begun = Date.now()',
  'const day = new Date().toISOString()',
  'const day = new Date',
  'const day = Date()',
  'const end = performance.now() + 5',
  'Temporal.Now.instant()',
  "import { hrtime } from 'node:process'",
  'process.hrtime.bigint()',
])('H14 this reads the clock: %s', (text) => {
  expect(text).toMatch(CLOCK)
})

test.each(['new Date(0)', 'new Date(time).toISOString()', 'Date.UTC(2026, 10, 20)', 'civilDate()', 'host.now()'])(
  'H14 this does not: %s',
  (text) => {
    expect(text).not.toMatch(CLOCK)
  },
)
