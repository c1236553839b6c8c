/** Days, times and regions as the standard writes them. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactDay, compactTime, readDay, regionOf } from '#protocol/casework/exchange/dates.ts'
import { type Day, dayAt } from '#protocol/casework/time/days.ts'

test('X1 days and times are written as YYYYMMDD and YYYYMMDDhhmmss in Chinese time', () => {
  expect(compactDay('2026-11-21' as Day)).toBe('20261121')
  expect(compactTime(Date.UTC(2026, 10, 21, 15, 59, 58))).toBe('20261121235958')
  expect(compactTime(Date.UTC(2026, 11, 31, 16, 0, 0))).toBe('20270101000000')
})

test.each([
  ['20261121', '2026-11-21'],
  ['20261121093000', '2026-11-21'],
  ['20261121T093000', '2026-11-21'],
  ['2026-11-21', '2026-11-21'],
  ['2026/1/5', '2026-01-05'],
  ['2026.11.21', '2026-11-21'],
  ['2026-11-21 09:30:00', '2026-11-21'],
  ['2026-11-21T09:30', '2026-11-21'],
  ['2026年11月21日', '2026-11-21'],
  [' 20261121 ', '2026-11-21'],
])('X2 reading is lenient: %s', (text, day) => {
  expect(readDay(text)).toBe(day)
})

test.each(['', '2026', '20260230', '2026-13-01', '今天', '2026-11-21x', '261121', '20261121 anything'])(
  'X2 what names no day is not guessed: %s',
  (text) => {
    expect(readDay(text)).toBeUndefined()
  },
)

test('X1 X2 every day that is written is read again', () => {
  const days = fc.integer({ min: 0, max: 40_000 }).map(dayAt)
  fc.assert(fc.property(days, (day) => readDay(compactDay(day)) === day))
})

test('X3 regions leave as nine digits', () => {
  expect(['510724', '510724103', '510724103201', '510724999000123'].map(regionOf)).toEqual([
    '510724000',
    '510724103',
    '510724103',
    '510724999',
  ])
})
