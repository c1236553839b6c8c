/** The clocks a case can have (SOURCES.md 3.2), and from when until when each of them ran. */
import type { Day } from '../time/days.ts'

/** Every clock, with its name for people. */
export const CLOCKS = {
  T0: '村代办报送',
  T1: '一次告知和受理决定',
  "T1'": '申请人补正',
  T2p: '承诺办结',
  T2s: '法定办结',
  T3: '环节',
  T4: '上报审查',
  "T4'": '批复后告知',
  T5: '送达',
  T6: '移交签收',
} as const
export type ClockId = keyof typeof CLOCKS
export const CLOCK_IDS = Object.keys(CLOCKS) as readonly ClockId[]

/** Whether a clock stands still during a special procedure (art. 45). */
export const IS_PAUSABLE: Readonly<Record<ClockId, boolean>> = {
  T0: false,
  T1: false,
  "T1'": false,
  T2p: true,
  T2s: true,
  T3: true,
  T4: true,
  "T4'": false,
  T5: false,
  T6: false,
}

/** When a clock was started (day 0) and stopped; null while it runs. */
export type ClockSpans = Readonly<Partial<Record<ClockId, { readonly start: Day; readonly stop: Day | null }>>>
