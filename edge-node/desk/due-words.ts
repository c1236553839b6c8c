/** Days and deadlines as people say them: “还剩 3 个工作日(11月26日 周四)”, “已超 1 个工作日”, “暂停中”. */
import type { Clock } from '#protocol/casework/clocks/clocks.ts'
import { PROCEDURES } from '#protocol/casework/codes.ts'
import type { Course } from '#protocol/casework/course/course.ts'
import type { ClockId } from '#protocol/casework/course/spans.ts'
import type { Item, TimeLimit } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { Span } from '#protocol/casework/time/calendar.ts'
import { type Day, dayNumber } from '#protocol/casework/time/days.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'

const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六'] as const
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4

/** The day of the week: 周四. */
export const weekday = (day: Day): string => `周${WEEKDAYS[(dayNumber(day) + FIRST_WEEKDAY) % 7] ?? ''}`

/** A day for people: 11月26日, with the year when it is another one than today's. */
export function dayWords(day: Day, today?: Day): string {
  const short = `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`
  return today === undefined || day.slice(0, 4) === today.slice(0, 4) ? short : `${day.slice(0, 4)}年${short}`
}

/** A day on paper: 2026年11月26日. */
export const paperDay = (day: Day): string => `${day.slice(0, 4)}年${dayWords(day)}`

const UNITS = { working: '个工作日', calendar: '天' } as const
type Unit = keyof typeof UNITS

export const limitWords = (days: number, unit: Unit): string => `${days} ${UNITS[unit]}`

/** How pressing a deadline is; lists show it as a sign and in words, never by colour alone. */
export type Urgency = 'over' | 'soon' | 'fine' | 'paused' | 'unknown' | 'done' | 'none'

export interface DueWords {
  readonly urgency: Urgency
  readonly words: string
}

/** So few days left count as soon. */
const SOON_DAYS = 3

function leftWords(remaining: number, unit: Unit, due: Day, today: Day): DueWords {
  const when = `(${dayWords(due, today)} ${weekday(due)})`
  if (remaining < 0) return { urgency: 'over', words: `已超 ${limitWords(-remaining, unit)}${when}` }
  // On the days off behind the last day no working day is exceeded yet, and nothing is left either.
  if (due < today) return { urgency: 'over', words: `已过最后一天${when}` }
  if (due === today) return { urgency: 'soon', words: `今天到期${when}` }
  return { urgency: remaining <= SOON_DAYS ? 'soon' : 'fine', words: `还剩 ${limitWords(remaining, unit)}${when}` }
}

/**
 * Days left up to a last day, below zero behind it; undefined beyond the published calendar. Lists and pages count by this
 * alone: what a limit has left by its own count is something else where it begins on a day to come, or ends on a day off.
 */
function daysLeft({ calendar, today }: Pick<Register, 'calendar' | 'today'>, due: Day, unit: Unit): number | undefined {
  const days = (from: Day, until: Day) =>
    unit === 'calendar' ? dayNumber(until) - dayNumber(from) : calendar.count(from, until)
  const left = due < today ? days(due, today) : days(today, due)
  return left !== undefined && due < today ? -left : left
}

/** What a clock has left: while it runs up to its last day, else what it had left when it stopped, or was paused. */
export const clockLeft = (
  { register }: Pick<Office, 'register'>,
  { state, due, unit, remaining }: Clock,
): number | null => {
  if (state !== 'running' || due === null) return remaining
  const now = register()
  // What stood still behind the last day is counted by the clock alone.
  return due < now.today && unit === 'working' ? remaining : (daysLeft(now, due, unit) ?? remaining)
}

/** Why a clock of a case stands still: 暂停中(检验,自11月20日), 上级审批中(自11月20日). */
export function stillWords({ pauses, away }: Pick<Course, 'pauses' | 'away'>, today: Day): string {
  const isLasting = ({ until }: Span) => until === null
  const pause = pauses.findLast(isLasting)
  if (pause) return `暂停中(${PROCEDURES[pause.procedure].title},自${dayWords(pause.from, today)})`
  const above = away.findLast(isLasting)
  return above ? `上级审批中(自${dayWords(above.from, today)},不计入本级期限)` : '暂停中'
}

/** Where nobody can say what day it is, nobody can say how many are left, either. */
const undated = (due: Day, today: Day): DueWords => ({ urgency: 'unknown', words: `${dayWords(due, today)}到期` })

/** One clock of a case in words. */
export function clockDueWords(
  office: Pick<Office, 'today' | 'isDayInDoubt' | 'register'>,
  clock: Clock,
  course: Pick<Course, 'pauses' | 'away'>,
): DueWords {
  const today = office.today()
  if (clock.state === 'stopped') {
    const day = clock.stopped === null ? '' : `(${dayWords(clock.stopped, today)})`
    return clock.exceeded ? { urgency: 'over', words: `已结束${day},超期` } : { urgency: 'done', words: `已结束${day}` }
  }
  if (clock.state === 'paused') {
    const words = stillWords(course, today)
    return clock.exceeded ? { urgency: 'over', words: `此前已超期,${words}` } : { urgency: 'paused', words }
  }
  if (clock.id === 'T43' && clock.exceeded) return { urgency: 'soon', words: askedWords(clock.due, today) }
  if (clock.due !== null && office.isDayInDoubt()) return undated(clock.due, today)
  const left = clockLeft(office, clock)
  if (clock.due !== null && left !== null) return leftWords(left, clock.unit, clock.due, today)
  const estimate = clock.estimate === null ? '' : `;按周一至周五估算为${dayWords(clock.estimate, today)},不作依据`
  return { urgency: 'unknown', words: `到期日超出已公布的工作日历,不能计算${estimate}` }
}

type UnitOf = (item: Item | undefined) => Unit

const working: UnitOf = () => 'working'
const calendarDays: UnitOf = () => 'calendar'
const limitUnit = (limit: TimeLimit | undefined): Unit => (limit?.days == null ? 'working' : limit.unit)
const promisedUnit: UnitOf = (item) => limitUnit(item?.promised)

/** Every clock and the days it is counted in; those whose end matters to the applicant before those inside the office. */
const UNIT_OF: Readonly<Record<ClockId, UnitOf>> = {
  T1: working,
  "T1'": calendarDays,
  T2p: promisedUnit,
  T2s: (item) => limitUnit(item?.statutory),
  T5: working,
  "T4'": working,
  T4: promisedUnit,
  T43: (item) => limitUnit(item?.statutory),
  T0: working,
  T3: working,
  T45: working,
  T6: working,
}
const CLOCK_ORDER = Object.keys(UNIT_OF)

/** The place of a clock among those of its case. */
export const placeOfClock = ({ id }: Pick<Clock, 'id'>): number => CLOCK_ORDER.indexOf(id)

/** The days in which a row counts what is left. */
const unitOf = (office: Office, { item, dueClock }: Pick<CaseRow, 'item' | 'dueClock'>): Unit =>
  dueClock === '' ? 'working' : UNIT_OF[dueClock](office.directory.item(item))

/** The earliest deadline of a row of a list in words. */
export function rowDueWords(
  office: Office,
  row: Pick<CaseRow, 'item' | 'due' | 'dueClock' | 'paused' | 'exceeded'>,
): DueWords {
  const { due } = row
  if (row.paused) return pausedDueWords(office, row)
  if (due === null && row.exceeded) return { urgency: 'over', words: '曾超期' }
  if (due === null && row.dueClock === '') return { urgency: 'none', words: '无' }
  if (due === null) return { urgency: 'unknown', words: '超出工作日历,不能计算' }
  const register = office.register()
  const { today } = register
  if (office.isDayInDoubt()) return undated(due, today)
  if (row.dueClock === 'T43' && due < today) {
    const words = askedWords(due, today)
    return row.exceeded ? { urgency: 'over', words: `此前已超期;${words}` } : { urgency: 'soon', words }
  }
  const unit = unitOf(office, row)
  const left = daysLeft(register, due, unit)
  return left === undefined ? undated(due, today) : leftWords(left, unit, due, today)
}

/** An upper level beyond its days has to be asked after; that is no lateness of the office. */
const askedWords = (due: Day | null, today: Day): string =>
  `上级审批已过期限${due === null ? '' : `(${dayWords(due, today)})`},请催办`

/** A pause that takes longer than the applicant was told has to be asked after. */
function pausedDueWords(
  office: Office,
  { due, dueClock, exceeded }: Pick<CaseRow, 'due' | 'dueClock' | 'exceeded'>,
): DueWords {
  const today = office.today()
  if (exceeded) return { urgency: 'over', words: '此前已超期,暂停中' }
  const isPlanned = dueClock === 'T45' && due !== null && !office.isDayInDoubt()
  if (!isPlanned) return { urgency: 'paused', words: '暂停中' }
  return due < today
    ? { urgency: 'soon', words: `暂停中,已过计划结束日(${dayWords(due, today)}),请催办` }
    : { urgency: 'paused', words: `暂停中(计划到${dayWords(due, today)})` }
}

/** Signs of urgency for every font; read out by nobody, the words say it. */
export const URGENCY_SIGNS: Readonly<Record<Urgency, string>> = {
  over: '■',
  soon: '▲',
  fine: '○',
  paused: '‖',
  unknown: '?',
  done: '✓',
  none: '',
}
