/** What is known of a clock beside what it shows: how long it was watched, what may have become of it meanwhile, and what speaks against it. */
import { civilDay } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { ClockDoubt } from './clock-doubt.ts'
import type { Host } from './ports/host.ts'

export const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
/** Less is what clocks and lines differ by. */
const TOLERANCE = LIMITS.clockOffsetMilliseconds

/** The clock of a machine, and what the program itself sees pass. */
export type Ticking = Pick<Host, 'now' | 'elapsed'>

/** What the disk keeps of a clock. */
export interface ClockMark {
  /** The latest moment this machine's clock is known to have reached, as it showed it; where it fell, the least time that it can be at the root. */
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
  /** It may have been put right since the offset was known: there are two times that it can be. */
  readonly two?: boolean
  /** It fell, and nobody has said the time since. */
  readonly fell?: boolean
}

/** Nothing was ever known. */
export const NO_MARK: ClockMark = { at: 0, offset: null, by: null, told: null, said: null, contact: null }

/** Follows a clock beside what the program sees pass; `from`: what the clock showed when it was last known to be in step. */
function createWatch(host: Ticking, from: number) {
  let last = { now: from, elapsed: host.elapsed() }
  let isFirst = true
  /** What the program has seen pass since, in whole milliseconds: offsets come of it, and stand in what is written. */
  const passed = () => Math.round(host.elapsed() - last.elapsed)
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

/** Somebody who sets a clock by hand is off by hours at most, or by half of what it was off. */
const byHand = (known: number): number => Math.min(DAY_MILLISECONDS, Math.abs(known) / 2)

/** What is known of a clock, and how long it has been watched. */
export function createReckoning(host: Ticking, isRoot: boolean, kept: ClockMark) {
  let mark = kept
  const watch = createWatch(host, kept.at)
  /** How far the clock went back while the machine was off; 0 where it did not. */
  const back = () => (watch.isFirst() && watch.unseen() < -TOLERANCE ? -watch.unseen() : 0)
  // A clock that was ahead and goes back by less than that was set to another wrong time.
  const isPartly = () => mark.offset !== null && mark.offset <= -TOLERANCE && back() < byHand(mark.offset)
  const offset = (): number | null => {
    if (isRoot) return 0
    if (mark.fell || mark.offset === null || (back() > 0 && !isPartly())) return null
    // What goes back before the program's eyes was set: what has passed is known.
    return mark.offset + (watch.isFirst() || watch.unseen() >= -TOLERANCE ? 0 : -watch.unseen())
  }
  return {
    isRoot,
    watch,
    offset,
    isPartly,
    now: () => host.now(),
    time: () => host.now() + (offset() ?? 0),
    /** What time it is at the root at least, where the clock went back: what was known then, and what has passed since; else 0. */
    reached(): number {
      const since = mark.at + (mark.fell ? 0 : (mark.offset ?? 0)) + watch.passed()
      const isBack = watch.isFirst() ? back() > 0 : watch.unseen() < -TOLERANCE && (isRoot || mark.offset === null)
      return mark.fell || (isBack && !isPartly()) ? since : 0
    },
    mark: () => mark,
    note(next: ClockMark) {
      mark = next
    },
    /** Goes on from a mark; the clock is watched from where it stands. */
    keep(next: ClockMark) {
      watch.begin()
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
export function mayBeSet({ offset, watch, mark, isPartly }: Reckoning): boolean {
  const known = offset() ?? 0
  if (Math.abs(known) < TOLERANCE) return false
  const least = known > 0 ? Math.max(TOLERANCE, known - byHand(known)) : TOLERANCE
  return (
    mark().two === true || watch.unseen() >= least || (watch.isFirst() && watch.unseen() < -TOLERANCE && isPartly())
  )
}

/** Whether the two times that it then can be name two days. */
export const isTwoDays = (reckoning: Reckoning): boolean =>
  mayBeSet(reckoning) && civilDay(reckoning.now()) !== civilDay(reckoning.time())

/** A dead clock begins anew with every start of its machine: what was known of it says nothing then. */
function deadSince({ isRoot, watch, now, mark }: Reckoning): number {
  const { said } = mark()
  const isDead = said !== null && now() < said - LIMITS.deadClockDays * DAY_MILLISECONDS
  return !isRoot && watch.isFirst() && isDead ? said : 0
}

/** What speaks against a clock; null: nothing. `published`: the newest thing of the root. */
export function doubtOf(reckoning: Reckoning, published: number): ClockDoubt | null {
  const { now, time, offset, reached, mark, watch } = reckoning
  const dead = deadSince(reckoning)
  if (dead > 0) return { is: 'behind', time: now(), since: dead, proof: 'reached', fell: true }
  // Whoever was told the time goes by that: a root that was once ahead has published things of a day to come.
  const isTold = mark().said !== null && offset() !== null && reached() === 0
  const since = Math.max(isTold ? 0 : published, reached())
  if (time() < since - TOLERANCE) {
    const fell = mark().fell === true || (watch.isFirst() && reached() > 0)
    return { is: 'behind', time: now(), since, proof: since === published ? 'published' : 'reached', fell }
  }
  if (isTwoDays(reckoning)) return { is: 'set', time: now(), other: time() }
  const leap = leapOf(reckoning)
  if (leap > 0) return { is: 'leapt', time: now(), by: leap }
  const away = unheardFor(reckoning)
  return away > 0 ? { is: 'unheard', time: now(), away } : null
}
