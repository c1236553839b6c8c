/** For which civil day a fact counts: the corrected clock of its author, or the day on which it really happened. */
import type { FactEntry } from '../facts/facts.ts'
import { backdatedTo, filled } from '../facts/values.ts'
import type { Signing } from '../register.ts'
import { civilDay, type Day } from '../time/days.ts'

/** The day of writing by the author's clock, corrected by its known offset; an unknown offset corrects nothing. */
export const writtenOn = ({ time, clockOffset }: Pick<FactEntry, 'time' | 'clockOffset'>): Day =>
  civilDay(time + (clockOffset ?? 0))

/**
 * When a fact was signed, for whoever asks who belonged where. The catalogue that it names is the root's clock: a fact
 * from before it has an author whose clock is slow, so its day is that of the catalogue or any later one.
 */
export function signingOf(entry: Pick<FactEntry, 'time' | 'clockOffset' | 'catalogueVersion'>): Signing {
  const { time, clockOffset, catalogueVersion = 0 } = entry
  const isSlow = time + (clockOffset ?? 0) < catalogueVersion
  return isSlow ? { day: civilDay(catalogueVersion), orLater: true } : { day: writtenOn(entry), orLater: false }
}

/** The day for which a fact counts: as back-dated (补录) with a reason, but never later than it was written. */
export function dayOf(entry: Pick<FactEntry, 'time' | 'clockOffset' | 'fact'>): Day {
  const written = writtenOn(entry)
  const fields = entry.fact?.fields ?? {}
  const occurred = backdatedTo(fields)
  return occurred !== undefined && occurred < written && filled(fields.occurredWhy) ? occurred : written
}
