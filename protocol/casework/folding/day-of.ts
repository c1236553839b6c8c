/** For which civil day a fact counts: the corrected clock of its author, or the day on which it really happened. */
import type { FactEntry } from '../facts/facts.ts'
import { backdatedTo, filled } from '../facts/values.ts'
import type { Signing } from '../register.ts'
import { civilDay, type Day, nearestTime } from '../time/days.ts'

/** What an entry says of when it was written. */
type Written = Pick<FactEntry, 'time' | 'clockOffset' | 'published'>

/**
 * When an entry was written, in milliseconds at the root: by its author's clock and the offset that was known then. Where
 * none was, it is no older than what its author knew of the root: a clock that shows less is slow, on every node alike.
 * An offset is the root's own word and newer than that: a root whose clock was once ahead has published things of a day
 * to come.
 */
export const writtenAt = ({ time, clockOffset, published = 0 }: Written): number =>
  nearestTime(clockOffset === null ? Math.max(time, published) : time + clockOffset)

/** The civil day of writing. */
export const writtenOn = (entry: Written): Day => civilDay(writtenAt(entry))

/**
 * When a fact was signed, for whoever asks who belonged where. Where what its author knew of the root proves that his
 * clock is slow, nobody knows the day: it is that of the newest publication or any later one.
 */
export function signingOf(entry: Written): Signing {
  const { time, clockOffset, published = 0 } = entry
  return { day: writtenOn(entry), orLater: clockOffset === null && time < published }
}

/** The day for which a fact counts: as back-dated (补录) with a reason, but never later than it was written. */
export function dayOf(entry: Written & Pick<FactEntry, 'fact'>): Day {
  const written = writtenOn(entry)
  const fields = entry.fact?.fields ?? {}
  const occurred = backdatedTo(fields)
  return occurred !== undefined && occurred < written && filled(fields.occurredWhy) ? occurred : written
}

/** A fact with the day for which it counts. */
export interface Dated {
  readonly entry: FactEntry
  readonly day: Day
}

/**
 * Whether an answer was given since a question that it does not name (rule C150): on a later day, or behind it on the same
 * one, where the order of a log tells before two clocks do.
 */
export function isSince({ entry: answer, day }: Dated, { entry: question, day: asked }: Dated): boolean {
  if (day !== asked) return day > asked
  return answer.log === question.log ? answer.seq > question.seq : writtenAt(answer) >= writtenAt(question)
}
