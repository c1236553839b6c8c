/** A limit explained day by day: which days counted, which did not and why. */
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, failure, type Result, success } from '#protocol/result.ts'
import type { Coverage, Span, WorkCalendar } from './calendar.ts'
import { estimating, lastDay, type Stretch, unite } from './counting.ts'
import { type Day, plusDays } from './days.ts'

/** How a due day came about. Every day behind the start up to the due day is in exactly one of the three lists. */
export interface DeadlineExplanation {
  readonly due: Day
  /** Working days that counted, in order; the last one is the due day. */
  readonly counted: readonly Day[]
  /** Days off, with why: 春节放假、周六. */
  readonly skipped: readonly { readonly day: Day; readonly reason: string }[]
  /** Working days within a pause. */
  readonly paused: readonly Day[]
  readonly coverage: Coverage
}

/** Why there is no due day: how far the calendar goes and, marked as such, what weekdays alone would give. */
export interface DeadlineProblem extends Failure {
  readonly code: 'deadline-input' | 'deadline-paused' | 'deadline-unknown'
  readonly coverage: Coverage | null
  /** Only beyond the published calendar; never to be relied on. */
  readonly estimate: Day | null
}

/**
 * Explains a limit in working days. The start is day 0 and does not count.
 * @param workingDays 1 to `LIMITS.deadlineDays`.
 * @param pauses at most `LIMITS.deadlinePauses`; they may overlap and repeat.
 */
export function explainDeadline(
  calendar: WorkCalendar,
  start: Day,
  workingDays: number,
  pauses: readonly Span[],
): Result<DeadlineExplanation, DeadlineProblem> {
  const refuse = (
    code: DeadlineProblem['code'],
    message: string,
    next: string,
    rest: Partial<Pick<DeadlineProblem, 'estimate' | 'field'>> = {},
  ) =>
    failure<DeadlineProblem>({
      code,
      message,
      kept: '没有改动任何内容。',
      next,
      coverage: calendar.coverage,
      estimate: null,
      ...rest,
    })
  if (!Number.isInteger(workingDays) || workingDays < 1 || workingDays > LIMITS.deadlineDays) {
    const message = `工作日数须为1至${LIMITS.deadlineDays}的整数。`
    return refuse('deadline-input', message, '请更正工作日数。', { field: 'workingDays' })
  }
  if (pauses.length > LIMITS.deadlinePauses || pauses.some(({ from, until }) => until !== null && until < from)) {
    const message = `暂停最多${LIMITS.deadlinePauses}段,每段的结束日不能早于开始日。`
    return refuse('deadline-input', message, '请更正暂停的起止日。', { field: 'pauses' })
  }
  const united = unite(pauses)
  const due = lastDay(calendar, start, workingDays, united)
  if (due !== undefined && calendar.coverage !== null) {
    return success({ due, ...sortDays(calendar, start, due, united), coverage: calendar.coverage })
  }
  const estimate = lastDay(estimating(calendar), start, workingDays, united) ?? null
  if (estimate === null) {
    return refuse('deadline-paused', '期限暂停中,还没有到期日。', '特别程序有了结果、上级有了批复,登记后再计算。')
  }
  const message = `${coverageText(calendar.coverage)},不能算出到期日。`
  return refuse('deadline-unknown', message, '请等待县中心发布节假日安排;只按周一至周五推算的日期仅供参考。', {
    estimate,
  })
}

const coverageText = (coverage: Coverage | null): string =>
  coverage === null ? '本节点还没有工作日历' : `工作日历只到${coverage.until}(自${coverage.from}起)`

function sortDays(
  calendar: WorkCalendar,
  start: Day,
  due: Day,
  pauses: readonly Stretch[],
): Pick<DeadlineExplanation, 'counted' | 'skipped' | 'paused'> {
  const counted: Day[] = []
  const skipped: { day: Day; reason: string }[] = []
  const paused: Day[] = []
  for (let day = plusDays(start, 1); day <= due; day = plusDays(day, 1)) {
    const here = day
    if (calendar.isWorking(here) !== true) skipped.push({ day: here, reason: calendar.reason(here) })
    else if (pauses.some(({ from, until }) => from < here && here <= until)) paused.push(here)
    else counted.push(here)
  }
  return { counted, skipped, paused }
}
