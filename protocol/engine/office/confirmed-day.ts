/** A person says what day it is, where the machine's clock is wrong and nobody else can say. */
import { civilDay, civilTime, type Day, dayNumber, isDay } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import { type Actor, CONFIRMED_DAY, type ConfirmedHow } from '../office.ts'
import { keepClock, publishedAt } from '../writing/clock-mark.ts'
import { confirmedTime, wrongDay } from '../writing/confirmed-days.ts'
import { keepFinding } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

const KEPT = '没有改动任何内容。'
const AT_ROOT = '各节点从此按县中心的时间对时;联网的几秒内就会知道'
const BELOW = '本机从此按确认的日期办理,写下的记录带着这个差值;联网后以县中心的时间为准。请校正电脑时间'

/** Takes a day as today's until the root's time is heard; it stands in no entry who said so, only how far the clock is off. */
export async function confirmDay(
  core: Core,
  queue: WriteQueue,
  actor: Actor,
  day: Day,
  { isSure = false, minutes }: ConfirmedHow,
): Promise<Result<void>> {
  const problem =
    refusedDay(core, day) ??
    refusedTime(core, day, minutes) ??
    (isSure ? undefined : (earlyProblem(core, day) ?? farProblem(core, day)))
  if (problem) return problem
  const { clock, isRoot, news } = core
  const shown = civilDay(clock.now())
  const before = confirmedTime(core)
  clock.confirm(day, actor.person, minutes)
  const told = {
    kind: 'clock' as const,
    message: `${actor.name}确认今天是 ${day};本机时钟当时显示 ${shown}`,
    next: isRoot ? AT_ROOT : BELOW,
    // The county meets nobody whose word would end it.
    ...(isRoot ? {} : { kept: CONFIRMED_DAY }),
  }
  const wrong = wrongDay(core, before)
  const findings = wrong ? [wrong, told] : [told]
  // In memory it counts at once; a disk that refuses forgets it with the next stop, and its health says that it refuses.
  await queue.write(async (staging) => {
    for (const finding of findings) keepFinding(staging, finding)
    await keepClock(staging, 0)
  })
  for (const finding of findings) 'kept' in finding ? news.replace(finding) : news.add(finding)
  return success(undefined)
}

function refusedDay(core: Core, day: Day): Result<never> | undefined {
  const { clock, isRoot, neighbours } = core
  if (!isDay(day)) return fail('no-day', '这不是一个日期。', KEPT, '请按“2026-11-26”的样子填写今天的日期。', 'day')
  // A parent that has not heard the time for as long cannot say it, either.
  if (!isRoot && neighbours.parentConnected && clock.doubt(publishedAt(core)) === null && clock.confirmedBy() === null)
    return fail('day-known', '本机已连上级,日期以县中心的为准。', KEPT, '不用确认日期;电脑时间不对的请校正。')
  if (isRoot && day !== civilDay(clock.now()))
    return fail('set-clock', '县中心的日期以本机时钟为准。', KEPT, '请先校正电脑时间,再确认日期。', 'day')
  const told = toldDay(core)
  if (day < told && day !== civilDay(clock.now()))
    return fail('day-too-early', `县中心的日期已经到过 ${told},今天不会更早。`, KEPT, '请核对今天的日期。', 'day')
  return undefined
}

/** A watch and the clock of the hall differ by so much at most: the clock is what every node goes by. */
const HALL_MINUTES = 15

/** A county's clock that is off by hours is put right, not confirmed. */
function refusedTime({ clock, isRoot }: Core, day: Day, minutes: number | undefined): Result<never> | undefined {
  if (!isRoot || minutes === undefined) return undefined
  const shown = civilTime(clock.now()).slice(11, 16)
  const own = Number(shown.slice(0, 2)) * 60 + Number(shown.slice(3))
  if (Math.abs(own - minutes) <= HALL_MINUTES) return undefined
  const message = `县中心的时间以本机时钟为准,本机现在显示 ${day} ${shown}。`
  return fail('set-clock', message, KEPT, '请先校正电脑时间,再确认。', 'time')
}

/** The day of the county that this node knows of; before all days at the county itself. */
const toldDay = (core: Core): Day => civilDay(core.isRoot ? 0 : core.clock.past(publishedAt(core)).told)

/** An earlier day than the county's is possible where its clock was ahead, and this machine's own one says so, too. */
function earlyProblem(core: Core, day: Day): Result<never> | undefined {
  const told = toldDay(core)
  if (day >= told) return undefined
  const message = `您填的 ${day} 和本机时钟相同,但县中心的日期已经到过 ${told}。`
  const next = '县中心当时的时间可能不对。请再看一次手机或日历;确实是这一天的,勾选后再提交。'
  return fail('day-far', message, KEPT, next, 'sure')
}

/** A day far from all that is known is a slip of the hand more often than a long time without a line: it is asked about once more. */
function farProblem(core: Core, day: Day): Result<never> | undefined {
  const { newest } = core.clock.past(publishedAt(core))
  const known = civilDay(newest)
  const days = dayNumber(day) - dayNumber(known)
  if (core.isRoot || newest === 0 || days <= LIMITS.farDays) return undefined
  const message = `您填的是 ${day},比本机知道的最近一天 ${known} 晚 ${days} 天。`
  return fail('day-far', message, KEPT, '请再看一次手机或日历;确实是这一天的,勾选后再提交。', 'sure')
}
