/** Protocol versions: what is spoken, what is still served, and the fingerprint of all message shapes. */

/** The newest version this program speaks. */
export const PROTOCOL_VERSION = 1
/** The oldest version it still serves: two back, once there are any. */
export const OLDEST_VERSION = 1

/**
 * History, newest last, with the order in which tiers are upgraded (hub first, then townships, then villages).
 * 1 – 2026-11: hello, proof, frontier, entries, stored, at-root, receipts, fork, status, beat, busy, refusal.
 */
export const VERSION_HISTORY = [{ version: 1, since: '2026-11', deploy: 'hub, townships, villages' }] as const

/** SHA-256 over the sample encodings of every message; a change of shape needs a new version beside it. */
export const WIRE_FINGERPRINT = '27a48f7bd37222202418cc8457decfff763258cea31fc95697bf3ec1fd162872'

/**
 * The version two ranges have in common: the highest both speak; undefined when there is none.
 * Whatever the version, `entries` and `stored` keep their form, so that an old node can always still deliver.
 */
export function commonVersion(mine: readonly [number, number], theirs: readonly [number, number]): number | undefined {
  const version = Math.min(mine[1], theirs[1])
  return version >= Math.max(mine[0], theirs[0]) ? version : undefined
}
