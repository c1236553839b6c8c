/** What a node holds of one section, as far as the gate must know it; computed without Yjs. */

/** A pure value: never changed, only advanced to a new one. */
export interface SectionClocks {
  /** Yjs client id → the clock its next struct must start at; a client that is absent is at 0. */
  readonly next: ReadonlyMap<number, number>
  /**
   * Places inside a character of two UTF-16 units (rare hanzi, emoji): `client:clock` of each second unit.
   * Yjs replaces both halves by U+FFFD when an update splits there, so no update may.
   */
  readonly halves: ReadonlySet<string>
}

/** A section nobody has written yet. */
export const NOTHING_HELD: SectionClocks = { next: new Map(), halves: new Set() }

/** Name of a place inside a character. */
export const halfAt = (client: number, clock: number): string => `${client}:${clock}`

/** The clock a client's next struct must start at. */
export const nextClock = (clocks: SectionClocks, client: number): number => clocks.next.get(client) ?? 0

/** Clock values of one client below this stay exact in every encoding Yjs uses. */
const CLIENT_INCARNATIONS = 16_384
/** 18 bits of lease and 14 of incarnation: Yjs client ids are unsigned 32-bit numbers. */
export const MAXIMUM_LEASE = 2 ** 18 - 1

/** The Yjs client id of a node's incarnation. Both come from the directory and the log key, checked there. */
export const clientIdOf = (lease: number, incarnation: number): number => lease * CLIENT_INCARNATIONS + incarnation
