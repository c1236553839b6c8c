/** When a fact was written: by its author's clock, the offset that was known, and what its author had of the county. */
import { expect, test } from 'vitest'
import { caseRecord } from '#protocol/casework/exchange/case-record.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { chain, fold, morning, TOWN, write } from '#test/casework/people.ts'

const DAY = 24 * 60 * 60 * 1000
const opened = (given: Partial<FactEntry>) => write('opened', TOWN, null, {}, given)

test('Q75 an author whose clock is slow, and who did not know, wrote no earlier than what it had of the county', () => {
  const time = morning('2026-03-09')
  const published = morning('2026-03-12')
  const state = fold([opened({ time, clockOffset: null, published })])
  expect(state.days.opened).toBe('2026-03-12')
  expect(state.story[0]).toMatchObject({ time, at: published, day: '2026-03-12', enteredOn: null })
  expect(state.times.opened).toBe(published)
  expect(fold([opened({ time: published + DAY, clockOffset: null, published })]).days.opened).toBe('2026-03-13')
})

test('Q75 a known offset is the county’s own word: what a county whose clock was ahead has published moves nobody’s day', () => {
  const time = morning('2026-03-09')
  const published = morning('2028-01-01')
  expect(fold([opened({ time, clockOffset: 3 * DAY, published })]).days.opened).toBe('2026-03-12')
})

test('Q75 whatever an entry holds, its time is one that a date can name', () => {
  for (const time of [0, 8.64e15])
    for (const clockOffset of [null, -8.64e15, 8.64e15])
      for (const published of [0, 8.64e15]) {
        const { at, day } = fold([opened({ time, clockOffset, published })]).story[0] ?? { at: -1, day: '' }
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at).toBeLessThan(253_402_300_800_000)
        expect(day).toMatch(/^(1970-01-01|9999-12-31)$/)
      }
})

test('Q76 what leaves the county bears the corrected time as well', () => {
  const facts = chain([
    ['opened', TOWN],
    ['received', TOWN],
  ])
  const slow = facts.map((fact) => ({ ...fact, time: fact.time - 3 * DAY, clockOffset: 3 * DAY }))
  expect(caseRecord(fold(slow), undefined)).toEqual(caseRecord(fold(facts), undefined))
})
