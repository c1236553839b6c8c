/** This node's clock: its own time, what it knows of the root's, and the civil day by it. Never decides order. */
import { CHINA_OFFSET_MILLISECONDS, civilDay, type Day, dayNumber, hasCivilDay } from '#protocol/casework/time/days.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type ClockDoubt, isDayInDoubt } from './clock-doubt.ts'
import type { Host } from './ports/host.ts'

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
const MINUTE_MILLISECONDS = 60_000
/** A watch that somebody reads is right to some minutes. */
const CONFIRMED_WITHIN = 15 * MINUTE_MILLISECONDS

/** The clock of a machine, and what the program itself sees pass. */
type Ticking = Pick<Host, 'now' | 'elapsed'>

/** What the disk keeps of a clock. */
export interface ClockMark {
  /** The latest moment this machine's clock is known to have reached, as it showed it. */
  readonly at: number
  /** The time at the root less this clock's; null while unknown. */
  readonly offset: number | null
  /** Who said so: a person who confirmed the day; null for the root. */
  readonly by: PersonId | null
  /** The time at the root when the root last told it; null when never. */
  readonly told: number | null
  /** The time at the root when anybody last said it, the root or a person; null when never. */
  readonly said: number | null
  /** When a link to the parent last lived, by the corrected clock; null when never. */
  readonly contact: number | null
  /** The root's clock leapt, and nobody has looked at it since. */
  readonly leapt?: boolean
}

/** Nothing was ever known. */
const NO_MARK: ClockMark = { at: 0, offset: null, by: null, told: null, said: null, contact: null }

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

/** Follows a clock beside what the program sees pass; `from`: what the clock showed when it was last known to be in step. */
function createWatch(host: Ticking, from: number) {
  let last = { now: from, elapsed: host.elapsed() }
  let isFirst = true
  /** What the program has seen pass since. */
  const passed = () => host.elapsed() - last.elapsed
  return {
    passed,
    /** Whether the stretch began before this start. */
    isFirst: () => isFirst,
    /** How far the clock moved on besides: while the machine was off or asleep, or because somebody set it; negative where it went back. */
    unseen: () => host.now() - last.now - passed(),
    begin(now = host.now()) {
      isFirst = false
      last = { now, elapsed: host.elapsed() }
    },
  }
}

/** What is known of a clock, and how long it has been watched. */
function createReckoning(host: Ticking, isRoot: boolean, kept: ClockMark) {
  let mark = kept
  const watch = createWatch(host, kept.at)
  // Whatever the offset was counted from is not this clock any more once it shows an earlier time than it did.
  const holds = () => Math.min(host.now() - mark.at, watch.unseen()) >= -LIMITS.clockOffsetMilliseconds
  const offset = () => (isRoot ? 0 : holds() ? mark.offset : null)
  // A dead battery does not come right by running on; a clock that somebody put right by minutes does.
  const isFallen = () => watch.unseen() < -LIMITS.clockFallMilliseconds
  return {
    isRoot,
    watch,
    holds,
    offset,
    isFallen,
    now: () => host.now(),
    time: () => host.now() + (offset() ?? 0),
    /** What time it is at the root at least, where the clock went back: what was known then, and what has passed since. */
    reached: () => (holds() ? 0 : mark.at + (mark.offset ?? 0) + (isFallen() ? watch.passed() : 0)),
    mark: () => mark,
    note(next: ClockMark) {
      mark = next
    },
    /** Goes on from a mark; the clock is watched from where it stands. */
    keep(next: ClockMark, at = host.now()) {
      watch.begin(at)
      mark = next
    },
  }
}

type Reckoning = ReturnType<typeof createReckoning>

/**
 * How far a clock moved on unwatched, where that is too far; else 0. A county that is shut is off for days, a node below
 * sleeps for as long; a county that runs and leaps by a day was set. How long a node was off `unheard` judges.
 */
function leapOf({ isRoot, watch, mark }: Reckoning): number {
  const isLong = isRoot === watch.isFirst() && mark().leapt !== true
  const most = isLong ? LIMITS.rootAwayDays * DAY_MILLISECONDS : LIMITS.doubtfulDayMilliseconds
  const isAsked = mark().at > 0 && (isRoot || !watch.isFirst())
  return isAsked && watch.unseen() > most ? watch.unseen() : 0
}

/** How long ago the time was last said, where that is too long; else 0. */
function unheardFor({ isRoot, mark, time }: Reckoning): number {
  const { said } = mark()
  const away = isRoot || said === null ? 0 : time() - said
  return away > LIMITS.unheardDays * DAY_MILLISECONDS ? away : 0
}

/** Whether the clock may have been put right unwatched: then it has no offset, and there are two times that it can be. */
function mayBeSet({ now, time, watch, mark }: Reckoning): boolean {
  const known = time() - now()
  const slack = mark().by === null ? LIMITS.clockOffsetMilliseconds : CONFIRMED_WITHIN
  const least = known > 0 ? known - slack : LIMITS.clockOffsetMilliseconds
  return Math.abs(known) >= LIMITS.clockOffsetMilliseconds && watch.unseen() >= least
}

function doubtOf(reckoning: Reckoning, published: number): ClockDoubt | null {
  const { now, time, holds, offset, reached, mark } = reckoning
  // Whoever was told the time goes by that: a root that was once ahead has published things of a day to come.
  const isTold = mark().said !== null && holds() && offset() !== null
  const since = Math.max(isTold ? 0 : published, reached())
  if (time() < since - LIMITS.clockOffsetMilliseconds)
    return { is: 'behind', time: now(), since, proof: since === published ? 'published' : 'reached' }
  if (mayBeSet(reckoning) && civilDay(now()) !== civilDay(time())) return { is: 'set', time: now(), other: time() }
  const leap = leapOf(reckoning)
  if (leap > 0) return { is: 'leapt', time: now(), by: leap }
  const away = unheardFor(reckoning)
  return away > 0 ? { is: 'unheard', time: now(), away } : null
}

const startOf = (day: Day): number => dayNumber(day) * DAY_MILLISECONDS - CHINA_OFFSET_MILLISECONDS

/** The same time of another day. */
const onDay = (day: Day, time: number): number => time + (dayNumber(day) - dayNumber(civilDay(time))) * DAY_MILLISECONDS

/** The clock of a node; the root's is right by definition, once a person has confirmed what it shows after it went back. `kept`: what the disk has of an earlier run. */
export function createClock(host: Ticking, isRoot: boolean, kept: ClockMark = NO_MARK): NodeClock {
  const reckoning = createReckoning(host, isRoot, kept)
  const { now, time, offset, holds, isFallen, reached, mark, keep } = reckoning
  const confirmedBy = () => (isRoot || offset() === null ? null : mark().by)
  const doubt = (published: number) => doubtOf(reckoning, published)
  const say = (said: number, by: PersonId | null) =>
    keep({ ...mark(), at: now(), offset: said - now(), by, said, leapt: false, ...(by === null ? { told: said } : {}) })
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
      const likely = [time(), now()]
      const said = minutes === undefined ? onDay(day, time()) : startOf(day) + minutes * MINUTE_MILLISECONDS
      const isMeant = (one: number) =>
        minutes === undefined ? civilDay(one) === day : Math.abs(one - said) <= CONFIRMED_WITHIN
      // What a clock shows to the second is what somebody means who reads a watch.
      say(likely.find(isMeant) ?? said, by)
    },
    confirmed() {
      const { by, said, offset: known } = mark()
      if (confirmedBy() === null || by === null || said === null) return null
      const isSteady = Math.abs(reckoning.watch.unseen()) < LIMITS.clockOffsetMilliseconds
      return { by, said, shown: said - (known ?? 0), isSteady }
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
    knownOffset: () => (mayBeSet(reckoning) && civilDay(now()) !== civilDay(time()) ? null : offset()),
    time,
    today: () => civilDay(time()),
    doubt,
    passed(published) {
      const doubted = doubt(published)
      // Kept, so that the next start knows it as well, however far the clock has run by then.
      if (doubted && isFallen()) keep({ ...mark(), at: reached(), offset: null }, reached())
      if (doubted?.is === 'leapt' && isRoot) reckoning.note({ ...mark(), leapt: true })
      // A moment that may never have come proves nothing against a clock that is put right.
      if (doubted || mayBeSet(reckoning)) return
      // A clock that was ahead has been put right: what was known of it holds no more, and begins anew from here.
      if (holds()) keep({ ...mark(), at: Math.max(mark().at, now()), leapt: false })
      else keep({ ...mark(), at: now(), offset: offset(), by: null, leapt: false })
    },
    mark: (contact) => ({ ...mark(), contact }),
  }
}

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
    ...(value.leapt === true ? { leapt: true } : {}),
  }
}
