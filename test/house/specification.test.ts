/** Every rule of the specification has a test, and every rule a test cites exists. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rulesOf } from './citations.ts'
import { ROOT, sources } from './tree.ts'

const specification = readFileSync(join(ROOT, 'protocol', 'SPEC.md'), 'utf8')
const rules = rulesOf(specification)

/** Rule numbers at the beginning of test titles, one or several; titles in tables (title: …) too. */
const cited = sources('.ts')
  .filter(({ path }) => path.startsWith('test/'))
  .flatMap(({ path, text }) =>
    [
      ...text.matchAll(
        /(?:\b(?:test|it|rule)(?:\.each\([\s\S]*?\)|\.runIf\([^)]*\))?\(\s*|title: )['"`]((?:[A-Z]{1,2}[0-9]+[ ,/–-]*)+)/g,
      ),
    ].flatMap((match) => [...(match[1] as string).matchAll(/[A-Z]{1,2}[0-9]+/g)].map(([rule]) => ({ path, rule }))),
  )

test('H12 every rule has a test', () => {
  const tested = new Set(cited.map(({ rule }) => rule))
  expect(rules.filter((rule) => !tested.has(rule))).toEqual([])
  expect(rules.length).toBeGreaterThan(50)
})

test('H13 every cited rule exists, and no number is given twice', () => {
  const known = new Set(rules)
  expect(cited.filter(({ rule }) => !known.has(rule)).map(({ path, rule }) => `${path}: ${rule}`)).toEqual([])
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([])
})
