/** The clocks of a case: started and stopped as the transition table says, counted as the law says. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { clocksOf, fiveDayDue } from '#protocol/casework/clocks/clocks.ts'
import type { ClockSpans } from '#protocol/casework/course/spans.ts'
import { GUARDED_KINDS } from '#protocol/casework/facts/facts.ts'
import { takeEffect } from '#protocol/casework/folding/taking-effect.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { type Span, workCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { NO_HASH } from '#test/casework/people.ts'
import { countOneByOne, dueOneByOne, EVERY_DAY, isPaused, isWorked } from '#test/casework/time/day-by-day.ts'
import {
  allRunning,
  begun,
  CLOCK_IDS,
  clock,
  day,
  ENTRY,
  item,
  LICENCE,
  NO_ANSWERS,
  PAUSED_BY_PROCEDURES,
  pausedFor,
  register,
  START,
  since,
} from './courses.ts'

const ACTED = '2026-03-05'

const CLOCKED = GUARDED_KINDS.flatMap((kind) =>
  TRANSITIONS[kind].transitions.flatMap((transition) => {
    const { from, to, when, clock: effect } = transition
    const title = `${kind}: ${from.join('/')} → ${to ?? '='}${when === undefined ? '' : ` (${when.field} = ${when.is})`}`
    return effect === undefined ? [] : [{ title, kind, transition, effect }]
  }),
)

describe('clock effects of the transition table', () => {
  test.each(CLOCKED)('Q10 $title', ({ kind, transition, effect }) => {
    const { when } = transition
    const fields = when === undefined ? {} : { [when.field]: when.is }
    const take = (spans: ClockSpans) => {
      const progress = begun({ stage: transition.from[0] ?? '00', spans, pauses: [], suspendedAt: '41' })
      takeEffect(
        progress,
        { entry: ENTRY, kind, fields, document: '', day: day(ACTED), written: day(ACTED), item: LICENCE },
        transition,
        NO_ANSWERS,
      )
      return progress
    }
    const moved = take(allRunning)
    const stillNew = take({})
    for (const id of CLOCK_IDS) {
      const starts = effect.start?.includes(id) === true
      const begins = effect.begin?.includes(id) === true
      const stops = effect.stop?.includes(id) === true
      expect(moved.spans[id], id).toEqual(starts ? since(ACTED) : since(START, stops ? ACTED : null))
      expect(stillNew.spans[id], id).toEqual(starts || begins ? since(ACTED) : undefined)
    }
    if (effect.pause === true) expect(moved.pauses).toMatchObject([{ from: ACTED, until: null }])
  })

  test('Q10 every clock is started by a transition and stopped by another', () => {
    const started = new Set(CLOCKED.flatMap(({ effect }) => [...(effect.start ?? []), ...(effect.begin ?? [])]))
    const stopped = new Set(CLOCKED.flatMap(({ effect }) => effect.stop ?? []))
    expect(CLOCK_IDS.filter((id) => !started.has(id) || !stopped.has(id))).toEqual([])
  })
})

const suspended = (stage: '40' | '41') =>
  begun({ stage: '45', suspendedAt: stage, spans: allRunning, pauses: [pausedFor('2026-03-04', null)] })

test('Q11 while a special procedure lasts the decision, step and review clocks stand still and no other', () => {
  const clocks = clocksOf(suspended('41'), LICENCE, register('2026-03-20'))
  for (const { id, state, due, used } of clocks) {
    const stands = PAUSED_BY_PROCEDURES.includes(id)
    expect(state, id).toBe(stands ? 'paused' : 'running')
    if (stands) expect({ due, used }, id).toEqual({ due: null, used: 2 })
    else expect(due, id).not.toBeNull()
  }
  expect(clocks.filter(({ state }) => state === 'paused').map(({ id }) => id)).toEqual(PAUSED_BY_PROCEDURES)
})

test('Q11 the day a pause begins counts, the day its result arrives does not, and clocks run on', () => {
  const course = begun({
    stage: '41',
    spans: { T2p: since(START) },
    pauses: [pausedFor('2026-03-04', '2026-03-10')],
  })
  // 3 and 4 March count, 5 to 10 do not, 11 is the third day; the tenth is the 20th.
  expect(clock('T2p', course, LICENCE, register('2026-03-11'))).toMatchObject({
    state: 'running',
    limit: 10,
    used: 3,
    remaining: 7,
    due: '2026-03-20',
    exceeded: false,
  })
})

const anyDay = fc.integer({ min: 0, max: EVERY_DAY.length - 1 }).map((at) => EVERY_DAY[at] as Day)
const anyPause = fc
  .tuple(anyDay, fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -3, max: 60 }) }, fc.constant(null)))
  .map(([from, length]): Span => {
    const until = length === null ? null : EVERY_DAY[EVERY_DAY.indexOf(from) + length]
    return { from, until: until ?? null }
  })
const anySchedule = fc.record({
  start: anyDay,
  limit: fc.integer({ min: 0, max: 60 }),
  running: fc.integer({ min: 0, max: 150 }),
  stopped: fc.boolean(),
  // Half of the pauses lie within reach of the limit, some twice.
  pauses: fc.array(anyPause, { maxLength: 4 }),
  near: fc.array(fc.tuple(fc.integer({ min: -5, max: 70 }), fc.integer({ min: 0, max: 25 })), { maxLength: 4 }),
  twice: fc.boolean(),
})

test('Q12 ten thousand schedules with overlapping pauses agree with counting day by day', () => {
  const seen = { due: 0, exceeded: 0, paused: 0 }
  fc.assert(
    fc.property(anySchedule, ({ start, limit, running, stopped, pauses: far, near, twice }) => {
      const at = EVERY_DAY.indexOf(start)
      const end = EVERY_DAY[Math.min(at + running, EVERY_DAY.length - 1)] as Day
      const close = near.flatMap(([offset, length]): Span[] => {
        const [from, until] = [EVERY_DAY[at + offset], EVERY_DAY[at + offset + length]]
        return from === undefined || until === undefined ? [] : [{ from, until }]
      })
      const pauses = [...far, ...close, ...(twice ? close : [])]
      const course = begun({
        stage: '40',
        spans: { T2p: since(start, stopped ? end : null) },
        pauses: pauses.map(({ from, until }) => pausedFor(from, until)),
      })
      const limited = item({ promised: { days: limit, unit: 'working', note: '' } })
      const found = clock('T2p', course, limited, register(end))
      const lasting = !stopped && pauses.some(({ until }) => until === null)
      const due = dueOneByOne(start, limit, pauses)
      const used = countOneByOne(start, end, pauses)
      let reference = EVERY_DAY.indexOf(end)
      while (reference > 0 && isPaused(EVERY_DAY[reference] as Day, pauses)) reference--
      const exceeded = due !== undefined && (EVERY_DAY[reference] as Day) > due
      expect(found).toMatchObject({
        state: stopped ? 'stopped' : lasting ? 'paused' : 'running',
        due: lasting ? null : (due ?? null),
        used,
        remaining: limit - used,
        exceeded,
      })
      seen.due += due === undefined ? 0 : 1
      seen.exceeded += exceeded ? 1 : 0
      seen.paused += lasting ? 1 : 0
    }),
    { numRuns: 10_000 },
  )
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(500)
})

test('Q17 a clock is exceeded once its due day has passed, or when it was stopped behind it', () => {
  const told = (today: string, stop: string | null) =>
    clock('T1', begun({ spans: { T1: since('2026-03-02', stop) } }), LICENCE, register(today))
  expect(told('2026-03-09', null)).toMatchObject({ due: '2026-03-09', exceeded: false, remaining: 0 })
  expect(told('2026-03-10', null)).toMatchObject({ exceeded: true, remaining: -1 })
  expect(told('2026-04-10', '2026-03-09')).toMatchObject({ state: 'stopped', exceeded: false, used: 5 })
  expect(told('2026-04-10', '2026-03-10')).toMatchObject({ state: 'stopped', exceeded: true, used: 6 })
  const weekend = clock('T1', begun({ spans: { T1: since('2026-03-06') } }), LICENCE, register('2026-03-14'))
  expect(weekend).toMatchObject({ due: '2026-03-13', used: 5, exceeded: true })
})

test('Q17 what is done on a day that does not count is done in time when the pause began in time', () => {
  const pauses = [pausedFor('2026-03-13', '2026-03-18')]
  const decided = (stop: string) =>
    clock('T2p', begun({ spans: { T2p: since('2026-02-28', stop) }, pauses }), LICENCE, register('2026-04-10'))
  expect(decided('2026-03-18')).toMatchObject({ due: '2026-03-13', used: 10, exceeded: false })
  expect(decided('2026-03-19')).toMatchObject({ due: '2026-03-13', used: 11, exceeded: true })
})

test('Q18 a limit in calendar days that ends on a day off ends on the next working day', () => {
  const calendarDays = item({ promised: { days: 10, unit: 'calendar', note: '' } })
  const from = (start: string) =>
    clock('T2p', begun({ stage: '40', spans: { T2p: since(start) } }), calendarDays, register('2026-05-05'))
  expect(from('2026-04-25')).toMatchObject({ due: '2026-05-06', used: 10, remaining: 0, exceeded: false })
  expect(from('2026-04-20')).toMatchObject({ due: '2026-04-30', used: 15, exceeded: true })
  const notice = { fact: NO_HASH, missing: [], day: day('2026-01-21'), until: day('2026-02-20'), count: 1 }
  const awaited = begun({ stage: '25', notice, spans: { "T1'": since('2026-01-21') } })
  expect(clock("T1'", awaited, LICENCE, register('2026-02-23'))).toMatchObject({
    limit: 30,
    due: '2026-02-24',
    exceeded: false,
  })
})

test('Q19 beyond the published calendar there is no due day, only an estimate, and nothing is exceeded by it', () => {
  const late = begun({ spans: { T1: since('2026-12-28') } })
  expect(clock('T1', late, LICENCE, register('2026-12-31'))).toMatchObject({
    due: null,
    estimate: '2027-01-04',
    used: 3,
    exceeded: false,
  })
  expect(clock('T1', late, LICENCE, register('2027-03-01'))).toMatchObject({
    due: null,
    used: null,
    remaining: null,
    exceeded: false,
  })
  const known = begun({ spans: { T1: since('2026-12-21') } })
  expect(clock('T1', known, LICENCE, register('2027-03-01'))).toMatchObject({
    due: '2026-12-28',
    estimate: null,
    used: null,
    exceeded: true,
  })
  const none = register('2026-03-10', { calendar: workCalendar([]) })
  const weekdays = clock('T1', begun({ spans: { T1: since('2026-03-06') } }), LICENCE, none)
  expect(weekdays).toMatchObject({ due: null, estimate: '2026-03-13', exceeded: false })
  const calendarDays = item({ promised: { days: 13, unit: 'calendar', note: '' } })
  const rolled = begun({ stage: '40', spans: { T2p: since('2026-12-28') } })
  expect(clock('T2p', rolled, calendarDays, register('2026-12-31'))).toMatchObject({
    due: null,
    estimate: '2027-01-11',
    used: 3,
  })
})

test('Q19 an estimate counts what is published and weekdays behind it', () => {
  const of2025 = workCalendar(SAMPLE_CALENDARS.filter(({ year }) => year < 2026))
  const counts = (date: Day) =>
    date < '2026' ? isWorked(date) : ![0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay())
  const starts = EVERY_DAY.filter((date) => date >= '2025-06' && date < '2026-06')
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.integer({ min: 1, max: 60 }), (start, limit) => {
      const limited = item({ promised: { days: limit, unit: 'working', note: '' } })
      const pauses = [pausedFor('2025-12-30', '2026-01-08')]
      const course = begun({ stage: '40', spans: { T2p: since(start) }, pauses })
      const found = clock('T2p', course, limited, register('2026-06-01', { calendar: of2025 }))
      expect(found?.due ?? found?.estimate).toBe(dueOneByOne(start, limit, pauses, counts))
    }),
    { numRuns: 500 },
  )
})

test('Q20 the fifth working day behind the receipt is the last for telling the applicant, while that clock runs', () => {
  const received = (start: string, stop: string | null = null) => begun({ spans: { T1: since(start, stop) } })
  expect(fiveDayDue(received('2026-02-10'), register('2026-02-11'))).toBe('2026-02-24')
  expect(fiveDayDue(received('2026-02-10', '2026-02-12'), register('2026-02-13'))).toBeUndefined()
  expect(fiveDayDue(received('2026-12-28'), register('2026-12-28'))).toBeUndefined()
  expect(fiveDayDue(begun(), register('2026-02-11'))).toBeUndefined()
})
