/** What a node holds of one section, as far as the gate must know it. */

/** Read only: who goes on from it has its own. */
export interface SectionClocks {
  /** Yjs client id → the clock its next struct must start at; a client that is absent is at 0. */
  readonly next: ReadonlyMap<number, number>
  /**
   * Places inside a character of two UTF-16 units (rare hanzi, emoji): per client, per update, the rising clocks
   * of the second units. Yjs, and so a program of 0.2, replaces both halves by U+FFFD when an update splits there, so none may.
   */
  readonly halves: ReadonlyMap<number, readonly (readonly number[])[]>
}

/** A section nobody has written yet. */
export const NOTHING_HELD: SectionClocks = { next: new Map(), halves: new Map() }

/** How many of the first elements satisfy a condition that no later element satisfies again. */
export function countWhile<Of>(list: readonly Of[], holds: (one: Of) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(list[middle] as Of)) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether a rising list holds a number. */
export const holdsRising = (list: readonly number[], value: number): boolean =>
  list[countWhile(list, (one) => one < value)] === value

/** Whether a place lies inside a character. */
export function isInsideCharacter(clocks: SectionClocks, client: number, clock: number): boolean {
  const updates = clocks.halves.get(client)
  if (updates === undefined) return false
  const update = updates[countWhile(updates, ([first]) => (first as number) <= clock) - 1]
  return update !== undefined && holdsRising(update, clock)
}

/** What is held while it grows: a copy for each edit would cost edits times authors. */
export interface OwnClocks extends SectionClocks {
  readonly next: Map<number, number>
  readonly halves: Map<number, (readonly number[])[]>
}

/** Goes on from what is held elsewhere, which stays as it is. */
export const ownClocks = ({ next, halves }: SectionClocks = NOTHING_HELD): OwnClocks => ({
  next: new Map(next),
  halves: new Map([...halves].map(([client, updates]) => [client, [...updates]])),
})

/** A client has written up to a clock; the halves are those of this update. */
export function advance(clocks: OwnClocks, client: number, next: number, halves: readonly number[]): void {
  clocks.next.set(client, next)
  if (halves.length === 0) return
  const updates = clocks.halves.get(client)
  if (updates) updates.push(halves)
  else clocks.halves.set(client, [halves])
}

/** The clock a client's next struct must start at. */
export const nextClock = (clocks: SectionClocks, client: number): number => clocks.next.get(client) ?? 0

/** Client ids per lease: room for MAXIMUM_INCARNATION, 24³ − 1 = 13,823. */
const IDS_PER_LEASE = 16_384
/** 18 bits of lease and 14 of incarnation: Yjs client ids are unsigned 32-bit numbers. */
export const MAXIMUM_LEASE = 2 ** 18 - 1

/** The Yjs client id of a node's incarnation. Both come from the directory and the log key, checked there. */
export const clientIdOf = (lease: number, incarnation: number): number => lease * IDS_PER_LEASE + incarnation
