/** Limits explained day by day, or refused with what is known. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { type Span, workCalendar } from '#protocol/casework/time/calendar.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import { explainDeadline } from '#protocol/casework/time/deadlines.ts'
import { LIMITS } from '#protocol/limits.ts'
import { dueOneByOne, EVERY_DAY, isPaused, isWorked } from './day-by-day.ts'

const day = (text: string) => text as Day
const calendar = workCalendar(SAMPLE_CALENDARS)
const span = (from: string, until: string | null): Span => ({ from: day(from), until: until as Day | null })

test('Q30 every day behind the start up to the due day is explained once', () => {
  const explained = explainDeadline(calendar, day('2026-02-10'), 5, [span('2026-02-11', '2026-02-12')])
  expect(explained).toEqual({
    ok: true,
    value: {
      due: '2026-02-25',
      counted: ['2026-02-11', '2026-02-13', '2026-02-14', '2026-02-24', '2026-02-25'],
      paused: ['2026-02-12'],
      skipped: Array.from({ length: 9 }, (_, at) => ({ day: plusDays(day('2026-02-15'), at), reason: '春节放假' })),
      coverage: { from: '2024-01-01', until: '2026-12-31' },
    },
  })
})

test('Q30 the lists agree with counting day by day, whatever pauses overlap or repeat', () => {
  const anyDay = fc.integer({ min: 0, max: EVERY_DAY.length - 200 }).map((at) => EVERY_DAY[at] as Day)
  const near = fc.tuple(fc.integer({ min: -10, max: 60 }), fc.integer({ min: 0, max: 30 }))
  fc.assert(
    fc.property(anyDay, fc.integer({ min: 1, max: 60 }), fc.array(near, { maxLength: 5 }), (start, limit, offsets) => {
      const once = offsets.map(([from, length]) => span(plusDays(start, from), plusDays(start, from + length)))
      const pauses = [...once, ...once.slice(1)]
      const explained = explainDeadline(calendar, start, limit, pauses)
      const due = dueOneByOne(start, limit, pauses)
      const days = EVERY_DAY.filter((date) => date > start && due !== undefined && date <= due)
      const expected = {
        due,
        counted: days.filter((date) => isWorked(date) && !isPaused(date, pauses)),
        paused: days.filter((date) => isWorked(date) && isPaused(date, pauses)),
        skipped: days.filter((date) => !isWorked(date)).map((date) => ({ day: date, reason: calendar.reason(date) })),
      }
      expect(explained.ok ? explained.value : explained.problem).toMatchObject(
        due === undefined ? { code: 'deadline-unknown' } : expected,
      )
    }),
    { numRuns: 500 },
  )
})

test('Q31 beyond the published calendar the answer is a refusal with the coverage and a marked estimate', () => {
  const unknown = explainDeadline(calendar, day('2026-12-28'), 5, [])
  expect(unknown).toMatchObject({
    ok: false,
    problem: {
      code: 'deadline-unknown',
      coverage: { from: '2024-01-01', until: '2026-12-31' },
      estimate: '2027-01-04',
    },
  })
  expect(unknown.ok ? '' : unknown.problem.message).toContain('2026-12-31')
  expect(explainDeadline(workCalendar([]), day('2026-03-06'), 5, [])).toMatchObject({
    ok: false,
    problem: { code: 'deadline-unknown', coverage: null, estimate: '2026-03-13' },
  })
  expect(explainDeadline(calendar, day('2020-03-06'), 5, []).ok).toBe(false)
})

test('Q32 while a pause lasts there is no due day and no estimate, unless the limit had ended before', () => {
  const lasting = [span('2026-03-04', null)]
  expect(explainDeadline(calendar, day('2026-03-02'), 5, lasting)).toMatchObject({
    ok: false,
    problem: { code: 'deadline-paused', estimate: null },
  })
  expect(explainDeadline(calendar, day('2026-03-02'), 2, lasting)).toMatchObject({
    ok: true,
    value: { due: '2026-03-04' },
  })
})

test('Q33 the number of days and of pauses is bounded, and a pause does not end before it begins', () => {
  const refused = { ok: false, problem: { code: 'deadline-input', field: 'workingDays' } }
  for (const days of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, LIMITS.deadlineDays + 1]) {
    expect(explainDeadline(calendar, day('2026-03-02'), days, []), String(days)).toMatchObject(refused)
  }
  const start = day('2024-01-01')
  expect(explainDeadline(calendar, start, LIMITS.deadlineDays, []).ok).toBe(true)
  const many = Array.from({ length: LIMITS.deadlinePauses + 1 }, () => span('2026-03-04', '2026-03-05'))
  const refusedPauses = { ok: false, problem: { code: 'deadline-input', field: 'pauses' } }
  expect(explainDeadline(calendar, start, 5, many)).toMatchObject(refusedPauses)
  expect(explainDeadline(calendar, start, 5, many.slice(1)).ok).toBe(true)
  expect(explainDeadline(calendar, start, 5, [span('2026-03-04', '2026-03-03')])).toMatchObject(refusedPauses)
})
