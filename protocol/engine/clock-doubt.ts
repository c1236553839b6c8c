/** What can be said against a node's clock. */
import { civilDay } from '#protocol/casework/time/days.ts'

/**
 * What speaks against this node's clock, in milliseconds. `behind`: it shows an earlier time than what it holds proves, which
 * is of `since`: something the root published, or a moment that this clock itself had reached. `set`: it may have been put
 * right since its offset was known; if not, it is `other`. `leapt`: the root's moved on by so much
 * unwatched. `unheard`: nobody has told it the time for very long. `time` is
 * what this machine's own clock shows.
 */
export type ClockDoubt =
  | {
      readonly is: 'behind'
      readonly time: number
      readonly since: number
      readonly proof: 'published' | 'reached'
      /** How far it went back without anybody knowing what had passed since: it shows some day. 0: it did not. */
      readonly fell: number
    }
  | { readonly is: 'set'; readonly time: number; readonly other: number }
  | { readonly is: 'leapt'; readonly time: number; readonly by: number }
  | { readonly is: 'unheard'; readonly time: number; readonly away: number }

/** Whether nobody can say what day it is: a clock that is hours behind within one day names the right one. */
export const isDayInDoubt = (doubt: ClockDoubt | null): boolean =>
  doubt !== null && (doubt.is !== 'behind' || doubt.fell > 0 || civilDay(doubt.since) !== civilDay(doubt.time))
