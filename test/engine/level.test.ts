/**
 * A rules level is a promise to older programs, so what the rules are made of is pinned in protocol/casework/rules/level.ts.
 * When the fingerprint differs: what is new for other nodes (a kind of fact, a field, a choice, a transition, a section, a
 * record) gets a new level at the end of LEVEL_HISTORY, its kinds `since` that level, and the printed fingerprint is pinned
 * beside it. Within a release that is not out yet its own level stays, and the fingerprint is pinned anew.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { VERSION } from '#edge-node/version.ts'
import { FACT_KINDS } from '#protocol/casework/facts/facts.ts'
import { GUARDS } from '#protocol/casework/rules/guards.ts'
import { KNOWN, LEVEL_HISTORY, RULES_FINGERPRINT, RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import { CONTRIBUTORS, TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { READABLE } from './what-is-read.ts'

const RULES = {
  ...READABLE,
  transitions: Object.entries(TRANSITIONS).map(([kind, { transitions, ...who }]) => [
    kind,
    who,
    transitions.map(({ source: _words, ...line }) => line),
  ]),
  contributors: CONTRIBUTORS,
  // What a guard asks is code: what it makes of cases is pinned by R24.
  guards: Object.entries(GUARDS).map(([name, guard]) => [name, 'typed' in guard]),
}

test('S140 what the rules are made of is pinned, with a level for each release that changed it', () => {
  const now = createHash('sha256').update(JSON.stringify(RULES)).digest('hex')
  expect(RULES_FINGERPRINT, `the rules have changed; read the top of this file, then pin ${now}`).toBe(now)
})

test('S140 the history of levels counts from 1 without gaps, ends with the level of this program and names releases that are', () => {
  expect(LEVEL_HISTORY.map(({ level }) => level)).toEqual(LEVEL_HISTORY.map((_, index) => index + 1))
  expect(LEVEL_HISTORY.at(-1)?.level).toBe(RULES_LEVEL)
  const [major = 0, minor = 0] = VERSION.split('.').map(Number)
  for (const { release } of LEVEL_HISTORY) {
    const [ofMajor = 0, ofMinor = 0] = release.split('.').map(Number)
    expect(ofMajor * 1_000 + ofMinor).toBeLessThanOrEqual(major * 1_000 + minor)
  }
  expect(FACT_KINDS.filter((kind) => KNOWN.since(kind) > RULES_LEVEL)).toEqual([])
})
