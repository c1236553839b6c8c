/** What is known of a clock beside what it shows, and what becomes of that between two looks at it. */
import { civilDay, FIRST_DAY, timeOn } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Boot, Host } from './ports/host.ts'

const FIRST_TIME = timeOn(FIRST_DAY, 0)
export const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
/** Less is what clocks and lines differ by. */
export const TOLERANCE = LIMITS.clockOffsetMilliseconds

/** The clock of a machine, and what the program itself sees pass. */
export type Ticking = Pick<Host, 'now' | 'elapsed' | 'boot'>

/** The first and the last time at the root of something, in milliseconds since 1970. */
export type TimeSpan = readonly [first: number, last: number]

/**
 * What the disk keeps of a clock. What makes it doubtful – it leapt, fell, or can show one of several times – stays until
 * somebody says the time: neither running on nor a start answers a question.
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
  /** The time at the root since when the node goes by this offset, but for what clocks drift; null when it goes by none. */
  readonly since: number | null
  /** When a link to the parent last lived, by the corrected clock; null when never. */
  readonly contact: number | null
  /** The latest time at the root, as it was known, of which a number bears the day. */
  readonly numbered?: number
  /** The earliest and the latest time of which numbers bear the day though the root had told a later day; a person said so. */
  readonly earlier?: TimeSpan
  /** How far it moved on unwatched, in milliseconds, where that is too far. */
  readonly leapt?: number
  /** How far it went back, in milliseconds, without anybody knowing what had passed; the least there is where it may have stood still. */
  readonly fell?: number
  /** The start of the machine in which this was known. */
  readonly boot?: string
  /** How far it moved on before the program's eyes since somebody said the time: it slept, or was set ahead. */
  readonly gained?: number
  /** Other offsets that it may have: somebody set it, or may have. */
  readonly maybe?: readonly number[]
}

/** Nothing was ever known. */
export const NO_MARK: ClockMark = { at: 0, offset: null, by: null, told: null, said: null, since: null, contact: null }

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
export const leastOf = ({ at, offset, fell, maybe = [], by, told }: ClockMark): number => {
  if (fell !== undefined) return at
  // What a person said is no proof.
  return by === null ? at + Math.min(offset ?? 0, ...maybe) : (told ?? 0)
}

/** A clock that goes by an offset and may have others, the newest guess first, each once, and none that says about the same. */
export function possibly({ maybe: _, ...mark }: ClockMark, offset: number, others: readonly number[]): ClockMark {
  const maybe: number[] = []
  for (const other of others)
    if ([offset, ...maybe].every((one) => Math.abs(one - other) >= TOLERANCE)) maybe.push(other)
  return { ...mark, offset, ...(maybe.length > 0 ? { maybe: maybe.slice(0, LIMITS.possibleOffsets) } : {}) }
}

/**
 * Whether it may have stood still while the machine was off: a machine without a battery goes on from what it had shown,
 * and seems to have begun its present start before it had ended the one before, or at that moment.
 */
const mayHaveStood = ({ boot, at }: ClockMark, now: number, present: Boot | undefined): boolean =>
  present !== undefined && boot !== undefined && boot !== present.id && now - present.ago < at + LIMITS.bootMilliseconds

/** It fell: no offset holds any more. `least`: what time it is at the root at least. */
const fallen = ({ maybe: _, ...mark }: ClockMark, least: number, now: number): ClockMark => ({
  ...mark,
  at: least,
  offset: null,
  fell: least - now,
})

/**
 * A clock that lost years and shows a time soon after the least that it can be was put right; one that lost less may have
 * been off for as long, and a date far away is the slip of a hand as well. At the root any date may be one, and all go by it.
 */
function raised({ mark, now, isRoot }: Reckoned): ClockMark {
  const { fell = 0, ...rest } = mark
  const later = now - mark.at
  const isRight =
    !isRoot &&
    fell > LIMITS.unheardDays * DAY_MILLISECONDS &&
    later > -TOLERANCE &&
    later <= LIMITS.rootAwayDays * DAY_MILLISECONDS
  return isRight ? { ...rest, at: now, offset: null } : { ...mark, fell: Math.max(fell, -later) }
}

/** It moved on further than the program saw time pass: it was off or asleep, or somebody set it. `isStart`: over a start. */
function movedOn({ mark, isRoot }: Reckoned, by: number, isStart: boolean): ClockMark {
  // A county that is shut is off for days, a node below sleeps for as long. How long a node was off `unheard` judges.
  const isLong = isRoot ? isStart : !isStart
  const most = isLong ? LIMITS.rootAwayDays * DAY_MILLISECONDS : isRoot ? LIMITS.doubtfulDayMilliseconds : by
  const moved = {
    ...mark,
    ...(by > most ? { leapt: by } : {}),
    ...(isStart ? {} : { gained: (mark.gained ?? 0) + by }),
  }
  const { offset, maybe = [] } = mark
  if (isRoot || offset === null) return moved
  // Nobody sleeps for years.
  if (offset > LIMITS.unheardDays * DAY_MILLISECONDS && by >= offset - byHand(offset))
    return possibly(moved, 0, [offset, ...maybe])
  // A fast one is put right by setting it back, which the program sees but over a start.
  const isSet = offset > 0 ? by >= offset - byHand(offset) : isStart
  return possibly(moved, offset, isSet ? [0, ...maybe] : maybe)
}

/** What is known of a clock after a start, by what was known before: nobody knows how much time has passed. */
export function afterStart({ mark, now, isRoot }: Reckoned, present?: Boot): ClockMark {
  const { at, offset, fell, told, by, maybe = [] } = mark
  // No right clock of a new county shows a day before there were programs; a new node hears the time when it joins.
  if (at === 0) return isRoot && now < FIRST_TIME ? fallen(mark, FIRST_TIME, now) : mark
  if (fell !== undefined) return raised({ mark, now, isRoot })
  const unseen = now - at
  // A dead clock begins anew with every start of its machine: what was known of it is a guess then.
  if (told !== null && now < told - LIMITS.deadClockDays * DAY_MILLISECONDS)
    return { ...fallen(mark, told, now), offset: unseen > -TOLERANCE ? offset : null }
  if (unseen > -TOLERANCE && mayHaveStood(mark, now, present))
    return { ...fallen(mark, isRoot ? at : leastOf(mark), now), offset, fell: 1 }
  if (unseen >= TOLERANCE) return movedOn({ mark, now, isRoot }, unseen, true)
  if (unseen > -TOLERANCE) return mark
  // A fast one that went back by less than it was fast, but for what hands are off, was set to another wrong time.
  if (offset !== null && -unseen < -offset - byHand(offset)) return possibly(mark, offset, [0, ...maybe])
  const least = isRoot ? at : leastOf(mark)
  if (now < least - TOLERANCE) return fallen(mark, least, now)
  if (by !== null) return { ...fallen(mark, now, now), fell: -unseen }
  const { maybe: _, ...rest } = mark
  return { ...rest, at: now, offset: null }
}

/** What is known of a clock after a stretch in which the program saw so much pass; it shows `unseen` more than that makes. */
export function afterStretch({ mark, now, isRoot }: Reckoned, passed: number, unseen: number): ClockMark {
  const { offset, maybe = [], gained = 0 } = mark
  if (mark.fell !== undefined) {
    const guess = offset === null ? null : offset - unseen
    return raised({ mark: { ...mark, at: mark.at + passed, offset: guess }, now, isRoot })
  }
  if (unseen >= TOLERANCE) return movedOn({ mark, now, isRoot }, unseen, false)
  if (unseen > -TOLERANCE) return mark
  if (isRoot || offset === null) {
    // A moment to which it leapt may never have come.
    const reached = mark.leapt === undefined ? Math.max(mark.at, now - unseen) : mark.at
    const isFar = reached - now > LIMITS.clockFallMilliseconds
    return isFar ? fallen(mark, reached, now) : { ...mark, at: reached }
  }
  // A time server trims a right clock.
  if (Math.abs(offset) < TOLERANCE && -unseen < LIMITS.clockFallMilliseconds)
    return possibly(mark, offset, [offset - unseen, ...maybe.map((other) => other - unseen)])
  // What has passed is known, unless the machine slept in it, or what goes back had been set ahead before.
  const known = offset - unseen
  const others = maybe.map((other) => other - unseen)
  // Minutes take back no night.
  const isTakenBack = gained > 0 && -unseen >= LIMITS.clockFallMilliseconds
  return possibly(mark, known, [0, ...(isTakenBack ? [known - gained] : []), ...others])
}

/** What of the days that were over is so still when the root says a time; undefined: nothing. `before`: what was known. */
function overBy(told: number, before: ClockMark, now: number): TimeSpan | undefined {
  const { offset, maybe, earlier } = before
  if (earlier === undefined) return undefined
  // Whoever said another day while the root was ahead was right.
  const wasRight = offset !== null && !maybe && Math.abs(told - now - offset) < LIMITS.watchMilliseconds
  const [first, last] = earlier
  // Where the root itself had been ahead, what is not over now never was.
  const left = Math.min(last, timeOn(civilDay(told), 0) - 1)
  return wasRight || left < first ? undefined : [first, left]
}

/** Follows a clock: every question about it looks at it first. `kept`: what the disk has of an earlier run. */
export function createReckoning(host: Ticking, isRoot: boolean, kept: ClockMark) {
  const boot = host.boot?.()
  let mark: ClockMark = {
    ...afterStart({ mark: kept, now: host.now(), isRoot }, boot),
    ...(boot ? { boot: boot.id } : {}),
  }
  let last = { now: host.now(), elapsed: host.elapsed() }
  // Whether nobody can have set the clock since the time was said.
  let isSteady = false
  // Likewise since the last number was given.
  let isNumberSteady = false
  // By what the program sees pass: when the clock was last found to have moved on unwatched.
  let slept: number | null = null
  /** Looks at the clock. Offsets stand in what is written, so what passes is counted in whole milliseconds. */
  const look = (): Reckoned => {
    const now = host.now()
    const passed = Math.round(host.elapsed() - last.elapsed)
    const unseen = now - last.now - passed
    last = { now, elapsed: last.elapsed + passed }
    mark = afterStretch({ mark, now, isRoot }, passed, unseen)
    if (Math.abs(unseen) >= TOLERANCE) isSteady = isNumberSteady = false
    if (unseen >= TOLERANCE) slept = last.elapsed
    return { mark, now, isRoot }
  }
  /** What numbers bear was looked at. */
  const forget = (what: 'numbered' | 'earlier'): void => {
    const { [what]: _, ...rest } = mark
    mark = rest
  }
  return {
    look,
    forget,
    isSteady: () => isSteady,
    isNumberSteady: () => isNumberSteady,
    slept: () => slept,
    /** The clock has reached what it shows. */
    reach(): void {
      const { now } = look()
      // Where what passes is known, a step back stands in the offset; elsewhere many small ones would add up unseen.
      const isKnown = !isRoot && mark.offset !== null
      mark = { ...mark, at: isKnown ? now : Math.max(mark.at, now) }
    },
    /** A number bears the day of now. */
    number(): void {
      const one = look()
      const time = one.now + (offsetOf(one) ?? 0)
      isNumberSteady = true
      if (time > (mark.numbered ?? 0)) mark = { ...mark, numbered: time }
      if (mark.told === null || civilDay(time) >= civilDay(mark.told)) return
      const [first, last] = mark.earlier ?? [time, time]
      mark = { ...mark, earlier: [Math.min(first, time), Math.max(last, time)] }
    },
    /** Somebody says what time it was at the root at a look: the root itself, or a person. That answers every question. */
    say(said: number, by: PersonId | null, { now }: Reckoned): void {
      isSteady = true
      const { leapt, fell, gained, maybe, earlier, ...rest } = mark
      const over = by === null ? overBy(said, mark, now) : earlier
      const isSame = mark.offset !== null && Math.abs(said - now - mark.offset) < TOLERANCE
      const since = isSame ? (mark.since ?? said) : said
      const told = by === null ? said : mark.told
      mark = {
        ...rest,
        ...(over ? { earlier: over } : {}),
        at: Math.max(0, now),
        offset: said - now,
        by,
        said,
        since,
        told,
      }
    },
  }
}
