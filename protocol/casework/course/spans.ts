/** The clocks a case can have (SOURCES.md 3.2), whose limits they are, and from when until when each of them ran. */
import type { Span } from '../time/calendar.ts'
import type { Day } from '../time/days.ts'
import type { Stage } from './stages.ts'

/** Every clock, with its name for people. */
export const CLOCKS = {
  T0: '村代办报送',
  T1: '一次告知和受理决定',
  "T1'": '申请人补正',
  T2p: '承诺办结',
  T2s: '法定办结',
  T3: '环节',
  T4: '上报审查',
  T43: '上级审批',
  "T4'": '批复后告知',
  T45: '特别程序',
  T5: '送达',
  T6: '移交签收',
} as const
export type ClockId = keyof typeof CLOCKS
export const CLOCK_IDS = Object.keys(CLOCKS) as readonly ClockId[]

/** What holds a clock, and whose it is to keep. */
export interface ClockRule {
  /** It stands still during a special procedure (art. 45). */
  readonly isPausable: boolean
  /** It stands still while an upper level has the case: the time in which this level may decide (art. 43). */
  readonly isHeldAbove: boolean
  /** Whoever handles the case keeps it; what the applicant, an upper level or an expert exceeds is no lateness of the case. */
  readonly isOffices: boolean
}

const rule = (isPausable: boolean, isHeldAbove: boolean, isOffices: boolean): ClockRule => ({
  isPausable,
  isHeldAbove,
  isOffices,
})

/** Every clock: paused by procedures, held by an upper level, kept by the office. */
export const CLOCK_RULES: Readonly<Record<ClockId, ClockRule>> = {
  T0: rule(false, false, true),
  T1: rule(false, false, true),
  "T1'": rule(false, false, false),
  T2p: rule(true, true, true),
  T2s: rule(true, true, true),
  T3: rule(true, false, true),
  T4: rule(true, false, true),
  T43: rule(false, false, false),
  "T4'": rule(false, false, true),
  T45: rule(false, false, false),
  T5: rule(false, false, true),
  T6: rule(false, false, true),
}

/** When a clock was started (day 0) and stopped; null while it runs. */
export type ClockSpans = Readonly<Partial<Record<ClockId, { readonly start: Day; readonly stop: Day | null }>>>

/** A stretch in which clocks stand still; `written`: the day on which its beginning was written down. */
export interface Still extends Span {
  readonly written?: Day
}

/** Special procedures, and the time of upper levels. */
export interface StandingStill {
  readonly pauses: readonly Still[]
  readonly away: readonly Still[]
}

/** A run of a clock that has ended, be it that the clock began anew: whoever was late then stays late. */
export interface EndedRun {
  readonly id: ClockId
  readonly start: Day
  readonly stop: Day
  /** The day on which it was written down that it ended. */
  readonly written: Day
  /** The step that the case was in. */
  readonly stage: Stage
  /** What had made clocks stand still by then: what comes later makes no run timely that is over. */
  readonly still: StandingStill
}
