/** The floors of the house: an import may only point down (README, “Map”). */
import { expect, test } from 'vitest'
import { importsOf, type Source, sources } from './tree.ts'

/** First match counts; the number is the floor. */
const FLOORS: readonly (readonly [RegExp, number])[] = [
  [/^protocol\/[^/]+\.ts$/, 0],
  [/^protocol\/(log|wire|documents|casework)\//, 1],
  [/^protocol\/session\//, 2],
  [/^protocol\/engine\//, 3],
  [/^protocol\/(storage|transport)\//, 4],
  [/^edge-node\//, 5],
  [/^hub\//, 6],
  [/^test\//, 7],
]
const floorOf = (path: string): number | undefined => FLOORS.find(([pattern]) => pattern.test(path))?.[1]

const product = sources('.ts').filter(({ path }) => !path.startsWith('test/'))
const offenders = (breaks: (source: Source) => unknown) => product.filter(breaks).map(({ path }) => path)

test('H1 an import points to its own floor or down', () => {
  const wrong = product.flatMap((source) =>
    importsOf(source)
      .filter((target) => (floorOf(target) ?? -1) > (floorOf(source.path) ?? -1))
      .map((target) => `${source.path} → ${target}`),
  )
  expect(wrong).toEqual([])
  expect(product.length).toBeGreaterThan(60)
})

test('H2 folders of floor 1 do not import each other upward: casework is plain data, log and wire know no documents', () => {
  const wrong = product.flatMap((source) =>
    importsOf(source)
      .filter((target) => {
        if (source.path.startsWith('protocol/casework/')) return !/^(\.|protocol\/(casework\/|[^/]+\.ts))/.test(target)
        if (source.path.startsWith('protocol/log/')) return /^protocol\/(wire|documents|casework)\//.test(target)
        return false
      })
      .map((target) => `${source.path} → ${target}`),
  )
  expect(wrong).toEqual([])
})

test('H3 Yjs is what tests hold documents against; no program imports it', () => {
  expect(
    product
      .filter((source) => importsOf(source).some((target) => target === 'yjs' || target.startsWith('y-')))
      .map(({ path }) => path),
  ).toEqual([])
})

test('H4 the environment is read in config.ts only', () => {
  expect(offenders(({ path, text }) => !path.endsWith('/config.ts') && /process\.env/.test(text))).toEqual([])
})

/** The adapters and mains: the only places that know a clock, chance, timers or Node. */
const hostMayBeKnown = (path: string) =>
  /^(protocol\/(storage|transport)|edge-node\/(?!desk\/|commands\/)|hub\/(?!pages\/))/.test(path)

test('H5 no clock and no chance outside adapters and mains', () => {
  expect(
    offenders(
      ({ path, text }) =>
        !hostMayBeKnown(path) &&
        /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\)|\bperformance\.now\b|crypto\.getRandomValues/.test(text),
    ),
  ).toEqual([])
})

test('H54 no list is spread into a call that appends: what a member makes long would end the program', () => {
  expect(offenders(({ text }) => /\.push\(\.\.\./.test(text))).toEqual([])
})

test('H6 nothing but adapters and mains knows Node, sockets or files, and nothing below floor 4 knows timers', () => {
  const timers = (path: string) => (floorOf(path) ?? 0) < 4
  expect(
    offenders(
      (source) =>
        !hostMayBeKnown(source.path) &&
        (importsOf(source).some((target) => /^(node:|ws$|libsql$|@libsql\/|drizzle-orm)/.test(target)) ||
          (timers(source.path) && /\bset(Timeout|Interval|Immediate)\(/.test(source.text))),
    ),
  ).toEqual([])
})

test('H7 edge-node never imports hub', () => {
  expect(
    product
      .filter(({ path }) => path.startsWith('edge-node/'))
      .filter((source) => importsOf(source).some((target) => target.startsWith('hub/')))
      .map(({ path }) => path),
  ).toEqual([])
})
