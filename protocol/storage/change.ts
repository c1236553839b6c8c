/** What the program guarantees about a change, and every adapter checks before it writes. */
import { assert } from '#protocol/assert.ts'
import type { Change } from '#protocol/engine/ports/storage.ts'

/** Fails on a change that no part of the program makes. */
export function assertChange(change: Change): void {
  let previous = 0
  for (const { arrival } of change.packs) {
    assert(arrival > previous, 'arrival numbers of packs rise')
    previous = arrival
  }
  for (const row of change.cases) {
    assert((row.offeredTo === null) === (row.offeredAt === null), 'an offer has a receiver and a time')
  }
}
