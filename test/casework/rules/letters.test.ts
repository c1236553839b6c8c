/** Authorisation letters: what is covered, from when, until when, and what a revocation changes. */
import { expect, test } from 'vitest'
import { POWERS, type Power } from '#protocol/casework/codes.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import { completeItem } from '#protocol/casework/item.ts'
import type { PowerQuestion } from '#protocol/casework/register.ts'
import { powerOf } from '#protocol/casework/rules/letters.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { COUNTY, TOWN } from '#test/casework/people.ts'

const day = (text: string) => text as Day
const person = (id: string) => id as PersonId
const item = completeItem({ id: 'SL0001', name: '登记', department: 'MZ' })

const letter = (given: Partial<Letter> = {}): Letter => ({
  type: 'letter',
  id: '安政授〔2026〕1号',
  version: 1,
  department: 'MZ',
  station: TOWN,
  person: person('chief'),
  items: ['SL0001', 'SL0002'],
  powers: ['accept', 'examine'],
  from: day('2026-01-01'),
  until: day('2026-12-31'),
  revoked: null,
  ...given,
})
const asked = (given: Partial<PowerQuestion> = {}): PowerQuestion => ({
  power: 'accept',
  item,
  station: TOWN,
  person: person('chief'),
  day: day('2026-06-01'),
  ...given,
})
const revoked = { from: day('2026-06-01'), reason: '人员调整' }

test('Q40 a letter covers its powers, items, station, person and days, and nothing else', () => {
  const letters = [letter()]
  expect(powerOf(letters, asked())).toBe('held')
  const held = (Object.keys(POWERS) as Power[]).filter((power) => powerOf(letters, asked({ power })) === 'held')
  expect(held).toEqual(['accept', 'examine'])
  expect(powerOf(letters, asked({ item: { ...item, id: 'SL0003' } }))).toBe('none')
  expect(powerOf(letters, asked({ station: COUNTY }))).toBe('none')
  expect(powerOf(letters, asked({ person: person('clerk') }))).toBe('none')
  expect(powerOf(letters, asked({ person: '' }))).toBe('none')
  const days = ['2025-12-31', '2026-01-01', '2026-12-31', '2027-01-01']
  expect(days.map((date) => powerOf(letters, asked({ day: day(date) })))).toEqual(['none', 'held', 'held', 'none'])
  expect(powerOf([], asked())).toBe('none')
})

test('Q41 a letter without a person covers everybody at the station, one without items every item of its department', () => {
  const everybody = [letter({ person: null })]
  expect(powerOf(everybody, asked({ person: person('clerk') }))).toBe('held')
  expect(powerOf(everybody, asked({ person: '' }))).toBe('held')
  expect(powerOf(everybody, asked({ person: person('clerk'), station: COUNTY }))).toBe('none')
  const everything = [letter({ items: null })]
  expect(powerOf(everything, asked({ item: { ...item, id: 'SL0099' } }))).toBe('held')
  expect(powerOf(everything, asked({ item: { ...item, id: 'SL0099', department: 'RS' } }))).toBe('none')
  expect(powerOf([letter({ items: [] })], asked())).toBe('none')
})

test('Q42 from the day of its revocation a letter no longer counts, unless another one covers it', () => {
  const letters = [letter({ revoked })]
  expect(powerOf(letters, asked({ day: day('2026-05-31') }))).toBe('held')
  expect(powerOf(letters, asked({ day: day('2026-06-01') }))).toBe('revoked')
  expect(powerOf(letters, asked({ day: day('2026-06-02') }))).toBe('revoked')
  expect(powerOf(letters, asked({ day: day('2027-01-01') }))).toBe('none')
  const another = letter({ id: '安政授〔2026〕2号', person: null, powers: ['accept'] })
  expect(powerOf([...letters, another], asked())).toBe('held')
  expect(powerOf([...letters, another], asked({ power: 'examine' }))).toBe('revoked')
  expect(powerOf([...letters, letter({ id: '3', items: ['SL0002'] })], asked())).toBe('revoked')
})

test('Q42 a new list of letters is looked at anew', () => {
  const letters = [letter()]
  expect(powerOf(letters, asked())).toBe('held')
  expect(powerOf([letter({ version: 2, revoked })], asked())).toBe('revoked')
})
