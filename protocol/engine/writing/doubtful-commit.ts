/** A commit that failed in an unknown way: whether it lies on the disk is asked of the disk before anything else is written. */
import { equalBytes } from '#protocol/log/bytes.ts'
import { type Change, type Storage, StorageFailure } from '../ports/storage.ts'
import type { Staging } from './staging.ts'

/** A group of which it is not known whether it is durable. */
export interface Doubt {
  readonly staging: Staging
  readonly change: Change
}

/** Whether a failing commit may have been done all the same: an answer got lost, or the end of it failed. */
export const isDoubtful = (problem: unknown): boolean => problem instanceof StorageFailure && problem.fault === 'other'

/**
 * Whether a change lies on the disk: its pack, byte for byte. One without packs is taken for not done: what it says may be said again.
 * Throws {@link StorageFailure} when the disk does not answer.
 */
export async function hasLanded(storage: Pick<Storage, 'packHolding'>, { packs }: Change): Promise<boolean> {
  const pack = packs.at(-1)
  const run = pack?.runs[0]
  if (!pack || !run) return false
  const stored = await storage.packHolding(run.log, run.last)
  return stored !== undefined && stored.arrival === pack.arrival && equalBytes(stored.bytes, pack.bytes)
}
