/** This node's clock: its own time, what it knows of the root's, and the civil day by it. Never decides order. */
import { civilDay, type Day, dayNumber, hasCivilDay, timeOn } from '#protocol/casework/time/days.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type ClockDoubt, doubtOf, isDayInDoubt, isTwoDays } from './clock-doubt.ts'
import {
  type ClockMark,
  createReckoning,
  DAY_MILLISECONDS,
  leastOf,
  NO_MARK,
  offsetOf,
  possibly,
  type Reckoned,
  type Ticking,
  type TimeSpan,
} from './clock-reckoning.ts'
import type { DaySpan } from './day-records.ts'

export interface NodeClock {
  /** Milliseconds since 1970 on this machine's clock. */
  now(): number
  /** The time at the root less this clock's, in milliseconds: positive where this one is slow; null while unknown, 0 at the root. */
  offset(): number | null
  /** Who confirmed the day by which the offset is known; null when the root told it, or it is unknown. */
  confirmedBy(): PersonId | null
  /** The parent said what time it is at the root; a time that no date can name is passed over. Answers whether it is news. */
  heardRoot(rootTime: number): boolean
  /** When it was last found to have moved on unwatched, by what the program sees pass: a machine that slept may have; null: never. */
  slept(): number | null
  /**
   * A person says what day it is, and how many minutes of it are over: it holds until the root's time is heard. Without
   * minutes the time of day stays the clock's own.
   */
  confirm(day: Day, by: PersonId, minutes?: number): void
  /** What a person said, while it holds: the time at the root, what the clock showed then, and whether nobody can have set it since. */
  confirmed(): {
    readonly by: PersonId
    readonly said: number
    readonly shown: number
    readonly isSteady: boolean
  } | null
  /** The time at the root since when the node goes by the offset that it knows; null while it knows none. */
  since(): number | null
  /** The latest time, as it was known then, of which a number bears the day; null: none. */
  numbered(): number | null
  /** A number bears the day of now, for ever. */
  numbers(): void
  /**
   * The latest day that a number bears and that had not come when it was given, because it was given later than now, or
   * because the day has not come yet; null: none. It is told once.
   */
  toCome(): Day | null
  /** From which to which day numbers bear days of which the root had told that they were over; null: none, or it is not told yet what day it is. It is told once. */
  over(): DaySpan | null
  /** The offset as far as nothing speaks against it: what stands in what is written. */
  knownOffset(): number | null
  /** Times at the root that lie behind: what the root said last, or at the root its own clock had reached, and the newest that anything speaks for but a person's word; 0: none. */
  past(published: number): { readonly told: number; readonly newest: number }
  /** The root's time as far as the root told it; null while unknown, and while nobody can say what day it is (S157). */
  rootTime(published: number): number | null
  /** Whether the root itself has said the time since this start, and nobody can have set the clock since; always at the root. */
  isTold(): boolean
  /** The time at the root as far as this node knows it, else its own. */
  time(): number
  /** The civil day at that time. */
  today(): Day
  /** Why the time cannot be right, or may well be wrong; null when nothing speaks against it. `published`: the newest thing of the root. */
  doubt(published: number): ClockDoubt | null
  /** The clock has reached this moment: what is earlier later on proves that it went back. */
  passed(published: number): void
  /** What the disk is to keep. */
  mark(contact: number | null): ClockMark
}

/** The same time of another day. */
const onDay = (day: Day, time: number): number => time + (dayNumber(day) - dayNumber(civilDay(time))) * DAY_MILLISECONDS

const timeOf = (one: Reckoned): number => one.now + (offsetOf(one) ?? 0)

/** The time at the root that a person means who says a day, and how many minutes of it are over by a watch. */
function meant(one: Reckoned, day: Day, minutes: number | undefined): number {
  const said = minutes === undefined ? onDay(day, timeOf(one)) : timeOn(day, minutes)
  const isMeant = (shown: number) =>
    minutes === undefined ? civilDay(shown) === day : Math.abs(shown - said) <= LIMITS.watchMilliseconds
  // What a clock shows to the second is what somebody means who reads a watch.
  const [nearest] = [timeOf(one), one.now, ...(one.mark.maybe ?? []).map((offset) => one.now + offset)]
    .filter(isMeant)
    .sort((left, right) => Math.abs(left - said) - Math.abs(right - said))
  return nearest ?? said
}

/** The clock of a node; the root's is right by definition, once a person has confirmed what it shows after it fell or leapt. `kept`: what the disk has of an earlier run. */
export function createClock(host: Ticking, isRoot: boolean, kept: ClockMark = NO_MARK): NodeClock {
  const reckoning = createReckoning(host, isRoot, kept)
  const { look, say } = reckoning
  const byOf = (one: Reckoned) => (isRoot || offsetOf(one) === null ? null : one.mark.by)
  // What was known before a start, or a stretch that nobody watched, may have become wrong: it is told to nobody.
  const isTold = (one: Reckoned) => isRoot || (reckoning.isSteady() && one.mark.by === null)
  const time = () => timeOf(look())
  return {
    now: () => host.now(),
    offset: () => offsetOf(look()),
    confirmedBy: () => byOf(look()),
    heardRoot(rootTime) {
      if (!hasCivilDay(rootTime)) return false
      const one = look()
      const before = one.mark.by === null && !isDoubtful(one.mark) ? offsetOf(one) : null
      say(rootTime, null, one)
      return before === null || Math.abs(rootTime - one.now - before) >= LIMITS.clockStepMilliseconds
    },
    slept() {
      look()
      return reckoning.slept()
    },
    confirm(day, by, minutes) {
      const one = look()
      say(meant(one, day, minutes), by, one)
    },
    confirmed() {
      const one = look()
      const { by, said, offset } = one.mark
      if (byOf(one) === null || by === null || said === null) return null
      return { by, said, shown: said - (offset ?? 0), isSteady: reckoning.isSteady() }
    },
    numbered: () => look().mark.numbered ?? null,
    numbers: () => reckoning.number(),
    toCome() {
      const one = look()
      const { numbered = 0 } = one.mark
      // Later today: whoever watched the clock since knows that the day was right.
      const isLater = !reckoning.isNumberSteady() && numbered >= timeOf(one) + LIMITS.clockFallMilliseconds
      if (civilDay(numbered) <= civilDay(timeOf(one)) && !isLater) return null
      reckoning.forget('numbered')
      return civilDay(numbered)
    },
    over() {
      const one = look()
      const { earlier, told } = one.mark
      if (earlier === undefined || told === null || civilDay(timeOf(one)) < civilDay(told)) return null
      reckoning.forget('earlier')
      const [first, last] = earlier
      return { from: civilDay(first), until: civilDay(last) }
    },
    since() {
      const { mark } = look()
      return mark.offset === null ? null : mark.since
    },
    past(published) {
      const { mark } = look()
      // Whoever was told the time goes by that, as in `doubt`; the root tells itself.
      const last = isRoot ? mark.at : (mark.told ?? published)
      return { told: last, newest: Math.max(last, mark.by === null ? leastOf(mark) : 0) }
    },
    rootTime(published) {
      const one = look()
      return isTold(one) && !isDayInDoubt(doubtOf(one, published)) ? timeOf(one) : null
    },
    isTold: () => isTold(look()),
    knownOffset() {
      const one = look()
      return isTwoDays(one) || one.mark.fell !== undefined || one.mark.leapt !== undefined ? null : offsetOf(one)
    },
    time,
    today: () => civilDay(time()),
    doubt: (published) => doubtOf(look(), published),
    passed(published) {
      const doubt = doubtOf(look(), published)
      // A moment that may never have come proves nothing against a clock that is put right.
      if (doubt === null || doubt.is === 'set') reckoning.reach()
    },
    mark: (contact) => ({ ...look().mark, contact }),
  }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && hasCivilDay(value)
const isSpan = (value: unknown): value is number => typeof value === 'number' && isTime(value) && value > 0
const isTimeSpan = (value: unknown): value is TimeSpan =>
  Array.isArray(value) && value.length === 2 && value.every(isTime)
const timeOr = (value: unknown): number | null => (isTime(value) ? value : null)

const isDoubtful = ({ fell, leapt, maybe }: ClockMark): boolean => (fell ?? leapt ?? maybe) !== undefined

/** Under another incarnation the database lies on another machine, or was put back on this one: its clock may be another, and is right then. */
export function onOtherClock({ boot: _, ...mark }: ClockMark): ClockMark {
  const { offset, maybe = [] } = mark
  return { ...(offset === null ? mark : possibly(mark, offset, [0, ...maybe])), contact: null }
}

/** Offsets as they were kept. */
const offsetsIn = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((one) => Number.isSafeInteger(one)).slice(0, LIMITS.possibleOffsets) : []

/** Reads what the disk kept; nothing of what another program, or nobody, wrote there. */
export function readClock(value: unknown): ClockMark {
  if (!isRecord(value) || !isTime(value.at)) return NO_MARK
  const { offset, by } = value
  return {
    at: value.at,
    offset: typeof offset === 'number' && isTime(value.at + offset) ? offset : null,
    by: typeof by === 'string' && isPersonId(by) ? by : null,
    told: timeOr(value.told),
    said: timeOr(value.said),
    since: timeOr(value.since),
    contact: timeOr(value.contact),
    ...(isTime(value.numbered) ? { numbered: value.numbered } : {}),
    ...(isTimeSpan(value.earlier) ? { earlier: value.earlier } : {}),
    ...(isSpan(value.leapt) ? { leapt: value.leapt } : {}),
    ...(isSpan(value.fell) ? { fell: value.fell } : {}),
    ...(typeof value.boot === 'string' ? { boot: value.boot } : {}),
    ...(isSpan(value.gained) ? { gained: value.gained } : {}),
    ...(offsetsIn(value.maybe).length > 0 ? { maybe: offsetsIn(value.maybe) } : {}),
  }
}
