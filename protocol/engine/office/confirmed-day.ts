/** A person says what day it is, where the machine's clock is wrong and nobody else can say. */
import { civilDay, civilTime, type Day, dayNumber, isDay, timeOn } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import { type Actor, CONFIRMED_DAY, COUNTY_DAY, type ConfirmedHow, type Finding } from '../office.ts'
import { keepClock, publishedAt } from '../writing/clock-mark.ts'
import { goneBy, tellWrongDays } from '../writing/confirmed-days.ts'
import { forgetOffsets } from '../writing/report-frames.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import { type CaseToCome, casesToCome, extentOf, noteToCome } from './days-to-come.ts'
import { completeStaff } from './record-writing.ts'

const KEPT = '没有改动任何内容。'
const AT_ROOT = '各节点从此按县中心的时间对时;联网的很快会知道'
const AT_ROOT_EARLIER =
  '各节点从此按县中心的时间对时。确认错了的,请马上校正本机时间,再确认一次;核对过这段时间的办件以后点“已核对”'
const AT_ROOT_CHECK = '各节点从此按县中心的时间对时。请逐件核对所记日期还没有到的办件,核对完点“已核对”'
const BELOW = '本机从此按确认的日期办理,写下的记录带着这个差值;联网后以县中心的时间为准。请校正电脑时间'

/** Takes a day as today's until the root's time is heard; it stands in no entry who said so, only how far the clock is off. */
export async function confirmDay(
  core: Core,
  queue: WriteQueue,
  actor: Actor,
  day: Day,
  { isSure = false, minutes }: ConfirmedHow,
): Promise<Result<void>> {
  const odd = oddProblem(core, day, minutes)
  const problem = refusedDay(core, day) ?? refusedTime(core, day, minutes) ?? (isSure ? undefined : odd)
  if (problem) return problem
  const { clock, news } = core
  const found = core.isRoot ? await casesToCome(core, day) : []
  const told = confirmedFinding(core, actor, day, found)
  const before = goneBy(core)
  clock.confirm(day, actor.person, minutes)
  // In memory it counts and stands at once; what a disk refuses of it is kept with the next group that it takes.
  tellWrongDays(core, before)
  if ('kept' in told) news.keep(told)
  else news.add(told)
  const forget = core.isRoot ? forgetOffsets(core) : undefined
  await queue.write(async (staging) => {
    forget?.(staging)
    await noteToCome(staging, found)
    return keepClock(staging, 0)
  })
  // What had to name a day waited for one.
  if (core.isRoot) await queue.writeAlone(completeStaff)
  return success(undefined)
}

/**
 * Who confirmed which day: kept until the parent is met; at the county, which meets nobody, only an earlier day than it had
 * reached, and one that facts of its nodes lie behind.
 */
function confirmedFinding(core: Core, actor: Actor, day: Day, found: readonly CaseToCome[]): Omit<Finding, 'time'> {
  const { clock, isRoot } = core
  const message = `${actor.name}确认今天是 ${day};本机时钟当时显示 ${civilDay(clock.now())}`
  if (!isRoot) return { kind: 'clock', message, next: BELOW, kept: CONFIRMED_DAY }
  const reached = toldDay(core)
  const extent = extentOf(found)
  if (day >= reached && !extent) return { kind: 'clock', message, next: AT_ROOT }
  const earlier = day < reached ? `,以前到过 ${reached}` : ''
  return {
    kind: 'clock',
    message: `${message}${earlier}${extent ? `;${extent.words}` : ''}`,
    next: day < reached ? AT_ROOT_EARLIER : AT_ROOT_CHECK,
    kept: `${COUNTY_DAY}${day}`,
    ...(extent ? { days: extent.days } : {}),
  }
}

function refusedDay(core: Core, day: Day): Result<never> | undefined {
  const { clock, isRoot, neighbours } = core
  if (!isDay(day)) return fail('no-day', '这不是一个日期。', KEPT, '请按“2026-11-26”的样子填写今天的日期。', 'day')
  // A parent that has not heard the time for as long cannot say it, either.
  if (!isRoot && neighbours.parentConnected && clock.isTold() && clock.doubt(publishedAt(core)) === null)
    return fail('day-known', '本机已连上级,日期以县中心的为准。', KEPT, '不用确认日期;电脑时间不对的请校正。')
  if (isRoot && day !== civilDay(clock.now()))
    return fail('set-clock', '县中心的日期以本机时钟为准。', KEPT, '请先校正电脑时间,再确认日期。', 'day')
  return undefined
}

/** A county's clock that is off by hours is put right, not confirmed: every node goes by it. */
function refusedTime({ clock, isRoot }: Core, day: Day, minutes: number | undefined): Result<never> | undefined {
  if (!isRoot || minutes === undefined) return undefined
  const now = clock.now()
  if (Math.abs(now - timeOn(day, minutes)) <= LIMITS.watchMilliseconds) return undefined
  const message = `县中心的时间以本机时钟为准,本机现在显示 ${day} ${civilTime(now).slice(11, 16)}。`
  return fail('set-clock', message, KEPT, '请先校正电脑时间,再确认。', 'time')
}

/** The day of the county that this node knows of; at the county the one that its own clock had reached. */
const toldDay = (core: Core): Day => civilDay(core.clock.past(publishedAt(core)).told)

/** What is the slip of a hand more often than true is asked about once more. */
function oddProblem(core: Core, day: Day, minutes: number | undefined): Result<never> | undefined {
  const again = (message: string, next = '') =>
    fail('day-far', message, KEPT, `${next}请再看一次手机或日历;确实没有错的,勾选后再提交。`, 'sure')
  const told = toldDay(core)
  if (day < told) {
    const whose = core.isRoot ? '本机以前到过' : '县中心的日期已经到过'
    const risk = core.isRoot ? '确认以后全县都按这一天办理。' : '县中心当时的时间可能不对。'
    return again(`您填的是 ${day},但${whose} ${told}。`, risk)
  }
  const { newest, told: reached } = core.clock.past(publishedAt(core))
  const typed = minutes === undefined ? undefined : timeOn(day, minutes)
  // Seven in the evening, typed as 7:43: by it the next morning would bear this day.
  if (typed !== undefined && day === told && typed < reached - LIMITS.watchMilliseconds)
    return again(
      `您填的是 ${civilTime(typed).slice(11, 16)},但县中心当天已经到过 ${civilTime(reached).slice(11, 16)}。`,
      '下午的时间请按 24 小时填写。',
    )
  const days = dayNumber(day) - dayNumber(civilDay(newest))
  if (newest > 0 && days > LIMITS.farDays)
    return again(`您填的是 ${day},比本机知道的最近一天 ${civilDay(newest)} 晚 ${days} 天。`)
  // Two in the afternoon, typed as 2:05, would begin the next day twelve hours late.
  const hour = (minutes ?? LIMITS.wakingFromHour * 60) / 60
  if (core.isRoot || (hour >= LIMITS.wakingFromHour && hour < LIMITS.wakingUntilHour)) return undefined
  return again(
    `您填的时间是夜里 ${civilTime(timeOn(day, minutes ?? 0)).slice(11, 16)}。`,
    '下午的时间请按 24 小时填写。',
  )
}
