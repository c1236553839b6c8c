/** Deadlines and money as people say and type them. */
import { expect, test } from 'vitest'
import { clocksPart } from '#edge-node/desk/case/clock-part.ts'
import { clockDueWords, clockLeft, rowDueWords, weekday } from '#edge-node/desk/due-words.ts'
import { queryOf } from '#edge-node/desk/filters.ts'
import { fenOf, rangeWords, yuanWords } from '#edge-node/desk/money.ts'
import type { Desk, Visit } from '#edge-node/desk/visit.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { type Clock, clocksOf } from '#protocol/casework/clocks/clocks.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { CaseView, Office } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { allRunning, begun, CLOCK_IDS, item, pausedFor, register } from '#test/casework/clocks/courses.ts'
import { NO_HASH } from '#test/casework/people.ts'

const TODAY = '2026-11-23' as Day
const calendar = workCalendar(SAMPLE_CALENDARS)
const office = {
  register: () => ({ calendar, today: TODAY }),
  directory: { item: () => undefined },
  today: () => TODAY,
  isDayInDoubt: () => false,
} as unknown as Office

const row = (change: Partial<CaseRow>) =>
  rowDueWords(office, { item: 'X', due: null, dueClock: 'T2p', paused: false, exceeded: false, ...change })

/** Nothing stands still. */
const NONE = { pauses: [], away: [] }

const CLOCK: Clock = {
  id: 'T2p',
  title: '承诺办结',
  unit: 'working',
  limit: 10,
  start: '2026-11-12' as Day,
  state: 'running',
  stopped: null,
  due: '2026-11-26' as Day,
  estimate: null,
  used: 7,
  remaining: 3,
  exceeded: false,
  source: '',
}

test('P160 a deadline is said in working days left or exceeded with its day and weekday, never by colour alone', () => {
  expect(row({ due: '2026-11-26' as Day })).toEqual({ urgency: 'soon', words: '还剩 3 个工作日(11月26日 周四)' })
  expect(row({ due: '2026-11-27' as Day }).urgency).toBe('fine')
  expect(row({ due: '2026-11-20' as Day, exceeded: true })).toEqual({
    urgency: 'over',
    words: '已超 1 个工作日(11月20日 周五)',
  })
  const lost = { ...office, isDayInDoubt: () => true } as unknown as Office
  const due = { urgency: 'unknown', words: '11月26日到期' }
  expect(clockDueWords(lost, CLOCK, NONE)).toEqual(due)
  const listed = { item: 'X', due: '2026-11-26' as Day, dueClock: 'T2p', paused: false, exceeded: true } as const
  expect(rowDueWords(lost, listed)).toEqual(due)
  const sunday = { ...office, register: () => ({ calendar, today: '2026-11-22' as Day }) } as unknown as Office
  const weekend = { item: 'X', due: '2026-11-20' as Day, dueClock: 'T2p', paused: false, exceeded: true } as const
  expect(rowDueWords(sunday, weekend)).toEqual({ urgency: 'over', words: '已过最后一天(11月20日 周五)' })
  expect(row({ due: TODAY }).words).toBe('今天到期(11月23日 周一)')
  expect(row({ paused: true }).words).toBe('暂停中')
  expect(row({ due: '2026-12-03' as Day, dueClock: "T1'" }).words).toBe('还剩 10 天(12月3日 周四)')
  expect(row({ dueClock: '' }).words).toBe('无')
  expect(row({ exceeded: true }).words).toBe('曾超期')
  expect(clockDueWords(office, CLOCK, NONE).words).toBe('还剩 3 个工作日(11月26日 周四)')
  const pause = { procedure: 'inspection', from: '2026-11-20' as Day, until: null, days: 10, written: TODAY } as const
  const paused = clockDueWords(office, { ...CLOCK, state: 'paused', due: null }, { ...NONE, pauses: [pause] })
  expect(paused.words).toBe('暂停中(检验,自11月20日)')
  expect(clockDueWords(office, { ...CLOCK, state: 'stopped', stopped: TODAY, exceeded: true }, NONE).words).toBe(
    '已结束(11月23日),超期',
  )
  expect(weekday('1970-01-01' as Day)).toBe('周四')
})

test('P263 a list and the page of a case count the days that are left alike: for a start to come, and for a last day that rolled over', () => {
  const today = '2026-11-27' as Day
  const desk = { ...office, today: () => today, register: () => ({ calendar, today }) } as unknown as Office
  for (const [clock, words] of [
    [
      { start: '2026-12-04' as Day, due: '2026-12-09' as Day, limit: 3, used: 0, remaining: 3 },
      '还剩 8 个工作日(12月9日 周三)',
    ],
    [
      { id: "T1'", unit: 'calendar', due: '2026-12-07' as Day, limit: 10, used: 2, remaining: 8 },
      '还剩 10 天(12月7日 周一)',
    ],
    [{ due: '2026-11-20' as Day, remaining: -5, exceeded: true }, '已超 5 个工作日(11月20日 周五)'],
  ] as const) {
    const of: Clock = { ...CLOCK, ...clock }
    expect(clockDueWords(desk, of, NONE).words).toBe(words)
    const listed = { item: 'X', due: of.due, dueClock: of.id, paused: false, exceeded: of.exceeded }
    expect(rowDueWords(desk, listed).words).toBe(words)
  }
  // What stopped has left what it had left then.
  expect(clockLeft(desk, { ...CLOCK, state: 'stopped', remaining: 3 })).toBe(3)
})

test('P263 a limit that begins on a day to come has not begun, and one that has ended says only that', async () => {
  const start = '2026-12-04' as Day
  const begun: Clock = { ...CLOCK, start, due: '2026-12-09' as Day, used: 0 }
  const ended: Clock = { ...begun, id: 'T1', state: 'stopped', stopped: TODAY, used: 0 }
  const rows = async (clock: Clock) => {
    const view = {
      state: { id: 'case', ...NONE, days: {}, late: [], enteredLate: [], clocks: [clock] },
    } as unknown as CaseView
    return String(await clocksPart({ office } as unknown as Desk, view))
  }
  expect(await rows(begun)).toContain('还没开始')
  expect(await rows(ended)).not.toContain('还没开始')
  expect(await rows(ended)).toContain('已结束(11月23日)')
})

test('P264 while nobody can say what day it is the table of deadlines says neither what is used nor what is left', async () => {
  const stopped: Clock = { ...CLOCK, id: 'T1', state: 'stopped', stopped: '2026-11-20' as Day, used: 6, remaining: -1 }
  const view = {
    state: { id: 'case', ...NONE, days: {}, late: [], enteredLate: [], clocks: [CLOCK, stopped] },
  } as unknown as CaseView
  const shown = async (isDayInDoubt: boolean) =>
    String(await clocksPart({ office: { ...office, isDayInDoubt: () => isDayInDoubt } } as unknown as Desk, view))
  const cells = (html: string) => [...html.matchAll(/data-label="(?:已用|剩余)">([^<]*)</g)].map(([, words]) => words)
  expect(cells(await shown(false)).toSorted()).toEqual(['3', '6', '7', '超 1'].toSorted())
  expect(cells(await shown(true)).toSorted()).toEqual(['6', '超 1', '日期待确认', '日期待确认'].toSorted())
  expect(await shown(true)).toContain('11月26日到期')
  // Nor can anything be asked for by what is due today.
  const lost = { office: { ...office, isDayInDoubt: () => true } } as unknown as Desk
  const visit = { actor: { roles: ['clerk'], station: '510724100' } } as unknown as Visit
  expect(queryOf(lost, visit, { due: 'over' }).dueBefore).toBeUndefined()
  expect(queryOf({ office } as unknown as Desk, visit, { due: 'over' }).dueBefore).toBe(TODAY)
})

test('P160 a row counts each clock in the days that the clock itself counts', () => {
  const limit = (days: number | null, unit: 'working' | 'calendar') => ({ days, unit, note: '' })
  const items = (['working', 'calendar'] as const).flatMap((unit) =>
    [7, null].map((days) => item({ promised: limit(days, unit), statutory: limit(days, unit) })),
  )
  const today = '2026-03-02' as Day
  const notice = { fact: NO_HASH, missing: ['户口簿'], day: today, until: '2026-03-16' as Day, count: 1 }
  // A hearing whose result came on the first day: its own clock is there, and nothing stands still.
  const course = begun({ stage: '40', spans: allRunning, notice, pauses: [pausedFor(today, today)] })
  const tried = items.flatMap((of) => {
    const desk = {
      ...office,
      register: () => ({ calendar, today }),
      directory: { item: () => of },
    } as unknown as Office
    return clocksOf(course, of, register(today)).map(({ id, due, unit }) => {
      const { words } = rowDueWords(desk, { item: of.id, due, dueClock: id, paused: false, exceeded: false })
      expect(words.includes('个工作日') ? 'working' : 'calendar', `${id} ${words}`).toBe(unit)
      return id
    })
  })
  expect(new Set(tried).size).toBe(CLOCK_IDS.length)
})

test('P161 beyond the published calendar no day is said, only an estimate that is marked as none to rely on', () => {
  const beyond = { ...CLOCK, due: null, remaining: null, used: null, estimate: '2027-01-08' as Day }
  const { urgency, words } = clockDueWords(office, beyond, NONE)
  expect(urgency).toBe('unknown')
  expect(words).toContain('不能计算')
  expect(words).toContain('估算为2027年1月8日,不作依据')
  expect(row({ due: '2027-01-08' as Day }).words).toBe('2027年1月8日到期')
})

test('P152 amounts are typed in yuan and kept in whole fen without rounding; what is no amount is not guessed', () => {
  expect(['12.5', '12.50', '0.01', '1,200', '35元', '19.99'].map(fenOf)).toEqual([1250, 1250, 1, 120_000, 3500, 1999])
  expect(['', '-1', '1.234', '一百', '1e3', '.5'].map(fenOf)).toEqual(Array(6).fill(undefined))
  expect([yuanWords(1999), rangeWords({ from: 100, to: 100 }), rangeWords({ from: 100, to: 250 })]).toEqual([
    '19.99 元',
    '1.00 元',
    '1.00 至 2.50 元',
  ])
})

test('P266 what was late and stands in no row any more is told under the deadlines with its days', async () => {
  const day = (text: string) => text as Day
  const run = {
    clock: 'T3',
    title: '环节·承办',
    due: day('2026-11-18'),
    ended: day('2026-11-20'),
    written: day('2026-11-20'),
  }
  const [late, enteredLate] = [[run], [{ ...run, ended: day('2026-11-17') }]]
  const shown = async (clocks: readonly Clock[]) => {
    const view = { state: { id: 'case', ...NONE, days: {}, late, enteredLate, clocks } } as unknown as CaseView
    return String(await clocksPart({ office } as unknown as Desk, view))
  }
  expect(await shown([CLOCK])).toContain('环节·承办:期限到11月18日,11月20日才结束')
  expect(await shown([CLOCK])).toContain('环节·承办:期限到11月18日,写明11月17日办理,11月20日才登记')
  const step: Clock = { ...CLOCK, id: 'T3', state: 'stopped', stopped: '2026-11-20' as Day, due: '2026-11-18' as Day }
  // Its own row says it already.
  expect(await shown([{ ...step, exceeded: true }])).not.toContain('曾经超期')
  expect(await shown([{ ...step, due: '2026-11-19' as Day, exceeded: true }])).toContain('曾经超期')
})

test('P266 a case that stands still says why, and a special procedure beyond its planned end says that it is', () => {
  const away = [{ from: '2026-11-10' as Day, until: null }]
  const still: Clock = { ...CLOCK, state: 'paused', due: null }
  expect(clockDueWords(office, still, { pauses: [], away }).words).toBe('上级审批中(自11月10日,不计入本级期限)')
  const ended = [{ from: '2026-11-10' as Day, until: '2026-11-12' as Day }]
  expect(clockDueWords(office, still, { pauses: [pausedFor('2026-11-13', null)], away: ended }).words).toContain('听证')
  const pausedRow = { paused: true, dueClock: 'T45' } as const
  expect(row({ ...pausedRow, due: TODAY })).toEqual({ urgency: 'paused', words: '暂停中(计划到11月23日)' })
  expect(row({ ...pausedRow, due: '2026-11-20' as Day })).toEqual({
    urgency: 'soon',
    words: '暂停中,已过计划结束日(11月20日),请催办',
  })
  // What was late before is said first; an upper level is asked.
  expect(row({ ...pausedRow, due: TODAY, exceeded: true })).toEqual({ urgency: 'over', words: '此前已超期,暂停中' })
  expect(clockDueWords(office, { ...still, exceeded: true }, { pauses: [], away })).toMatchObject({
    urgency: 'over',
    words: '此前已超期,上级审批中(自11月10日,不计入本级期限)',
  })
  const asked = { urgency: 'soon', words: '上级审批已过期限(11月20日),请催办' }
  const above = { dueClock: 'T43', due: '2026-11-20' as Day } as const
  expect(row(above)).toEqual(asked)
  expect(row({ ...above, exceeded: true })).toEqual({ urgency: 'over', words: `此前已超期;${asked.words}` })
  expect(clockDueWords(office, { ...CLOCK, id: 'T43', due: above.due, exceeded: true }, NONE)).toEqual(asked)
  // Days on which the clock stood still are none that it is over.
  expect(clockLeft(office, { ...CLOCK, due: '2026-11-16' as Day, used: 11, remaining: -1, exceeded: true })).toBe(-1)
  // Another clock that runs meanwhile is no plan of the procedure.
  expect(row({ paused: true, dueClock: 'T6', due: '2026-11-20' as Day }).words).toBe('暂停中')
})
