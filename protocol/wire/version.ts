/** Protocol versions: what is spoken, what is still served, and the fingerprint of all message shapes. */

/** The newest version this program speaks. */
export const PROTOCOL_VERSION = 3
/** The oldest version it still serves: two back, once there are any. */
export const OLDEST_VERSION = 1

/**
 * History, newest last, with the order in which tiers are upgraded (hub first, then townships, then villages).
 * 1 – 2026-11: hello, proof, frontier, entries, stored, at-root, receipts, fork, status, beat, busy, refusal.
 * 2 – 2026-11: rungs, and the entries of a fork as proof: the height at which two versions part is found exactly. With
 *   an older peer nothing is cut unless its first ladder shows it. A carrier may be longer than an entry (rule L13); entries of kind 8 (rule S73).
 * 3 – 2026-11: levels. An older peer is not told them, and what it does not tell counts as the first level (rule S141).
 */
export const VERSION_HISTORY = [
  { version: 1, since: '2026-11', deploy: 'hub, townships, villages' },
  { version: 2, since: '2026-11', deploy: 'hub, townships, villages' },
  { version: 3, since: '2026-11', deploy: 'hub, townships, villages' },
] as const
/** From this version on a peer answers questions about a fork. */
export const RUNGS_SINCE = 2
/** From this version on a peer hears which rules levels nodes know. */
export const LEVELS_SINCE = 3

/** SHA-256 over the sample encodings of every message; a change of shape needs a new version beside it. */
export const WIRE_FINGERPRINT = '7c2598243f02f0215c73bd331d4c9c64218f4d273f22b94844636857d351915c'

/**
 * The version two ranges have in common: the highest both speak; undefined when there is none.
 * There the link is refused; `hello` and `refuse` keep their form in every version, so that a program of any age reads why.
 */
export function commonVersion(mine: readonly [number, number], theirs: readonly [number, number]): number | undefined {
  const version = Math.min(mine[1], theirs[1])
  return version >= Math.max(mine[0], theirs[0]) ? version : undefined
}
