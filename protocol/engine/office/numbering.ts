/** Numbers a node gives alone: case numbers and document numbers. Never twice, because the running number is committed with the entry. */
import type { CaseState } from '#protocol/casework/case.ts'
import { documentOfFact, type FactKind } from '#protocol/casework/facts/facts.ts'
import { isNumberedDay, mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { type DocumentSeries, mintDocumentNumber, seriesOf } from '#protocol/casework/identity/document-numbers.ts'
import { lettersOf } from '#protocol/casework/identity/lanes.ts'
import type { Register } from '#protocol/casework/register.ts'
import { organOf } from '#protocol/casework/rules/organ.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { type ClockDoubt, hasStood, isDayInDoubt } from '../clock-doubt.ts'
import type { Core } from '../core.ts'
import { publishedAt } from '../writing/clock-mark.ts'
import { laneFor } from '../writing/number-lanes.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

const yearOf = (day: Day): number => Number(day.slice(0, 4))

async function nextRunning(staging: Staging, space: string, key: string): Promise<number> {
  const running = (((await getLocal(staging, space, key)) as number | undefined) ?? 0) + 1
  setLocal(staging, space, key, running)
  return running
}

/** A number bears its day for ever: while nobody can say what day it is, or none can bear it, none is given (rules S157, P233). */
export function dayProblem(core: Core): Result<never> | undefined {
  const doubt = core.clock.doubt(publishedAt(core))
  if (doubt === null || !isDayInDoubt(doubt)) return farDayProblem(core.clock.today())
  return fail(
    `clock-${doubt.is}`,
    `本机时钟显示 ${civilDay(doubt.time)},${whyInDoubt(doubt)},不知道今天是哪一天,不能编号。`,
    '没有建件,也没有写入记录;已有的办件照常可以查看。',
    '电脑时间不对的请校正;然后在“同步与安全”页确认今天的日期。',
  )
}

const daysOf = (milliseconds: number): number => Math.round(milliseconds / DAY_MILLISECONDS)

function farDayProblem(today: Day): Result<never> | undefined {
  if (isNumberedDay(today)) return undefined
  return fail(
    'clock-far',
    `本机时钟显示 ${today},编号只能是 2000 到 2099 年的日期,不能编号。`,
    '没有建件,也没有写入记录;已有的办件照常可以查看。',
    '请校正电脑时间;日期是有人确认过的,请在“同步与安全”页重新确认。',
  )
}

function whyInDoubt(doubt: ClockDoubt): string {
  if (doubt.is === 'behind' && hasStood(doubt)) return '关机期间可能没有走'
  if (doubt.is === 'behind') return doubt.time < doubt.since ? '比它已有的资料还早' : '之前倒退过'
  if (doubt.is === 'set') return `上次对时算来是 ${civilDay(doubt.other)},电脑时间可能已经校正过`
  if (doubt.is === 'leapt' && doubt.isBack) return `此前多走过 ${daysOf(doubt.by)} 天,已经调回来,还没有人确认`
  if (doubt.is === 'leapt') return `没有看着的时候多走了 ${daysOf(doubt.by)} 天`
  return `离上次对时已有 ${daysOf(doubt.away)} 天`
}

/** The next case number of a station. */
export async function mintCaseNumber(staging: Staging, station: StationCode): Promise<Result<string>> {
  const problem = dayProblem(staging.core)
  if (problem) return problem
  const { clock } = staging.core
  const day = clock.today()
  clock.numbers()
  const lane = await laneFor(staging, station, yearOf(day))
  const running = await nextRunning(staging, 'running-number', `${station}/${day}/${lettersOf(lane)}`)
  return success(mintNumber({ station, day, lane, running }))
}

/**
 * The next number of the document that a fact makes, in the name of the item's organ, else of the hall.
 * Undefined when neither has a short name that can stand in a number: the paper then goes without one.
 */
export async function mintPaperNumber(
  staging: Staging,
  kind: FactKind,
  station: StationCode,
  state: CaseState,
  register: Register,
): Promise<Result<string | undefined>> {
  const problem = dayProblem(staging.core)
  if (problem) return problem
  const { directory, clock } = staging.core
  clock.numbers()
  const item = register.edition(state.item, state.itemVersion) ?? directory.item(state.item)
  const hall = directory.stations().find(({ parent }) => parent === null)
  const paper = documentOfFact(kind)
  if (paper === undefined) return success(undefined)
  const year = yearOf(register.today)
  for (const organ of [organOf(directory, item, station)?.shortName, hall?.name]) {
    // Whether the name can stand in a number is known before a lane and a running number are spent on it.
    const named = { organ: organ ?? '', paper, year, station }
    if (!mintDocumentNumber({ ...named, lane: 1, running: 1 }).ok) continue
    const series: DocumentSeries = { ...named, lane: await laneFor(staging, station, year) }
    const minted = mintDocumentNumber({
      ...series,
      running: await nextRunning(staging, 'document-number', seriesOf(series)),
    })
    if (minted.ok) return minted
  }
  return success(undefined)
}
