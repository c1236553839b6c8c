/** This node's clock: its own time, what it knows of the root's, and the civil day by it. Never decides order. */
import { CHINA_OFFSET_MILLISECONDS, civilDay, type Day, dayNumber, hasCivilDay } from '#protocol/casework/time/days.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type ClockDoubt, isDayInDoubt } from './clock-doubt.ts'
import {
  type ClockMark,
  createReckoning,
  DAY_MILLISECONDS,
  doubtOf,
  isTwoDays,
  mayBeSet,
  NO_MARK,
  type Ticking,
} from './clock-reckoning.ts'

const MINUTE_MILLISECONDS = 60_000
/** A watch that somebody reads is right to some minutes. */
const CONFIRMED_WITHIN = 15 * MINUTE_MILLISECONDS

export interface NodeClock {
  /** Milliseconds since 1970 on this machine's clock. */
  now(): number
  /** The time at the root less this clock's, in milliseconds: positive where this one is slow; null while unknown, 0 at the root. */
  offset(): number | null
  /** Who confirmed the day by which the offset is known; null when the root told it, or it is unknown. */
  confirmedBy(): PersonId | null
  /** The parent said what time it is at the root; a time that no date can name is passed over. Answers whether it is news. */
  heardRoot(rootTime: number): boolean
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
  /** The offset as far as nothing speaks against it: what stands in what is written. */
  knownOffset(): number | null
  /** Times at the root that lie behind: what the root said last, and the newest that anything speaks for but a person's word; 0: none. */
  past(published: number): { readonly told: number; readonly newest: number }
  /** The root's time as far as the root told it; null while unknown, and while nobody can say what day it is (S157). */
  rootTime(published: number): number | null
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

const startOf = (day: Day): number => dayNumber(day) * DAY_MILLISECONDS - CHINA_OFFSET_MILLISECONDS

/** The same time of another day. */
const onDay = (day: Day, time: number): number => time + (dayNumber(day) - dayNumber(civilDay(time))) * DAY_MILLISECONDS

const NOTHING_DOUBTFUL = { leapt: false, two: false, fell: false } as const

/** The clock of a node; the root's is right by definition, once a person has confirmed what it shows after it went back. `kept`: what the disk has of an earlier run. */
export function createClock(host: Ticking, isRoot: boolean, kept: ClockMark = NO_MARK): NodeClock {
  const reckoning = createReckoning(host, isRoot, kept)
  const { now, time, offset, reached, mark, keep, note, watch } = reckoning
  // Whether nobody can have set the clock since a person said the time.
  let isSteady = false
  const confirmedBy = () => (isRoot || offset() === null ? null : mark().by)
  const doubt = (published: number) => doubtOf(reckoning, published)
  const say = (said: number, by: PersonId | null) => {
    isSteady = true
    const told = by === null ? { told: said } : {}
    keep({ ...mark(), ...NOTHING_DOUBTFUL, at: now(), offset: said - now(), by, said, ...told })
  }
  return {
    now,
    offset,
    confirmedBy,
    heardRoot(rootTime) {
      if (!hasCivilDay(rootTime)) return false
      const before = mark().by === null ? offset() : null
      say(rootTime, null)
      return before === null || Math.abs((mark().offset ?? 0) - before) >= LIMITS.clockStepMilliseconds
    },
    confirm(day, by, minutes) {
      const said = minutes === undefined ? onDay(day, time()) : startOf(day) + minutes * MINUTE_MILLISECONDS
      const isMeant = (one: number) =>
        minutes === undefined ? civilDay(one) === day : Math.abs(one - said) <= CONFIRMED_WITHIN
      // What a clock shows to the second is what somebody means who reads a watch.
      say([time(), now()].find(isMeant) ?? said, by)
    },
    confirmed() {
      const { by, said, offset: known } = mark()
      if (confirmedBy() === null || by === null || said === null) return null
      const isWatched = isSteady && Math.abs(watch.unseen()) < LIMITS.clockOffsetMilliseconds
      return { by, said, shown: said - (known ?? 0), isSteady: isWatched }
    },
    past(published) {
      const { told, by, at, offset: known } = mark()
      // Whoever was told the time goes by that, as in `doubt`.
      const last = told ?? published
      return { told: last, newest: Math.max(last, by === null ? at + (known ?? 0) : 0) }
    },
    rootTime(published) {
      const isKnown = offset() !== null && confirmedBy() === null && !mayBeSet(reckoning)
      return isKnown && !isDayInDoubt(doubt(published)) ? time() : null
    },
    knownOffset: () => (isTwoDays(reckoning) ? null : offset()),
    time,
    today: () => civilDay(time()),
    doubt,
    passed(published) {
      const doubted = doubt(published)
      if (Math.abs(watch.unseen()) >= LIMITS.clockOffsetMilliseconds) isSteady = false
      // Kept, so that the next start knows it as well, however far the clock has run by then.
      const isFall = doubted?.is === 'behind' && reached() > 0 && (doubted.fell || isLongFall(watch.unseen()))
      if (isFall) keep({ ...mark(), at: reached(), offset: null, fell: true })
      if (doubted?.is === 'leapt' && isRoot) note({ ...mark(), leapt: true })
      // A moment that may never have come proves nothing against a clock that is put right.
      if (doubted && doubted.is !== 'set') return
      const two = mayBeSet(reckoning)
      keep({ ...mark(), ...NOTHING_DOUBTFUL, at: now(), offset: isRoot ? mark().offset : offset(), two })
    },
    mark: (contact) => ({ ...mark(), contact }),
  }
}

/** A dead battery does not come right by running on; a clock that somebody put right by minutes does. */
const isLongFall = (unseen: number): boolean => unseen < -LIMITS.clockFallMilliseconds

const isTime = (value: unknown): value is number => typeof value === 'number' && hasCivilDay(value)
const timeOr = (value: unknown): number | null => (isTime(value) ? value : null)

/** What is known goes to another machine as times at the root: what its own clock lacks to them nobody knows. */
export const onOtherClock = ({ at, offset, by, told, said }: ClockMark): ClockMark => ({
  at: at + (offset ?? 0),
  offset: null,
  by,
  told,
  said,
  contact: null,
})

const FLAGS = ['leapt', 'two', 'fell'] as const

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
    contact: timeOr(value.contact),
    ...Object.fromEntries(FLAGS.flatMap((name) => (value[name] === true ? [[name, true]] : []))),
  }
}
