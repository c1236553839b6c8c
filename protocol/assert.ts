/** Bugs stop the process: a broken invariant must never be stored or sent on. */

/**
 * Throws when a condition the program itself guarantees does not hold.
 * Only for bugs; input from people, peers and disks is answered with a {@link Result} instead.
 */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`)
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never, what: string): never {
  throw new Error(`assertion failed: ${what}: ${JSON.stringify(value)}`)
}
