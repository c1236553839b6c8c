/** The work calendar against the State Council's notices, a second source, and whatever a record may hold. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { CalendarYear } from '#protocol/casework/directory.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { countOneByOne, dueOneByOne, EVERY_DAY, isWorked } from './day-by-day.ts'

const day = (text: string) => text as Day
const calendar = workCalendar(SAMPLE_CALENDARS)
const year = (number: number, given: Partial<CalendarYear> = {}): CalendarYear => ({
  type: 'calendar',
  id: String(number),
  version: 1,
  year: number,
  source: '',
  off: [],
  work: [],
  sample: true,
  ...given,
})
const only2026 = workCalendar(SAMPLE_CALENDARS.filter((record) => record.year === 2026))

interface Vector {
  readonly start: Day
  readonly workingDays: number
  readonly due: Day | null
  readonly exercises: string
}
const { vectors } = JSON.parse(readFileSync(new URL('deadline-vectors.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

test.each(vectors)('Q1 $start + $workingDays: $exercises', ({ start, workingDays, due }) => {
  expect(only2026.after(start, workingDays) ?? null).toBe(due)
  if (due !== null) expect(only2026.count(start, due)).toBe(workingDays)
})

test('Q2 every day of 2024 to 2026 is worked or off as a second source says', () => {
  const differing = EVERY_DAY.filter((date) => calendar.isWorking(date) !== isWorked(date))
  expect(EVERY_DAY).toHaveLength(366 + 365 + 365)
  expect(differing).toEqual([])
})

test('Q2 2026 has 248 working days, month by month', () => {
  const months = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, '0'))
  const counts = months.map((month) => {
    const days = EVERY_DAY.filter((date) => date.startsWith(`2026-${month}`))
    return days.filter((date) => calendar.isWorking(date)).length
  })
  expect(counts).toEqual([21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23])
  expect(calendar.count(day('2025-12-31'), day('2026-12-31'))).toBe(248)
  expect(only2026.count(day('2025-12-31'), day('2026-12-31'))).toBe(248)
})

test('Q3 nothing is said of a year that is not published', () => {
  expect(calendar.coverage).toEqual({ from: '2024-01-01', until: '2026-12-31' })
  for (const unknown of ['2023-12-31', '2027-01-01', '2027-01-04', '9999-12-31']) {
    expect(calendar.isWorking(day(unknown)), unknown).toBeUndefined()
    expect(calendar.reason(day(unknown))).toBe('')
  }
  expect(calendar.count(day('2026-12-30'), day('2027-01-04'))).toBeUndefined()
  expect(calendar.count(day('2023-12-30'), day('2024-01-04'))).toBeUndefined()
  expect(calendar.after(day('2026-12-31'), 1)).toBeUndefined()
  expect(calendar.after(day('2023-12-31'), 1)).toBe('2024-01-02')
  expect(calendar.after(day('2023-12-30'), 1)).toBeUndefined()
  const nothing = workCalendar([])
  expect(nothing.coverage).toBeNull()
  expect(nothing.isWorking(day('2026-01-05'))).toBeUndefined()
  expect(nothing.after(day('2026-01-05'), 5)).toBeUndefined()
})

test('Q3 a gap between years cuts off the older ones; the order of the records does not matter', () => {
  const records = [year(2027), year(2022), year(2021), year(2026), year(2025), year(2023)]
  expect(workCalendar(records).coverage).toEqual({ from: '2025-01-01', until: '2027-12-31' })
  expect(workCalendar(records.toReversed()).coverage).toEqual({ from: '2025-01-01', until: '2027-12-31' })
  expect(workCalendar(records).isWorking(day('2023-05-10'))).toBeUndefined()
  const many = Array.from({ length: 200 }, (_, at) => year(1990 + at))
  expect(workCalendar(many).coverage).toEqual({ from: `${2190 - LIMITS.calendarYears}-01-01`, until: '2189-12-31' })
})

test('Q4 a local record adds days off to its year, covers nothing by itself and makes no day worked', () => {
  const local = year(2026, { id: '2026.local', off: ['2026-03-02/2026-03-03'], work: [day('2026-03-07')] })
  const alone = workCalendar([local])
  expect(alone.coverage).toBeNull()
  const both = workCalendar([local, ...SAMPLE_CALENDARS])
  expect(both.coverage).toEqual(calendar.coverage)
  expect(both.isWorking(day('2026-03-02'))).toBe(false)
  expect(both.reason(day('2026-03-03'))).toBe('本地放假')
  expect(both.isWorking(day('2026-03-07'))).toBe(false)
  expect(both.count(day('2025-12-31'), day('2026-12-31'))).toBe(246)
  const elsewhere = year(2027, { id: '2027.local', off: ['2026-03-04'] })
  expect(workCalendar([elsewhere, ...SAMPLE_CALENDARS]).isWorking(day('2026-03-04'))).toBe(true)
})

test('Q5 what cannot be read is left out and the rest is kept', () => {
  const off = ['2026-02-30', 'x', '', '2026-03-05/2026-03-04', '2026-03-02/2026-03-03/2026-03-04', '2026-03-10']
  const records = [year(2026, { off, work: [day('2026-13-01'), day('2026-03-14')] }), year(Number.NaN), year(20.5)]
  const read = workCalendar(records)
  expect(read.coverage).toEqual({ from: '2026-01-01', until: '2026-12-31' })
  for (const worked of ['2026-03-02', '2026-03-04', '2026-03-14']) expect(read.isWorking(day(worked))).toBe(true)
  expect(read.isWorking(day('2026-03-10'))).toBe(false)
})

test('Q5 no record makes it throw, and days off outside the coverage change nothing', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('2025-12-30/2027-01-02', '1970-01-01/9999-12-31', '2026-05-05', '/', '2026-01-01/', '/2026-01-01'),
  )
  const record = fc.record({
    type: fc.constant('calendar' as const),
    id: fc.oneof(fc.string(), fc.constantFrom('2026', '2026.local')),
    version: fc.integer(),
    year: fc.oneof(fc.integer({ min: 2024, max: 2028 }), fc.double(), fc.integer()),
    source: fc.string(),
    off: fc.array(text, { maxLength: 5 }),
    work: fc.array(text as fc.Arbitrary<Day>, { maxLength: 5 }),
    sample: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 6 }), (records) => {
      const built = workCalendar(records)
      const start = built.coverage?.from ?? day('2026-01-01')
      const due = built.after(start, 3)
      if (due !== undefined) expect(built.count(start, due)).toBe(3)
      expect(built.count(start, start)).toBe(0)
    }),
    { numRuns: 500 },
  )
})

test('Q6 of two records of a year the newer version counts, and a later year corrects the days of an earlier one', () => {
  const older = year(2026, { version: 1, off: ['2026-03-10'] })
  const newer = year(2026, { version: 2, off: ['2026-03-11'] })
  for (const records of [
    [older, newer],
    [newer, older],
  ]) {
    expect(workCalendar(records).isWorking(day('2026-03-10'))).toBe(true)
    expect(workCalendar(records).isWorking(day('2026-03-11'))).toBe(false)
  }
  const next = year(2027, { off: ['2026-12-31/2027-01-02'], work: [day('2026-12-27')] })
  const corrected = workCalendar([next, newer])
  expect(corrected.isWorking(day('2026-12-31'))).toBe(false)
  expect(corrected.isWorking(day('2026-12-27'))).toBe(true)
})

test('Q7 a day off says why', () => {
  const reasons = {
    '2026-01-02': '元旦放假',
    '2026-02-21': '春节放假',
    '2026-04-04': '清明节放假',
    '2026-05-05': '劳动节放假',
    '2026-06-19': '端午节放假',
    '2026-09-25': '中秋节放假',
    '2025-10-08': '国庆节放假',
    '2026-03-07': '周六',
    '2026-03-08': '周日',
    '2026-02-14': '',
    '2026-03-09': '',
  }
  for (const [date, reason] of Object.entries(reasons)) expect(calendar.reason(day(date)), date).toBe(reason)
})

test('Q8 counts and last days agree with counting day by day', () => {
  const anyDay = fc.integer({ min: 0, max: EVERY_DAY.length - 1 }).map((at) => EVERY_DAY[at] as Day)
  fc.assert(
    fc.property(anyDay, anyDay, fc.integer({ min: 0, max: 300 }), (start, end, days) => {
      expect(calendar.count(start, end)).toBe(countOneByOne(start, end, []))
      expect(calendar.after(start, days)).toBe(dueOneByOne(start, days, []))
    }),
    { numRuns: 2000 },
  )
})

test('Q9 the same records give the same calendar, a changed one another', () => {
  expect(workCalendar([...SAMPLE_CALENDARS])).toBe(workCalendar([...SAMPLE_CALENDARS]))
  const [first, ...others] = SAMPLE_CALENDARS as readonly [CalendarYear, ...CalendarYear[]]
  expect(workCalendar([{ ...first }, ...others])).not.toBe(calendar)
  expect(workCalendar([first]).coverage).toEqual({ from: '2024-01-01', until: '2024-12-31' })
})
