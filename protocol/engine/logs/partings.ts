/** Logs whose own version gives way in several commits, from its end down: what is noted of each beside its entries. */

import { assert } from '#protocol/assert.ts'
import { fromHex, type LogKey, toHex } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Identity } from '../ports/identity.ts'
import type { Change } from '../ports/storage.ts'
import type { Logs } from './logs.ts'

/** A parting is noted under its log in this space with every commit that goes on with it, and forgotten with the last. */
export const PARTING_SPACE = 'parting'

export interface Parting {
  /** Under which the last slice was cut: who starts under another one may be a disk that was put back. */
  readonly incarnation?: number
  /** It waits to hear what a copy of this disk has written meanwhile; not noted. */
  readonly waits?: true
  /** Arrival number when it began: what lies behind it was written since. */
  readonly begun: number
  /** Up to here both versions are the same. */
  readonly common: number
  /** The highest signed entry at or below: there the log is cut in the end. */
  readonly signed: number
  /** How much of our version there was, and its hash: that is told until the other one stands here. */
  readonly top: { readonly height: number; readonly hash: Uint8Array }
  /** Entries carried so far. */
  readonly moved: number
  /** How many sections could not be written again so far, and words for the first of them. */
  readonly unwritten: number
  readonly words: readonly string[]
}

/** What is going on, by log, the oldest first. */
export type Partings = ReadonlyMap<LogKey, Parting>

/** A parting as it is noted. */
export const notedParting = ({ top, waits: _, ...rest }: Parting) => ({
  ...rest,
  top: { ...top, hash: toHex(top.hash) },
})

function readParting(value: string): Parting {
  const { top, ...rest } = JSON.parse(value) as ReturnType<typeof notedParting>
  const hash = fromHex(top.hash)
  assert(hash, 'what this node noted itself can be read')
  return { ...rest, top: { ...top, hash } }
}

/**
 * What peers are told of each log. A version that gives way counts whole until the other one is here: with less of it a peer
 * would send the rest, take it for lost, or write under its numbers.
 */
export function toldHeads({
  logs,
  partings,
}: {
  readonly logs: Pick<Logs, 'heads' | 'head'>
  readonly partings: Partings
}): ReadonlyMap<LogKey, LogHead> {
  if (partings.size === 0) return logs.heads
  const told = new Map(logs.heads)
  for (const [log, { top }] of partings) told.set(log, { ...logs.head(log), ...top })
  return told
}

/**
 * The partings that a disk has noted. A disk that was put back between two slices does not know what was written again
 * since, and corrected: where there is a parent it waits for its own entries to come back.
 */
export function loadPartings(
  rows: readonly { readonly key: string; readonly value: string }[],
  { incarnation, identity }: { readonly incarnation: number; readonly identity: Pick<Identity, 'parent'> },
): Map<LogKey, Parting> {
  const read = rows.map(({ key, value }) => {
    const parting = readParting(value)
    const isPutBack = identity.parent !== null && (parting.incarnation ?? incarnation) !== incarnation
    return [key as LogKey, isPutBack ? { ...parting, waits: true as const } : parting] as const
  })
  return new Map(read.sort(([left, { begun }], [right, other]) => begun - other.begun || (left < right ? -1 : 1)))
}

/** Follows a commit. */
export function followPartings(partings: Map<LogKey, Parting>, { local }: Pick<Change, 'local'>): void {
  for (const { space, key, value } of local) {
    if (space !== PARTING_SPACE) continue
    if (value === null) partings.delete(key as LogKey)
    else partings.set(key as LogKey, readParting(value))
  }
}
