/** When an entry was written, as far as it says itself: the one way from an entry to a time that people are told. */
import { writtenAt } from '#protocol/casework/folding/day-of.ts'
import { hasCivilDay } from '#protocol/casework/time/days.ts'
import type { Entry } from '#protocol/log/entry.ts'

/** The newest thing of the root that its author knew; versions that are no times, or that no date can name, say nothing. */
export const publishedBefore = ({ catalogueVersion, calendarVersion }: Entry): number =>
  Math.max(0, ...[catalogueVersion, calendarVersion].filter(hasCivilDay))

/** By the corrected clock, in milliseconds since 1970 at the root. */
export const writingTime = (entry: Entry): number => writtenAt({ ...entry, published: publishedBefore(entry) })
