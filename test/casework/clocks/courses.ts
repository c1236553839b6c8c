/** Courses made by hand, on which clocks are tried. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { type Clock, clocksOf } from '#protocol/casework/clocks/clocks.ts'
import type { Course } from '#protocol/casework/course/course.ts'
import { CLOCKS, type ClockId, type ClockSpans } from '#protocol/casework/course/spans.ts'
import { DEFAULT_RULES } from '#protocol/casework/directory.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { collectAnswers } from '#protocol/casework/folding/answers.ts'
import { begin } from '#protocol/casework/folding/progress.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { authority, COUNTY, NO_HASH, nodeOf } from '#test/casework/people.ts'

export const day = (text: string) => text as Day
export const CLOCK_IDS = Object.keys(CLOCKS) as ClockId[]
export const PAUSED_BY_PROCEDURES: readonly ClockId[] = ['T2p', 'T2s', 'T3', 'T4']

export const register = (today: string, given: Partial<Register> = {}): Register => ({
  authority,
  edition: () => undefined,
  powerOf: () => 'none',
  calendar: workCalendar(SAMPLE_CALENDARS),
  rules: DEFAULT_RULES,
  today: day(today),
  isEnabled: () => true,
  ...given,
})

export const NO_ANSWERS = collectAnswers(new Map(), [])
export const ENTRY: FactEntry = {
  hash: NO_HASH,
  log: `${nodeOf(COUNTY)}/1/${COUNTY}` as FactEntry['log'],
  seq: 1,
  person: '',
  station: COUNTY,
  time: 0,
  clockOffset: 0,
  fact: { kind: 'opened', previous: null, fields: { number: 'n-1', item: 'SL0001', itemVersion: 1 } },
}
/** A copy of what is given: facts that take effect write into their own days and spans. */
export const begun = (given: Partial<Course> = {}) => ({
  ...begin(ENTRY, day('2026-03-02'), NO_ANSWERS),
  ...structuredClone(given),
})
export const since = (start: string, stop: string | null = null) => ({ start: day(start), stop: stop as Day | null })
export const pausedFor = (from: string, until: string | null): Course['pauses'][number] => ({
  procedure: 'hearing',
  from: day(from),
  until: until as Day | null,
  days: 10,
  written: day(from),
})
export const LICENCE = completeItem({
  id: 'SL0001',
  name: '许可',
  itemType: '01',
  level: '3',
  promised: { days: 10, unit: 'working', note: '' },
  steps: [
    { stage: '40', role: '', standard: '', days: 3 },
    { stage: '41', role: '', standard: '', days: 2 },
    { stage: '42', role: '', standard: '', days: null },
  ],
})
export const item = (given: Partial<Item>): Item => ({ ...LICENCE, ...given })
export const clock = (id: ClockId, course: Course, of: Item | undefined, at: Register): Clock | undefined =>
  clocksOf(course, of, at).find((one) => one.id === id)

export const START = '2026-03-02'
export const allRunning = Object.fromEntries(CLOCK_IDS.map((id) => [id, since(START)])) as ClockSpans
