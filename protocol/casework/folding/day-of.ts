/** For which civil day a fact counts: the corrected clock of its author, or the day on which it really happened. */
import type { FactEntry } from '../facts/facts.ts'
import { backdatedTo, filled } from '../facts/values.ts'
import { civilDay, type Day } from '../time/days.ts'

/** The day of writing by the author's clock, corrected by its known offset; an unknown offset corrects nothing. */
export const writtenOn = ({ time, clockOffset }: Pick<FactEntry, 'time' | 'clockOffset'>): Day =>
  civilDay(time + (clockOffset ?? 0))

/** The day for which a fact counts: as back-dated (补录) with a reason, but never later than it was written. */
export function dayOf(entry: Pick<FactEntry, 'time' | 'clockOffset' | 'fact'>): Day {
  const written = writtenOn(entry)
  const fields = entry.fact?.fields ?? {}
  const occurred = backdatedTo(fields)
  return occurred !== undefined && occurred < written && filled(fields.occurredWhy) ? occurred : written
}
