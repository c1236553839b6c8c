/** What people hear of the day by which a node went: who confirmed it, until the parent is met, and whether it was wrong. */
import { civilDay, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type ClockDoubt, isDayInDoubt } from '../clock-doubt.ts'
import type { Core } from '../core.ts'
import { type DaySpan, daysWords } from '../day-records.ts'
import { CONFIRMED_DAY, type Finding, WRONG_DAY } from '../office.ts'
import { publishedAt } from './clock-mark.ts'

/** By what time a node goes, and who said so. */
export interface GoneBy {
  /** Milliseconds since 1970 at the root, as far as the node knows. */
  readonly time: number
  /** Since when it goes by that. */
  readonly since: number | null
  /** Where a person said so: the time at the root that was said, what the clock showed then, and whether nobody can have set it since. */
  readonly said: { readonly said: number; readonly shown: number; readonly isSteady: boolean } | null
  /** The latest time, as it was known then, of which a number bears the day; null: none. */
  readonly numbered: number | null
  /** Whether the root had said the time since the start, and nobody can have set the clock since. */
  readonly isTold: boolean
  /** The time at the root when it last said it, else of the newest thing that it published. */
  readonly told: number
  /** Nothing is numbered by a day that is in doubt. */
  readonly isInDoubt: boolean
  /** What spoke against the clock. */
  readonly doubt: ClockDoubt['is'] | null
}

/** What a node goes by because somebody said so; null where nobody did. */
export function goneBy({ clock, directory }: Core): GoneBy | null {
  // By its own time, which somebody set: what it numbered by that is looked at as well.
  if (clock.offset() === null && (clock.numbered() ?? Number.POSITIVE_INFINITY) > clock.time()) return null
  const published = publishedAt({ directory })
  const doubt = clock.doubt(published)
  const isInDoubt = isDayInDoubt(doubt)
  const known = { time: clock.time(), since: clock.since(), said: clock.confirmed(), isInDoubt }
  const { told } = clock.past(published)
  return { ...known, doubt: doubt?.is ?? null, numbered: clock.numbered(), isTold: clock.isTold(), told }
}

const NEXT =
  '这期间的记录都在,所记日期、编号和文书日期不改。请打开“这期间在本机办过的办件”,逐件看期限和文书,告诉县中心;电脑时间对、县中心不对的,请马上告诉县中心。核对完点“已核对”'

/** What is told of wrong days, with the days: what bears them is found by them. */
type WrongDay = Omit<Finding, 'time'> & { readonly days: DaySpan }

const told = (message: string, { from, until }: DaySpan): WrongDay => ({
  kind: 'clock',
  kept: `${WRONG_DAY}${until}`,
  message,
  next: NEXT,
  days: { from, until },
})

/**
 * Tells that a node went by other days than has now been said; nothing where it was right, or wrong by minutes around midnight.
 * Nobody is named: whoever says the time now may be the one who errs.
 */
export function tellWrongDays(core: Core, before: GoneBy | null): void {
  const { clock } = core
  const other = otherDay(core, before) ?? shiftedDay(core, before)
  const [toCome, over] = [clock.toCome(), clock.over()]
  const isTold = (day: Day) => other !== undefined && other.days.from <= day && day <= other.days.until
  const found = [
    other,
    // From when on a day to come was numbered is not known; until when is.
    toCome === null || isTold(toCome) ? undefined : dayToCome(core, toCome),
    over === null || (isTold(over.from) && isTold(over.until)) ? undefined : daysOver(over),
  ]
  // One after the other: the bound counts what stands by then.
  for (const one of found) if (one) core.news.keep(bounded(core, one))
}

/** Whether a clock that nobody watched since numbered nothing after the root's last word: what it lost later is nobody's wrong day. */
const wasAgreed = ({ isTold, numbered, told }: GoneBy): boolean => !isTold && (numbered ?? 0) <= told

/**
 * By less than a day another time than the root had said before, and a number bears the other day: the root's clock was
 * wrong by hours, or is.
 */
function shiftedDay({ clock }: Core, before: GoneBy | null): WrongDay | undefined {
  if (before === null || before.numbered === null) return undefined
  const { time, numbered, since, doubt } = before
  // What fell, leapt or was alone for months counted no time since; of one that was set the root may as well have been.
  if (doubt !== null && doubt !== 'set') return undefined
  const by = clock.time() - time
  const [wrong, right] = [civilDay(numbered), civilDay(numbered + by)]
  const isOld = numbered < (since ?? 0) || wasAgreed(before)
  const isHours = Math.abs(by) >= LIMITS.clockFallMilliseconds && Math.abs(by) < LIMITS.doubtfulDayMilliseconds
  if (wrong === right || isOld || !isHours) return undefined
  return told(`县中心的时间或本机时钟变过:本机最近按 ${wrong} 编号,按县中心现在的时间应是 ${right}`, {
    from: wrong,
    until: wrong,
  })
}

const MORE = `${WRONG_DAY}more`

/**
 * A clock, or a parent, that swings without end: so many days stand one by one, what comes then as one with all days
 * between. Days that stand already are not made fewer by what ends on the same one.
 */
function bounded({ news }: Core, wrong: WrongDay): WrongDay {
  // An earlier program kept some without their days.
  const known = news.findings.filter(
    (one): one is Finding & WrongDay => one.kept?.startsWith(WRONG_DAY) === true && one.days !== undefined,
  )
  const same = known.find(({ kept }) => kept === wrong.kept)
  if (same) return same.days.from < wrong.days.from ? { ...wrong, message: same.message, days: same.days } : wrong
  if (known.length < LIMITS.wrongDays) return wrong
  const all = [wrong, ...known.filter(({ kept }) => kept === MORE)].map(({ days }) => days)
  const days = {
    from: all.map(({ from }) => from).reduce((one, other) => (other < one ? other : one)),
    until: all.map(({ until }) => until).reduce((one, other) => (other > one ? other : one)),
  }
  return { ...told(`本机的日期一再变动,还按 ${daysWords(days)} 办理过`, days), kept: MORE }
}

/** What bears a day that has not come was numbered by a wrong clock, whatever is known of it otherwise. */
function dayToCome({ clock }: Core, day: Day): WrongDay {
  const tomorrow = plusDays(clock.today(), 1)
  const days = { from: day < tomorrow ? day : tomorrow, until: day }
  const what = day < tomorrow ? '有编号的时间比现在还晚,编号时可能还不是这一天' : '有编号用了还没有到的日期'
  return told(`${what}:本机按 ${daysWords(days)} 办理,今天是 ${clock.today()}`, days)
}

/** So was what bears a day of which the county had told before that it was over. */
const daysOver = (days: DaySpan): WrongDay =>
  told(`有编号用了已经过去的日期:本机按确认的 ${daysWords(days)} 办理,此前已得知县中心的日期更晚`, days)

/** By another day than is said now. */
function otherDay({ clock }: Core, before: GoneBy | null): WrongDay | undefined {
  if (before === null) return undefined
  const { said, time, since } = before
  // Until it was alone for months it numbered by the same clock.
  const isInDoubt = before.isInDoubt && before.doubt !== 'unheard'
  // A steady clock is judged by the moment at which the day was said, another one by now.
  const isSteady = said?.isSteady === true
  const was = said !== null && (isSteady || isInDoubt) ? said.said : time
  const is = isSteady ? said.shown + clock.time() - clock.now() : clock.time()
  const [wrong, right] = [civilDay(was), civilDay(is)]
  // What the county itself had told may be off by what an unwatched clock drifts.
  const least = said === null ? LIMITS.doubtfulDayMilliseconds : LIMITS.clockOffsetMilliseconds
  if (wrong === right || Math.abs(was - is) < least) return undefined
  // By a day that is in doubt nothing was numbered; the one before it was wrong only if it is still to come.
  if (!isSteady && isInDoubt && (said === null || wrong < right)) return undefined
  // It went by that day after day; of what was in doubt only the day that was said before.
  const last = isInDoubt ? was : time
  const days = { from: civilDay(Math.min(since ?? last, last)), until: civilDay(last) }
  const isCounty = clock.confirmedBy() === null
  const whose = said === null ? '县中心的时间或本机时钟变过' : isCounty ? '确认的日期和县中心的不同' : '确认的日期改过'
  const message = `${whose}:本机按 ${daysWords(days)} 办理,${isCounty ? '县中心的日期是' : '后来确认的日期是'} ${isInDoubt ? right : clock.today()}`
  return told(message, days)
}

/** Whether it is still told that a person confirmed the day. */
export const isConfirmationTold = ({ news }: Core): boolean => news.findings.some(({ kept }) => kept === CONFIRMED_DAY)
