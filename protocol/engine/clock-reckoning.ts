/** What is known of a clock beside what it shows: what became of it between two looks at it, and what speaks against it. */
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

/**
 * What the disk keeps of a clock. What makes it doubtful – it leapt, fell, or shows one of two times – stays until somebody
 * says the time: neither running on nor a start answers a question.
 */
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
  /** How far it moved on unwatched, in milliseconds, where that is too far. */
  readonly leapt?: number
  /** How far it went back, in milliseconds, without anybody knowing what had passed. */
  readonly fell?: number
  /** Somebody set it, or may have: the offset may be none any more. */
  readonly two?: boolean
}

/** Nothing was ever known. */
export const NO_MARK: ClockMark = { at: 0, offset: null, by: null, told: null, said: null, contact: null }

/** A clock that is known: its mark, what it shows, and whether it is the root's, which is right by definition. */
export interface Reckoned {
  readonly mark: ClockMark
  readonly now: number
  readonly isRoot: boolean
}

/** Somebody who sets a clock by hand is off by hours at most, or by half of what it was off. */
const byHand = (known: number): number => Math.min(DAY_MILLISECONDS, Math.abs(known) / 2)

/** The time at the root less the clock's; null while unknown. */
export const offsetOf = ({ mark, isRoot }: Omit<Reckoned, 'now'>): number | null => (isRoot ? 0 : mark.offset)

/** What time it was at the root at least when the mark was made. */
export const leastOf = ({ at, offset, fell, two }: ClockMark): number =>
  at + (fell !== undefined ? 0 : two ? Math.min(0, offset ?? 0) : (offset ?? 0))

const fallen = (mark: ClockMark, least: number, now: number): ClockMark => {
  const { two: _, ...rest } = mark
  return { ...rest, at: least, offset: null, fell: least - now }
}

/** A clock that lost years and shows a later time again was put right; one that lost less may have been off for as long. */
function raised(mark: ClockMark, now: number): ClockMark {
  const { fell, ...rest } = mark
  const isRight = fell !== undefined && fell > LIMITS.unheardDays * DAY_MILLISECONDS && now >= mark.at - TOLERANCE
  return isRight ? { ...rest, at: now, offset: null } : mark
}

/** It moved on further than the program saw time pass: it was off or asleep, or somebody set it. `isStart`: over a start. */
function movedOn({ mark, isRoot }: Reckoned, by: number, isStart: boolean): ClockMark {
  // A county that is shut is off for days, a node below sleeps for as long. How long a node was off `unheard` judges.
  const isLong = isRoot ? isStart : !isStart
  const most = isLong ? LIMITS.rootAwayDays * DAY_MILLISECONDS : isRoot ? LIMITS.doubtfulDayMilliseconds : by
  const known = offsetOf({ mark, isRoot }) ?? 0
  // A fast one is put right by setting it back, which the program sees but over a start.
  const isSet = known >= TOLERANCE ? by >= Math.max(TOLERANCE, known - byHand(known)) : known <= -TOLERANCE && isStart
  return { ...mark, ...(by > most ? { leapt: by } : {}), ...(isSet ? { two: true } : {}) }
}

/** What is known of a clock after a start, by what was known before: nobody knows how much time has passed. */
export function afterStart({ mark, now, isRoot }: Reckoned): ClockMark {
  const { at, offset, fell, said } = mark
  if (at === 0) return mark
  if (fell !== undefined) return raised(mark, now)
  const unseen = now - at
  // A dead clock begins anew with every start of its machine: what was known of it is a guess then.
  if (!isRoot && said !== null && now < said - LIMITS.deadClockDays * DAY_MILLISECONDS)
    return { ...fallen(mark, said, now), offset: unseen > -TOLERANCE ? offset : null }
  if (unseen >= TOLERANCE) return movedOn({ mark, now, isRoot }, unseen, true)
  if (unseen > -TOLERANCE) return mark
  // A fast one that went back by less than it was fast, but for what hands are off, was set to another wrong time.
  const known = offset ?? 0
  if (!isRoot && -unseen < -known - byHand(known)) return { ...mark, two: true }
  const least = leastOf(mark)
  if (now < least - TOLERANCE) return fallen(mark, least, now)
  const { two: _, ...rest } = mark
  return { ...rest, at: now, offset: null }
}

/** What is known of a clock after a stretch in which the program saw so much pass; it shows `unseen` more than that makes. */
export function afterStretch({ mark, now, isRoot }: Reckoned, passed: number, unseen: number): ClockMark {
  if (mark.fell !== undefined) {
    const offset = mark.offset === null ? null : mark.offset - (Math.abs(unseen) < TOLERANCE ? 0 : unseen)
    return raised({ ...mark, at: mark.at + passed, offset }, now)
  }
  if (unseen >= TOLERANCE) return movedOn({ mark, now, isRoot }, unseen, false)
  if (unseen > -TOLERANCE) return mark
  const known = offsetOf({ mark, isRoot })
  if (isRoot || known === null) {
    const reached = Math.max(mark.at, now - unseen)
    const isFar = reached - now > LIMITS.clockFallMilliseconds
    return isFar ? fallen(mark, reached, now) : { ...mark, at: reached }
  }
  // What has passed is known, unless the machine slept in it, or what goes back had been set too far before.
  const offset = known - unseen
  return { ...mark, offset, ...(Math.abs(offset) >= TOLERANCE ? { two: true } : {}) }
}

/** Whether it shows one of two times: its own is right, or it is off by the offset that was known. */
const mayBeSet = ({ mark, isRoot }: Omit<Reckoned, 'now'>): boolean =>
  mark.two === true && Math.abs(offsetOf({ mark, isRoot }) ?? 0) >= TOLERANCE

/** Whether these name two days. */
export const isTwoDays = (one: Reckoned): boolean =>
  mayBeSet(one) && civilDay(one.now) !== civilDay(one.now + (offsetOf(one) ?? 0))

/** What speaks against a clock; null: nothing. `published`: the newest thing of the root. */
export function doubtOf(one: Reckoned, published: number): ClockDoubt | null {
  const { mark, now: time, isRoot } = one
  const offset = offsetOf(one)
  if (mark.fell !== undefined) return { is: 'behind', time, since: mark.at, proof: 'reached', fell: mark.fell }
  // A clock without an offset heals by running on, where it went back by little.
  const reached = isRoot || offset === null ? mark.at : 0
  if (time < reached - TOLERANCE) return { is: 'behind', time, since: reached, proof: 'reached', fell: 0 }
  // Whoever was told the time goes by that: a root that was once ahead has published things of a day to come.
  const isTold = mark.said !== null && offset !== null
  const known = time + (offset ?? 0)
  if (!isTold && known < published - TOLERANCE)
    return { is: 'behind', time, since: published, proof: 'published', fell: 0 }
  if (isTwoDays(one)) return { is: 'set', time, other: known }
  if (mark.leapt !== undefined) return { is: 'leapt', time, by: mark.leapt }
  const away = isRoot || mark.said === null ? 0 : known - mark.said
  return away > LIMITS.unheardDays * DAY_MILLISECONDS ? { is: 'unheard', time, away } : null
}

/** Follows a clock: every question about it looks at it first. `kept`: what the disk has of an earlier run. */
export function createReckoning(host: Ticking, isRoot: boolean, kept: ClockMark) {
  let mark = afterStart({ mark: kept, now: host.now(), isRoot })
  let last = { now: host.now(), elapsed: host.elapsed() }
  // Whether nobody can have set the clock since the time was said.
  let isSteady = false
  /** Looks at the clock. Offsets stand in what is written, so what passes is counted in whole milliseconds. */
  const look = (): Reckoned => {
    const now = host.now()
    const passed = Math.round(host.elapsed() - last.elapsed)
    const unseen = now - last.now - passed
    last = { now, elapsed: last.elapsed + passed }
    mark = afterStretch({ mark, now, isRoot }, passed, unseen)
    if (Math.abs(unseen) >= TOLERANCE) isSteady = false
    return { mark, now, isRoot }
  }
  return {
    look,
    isSteady: () => isSteady,
    /** The clock has reached what it shows. */
    reach(): void {
      const { now } = look()
      mark = { ...mark, at: now }
    },
    /** Somebody says the time at the root: the root itself, or a person. That answers every question. */
    say(said: number, by: PersonId | null): void {
      const { now } = look()
      isSteady = true
      const { leapt, fell, two, ...rest } = mark
      mark = { ...rest, at: now, offset: said - now, by, said, ...(by === null ? { told: said } : {}) }
    },
  }
}
