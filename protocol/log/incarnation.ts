/** Whether a database is the one this node last wrote, judged from a small record kept outside it (rules D30–D33). */
import { assert } from '#protocol/assert.ts'
import { type LogKey, MAXIMUM_INCARNATION, type NodeId } from '#protocol/ids.ts'

/** What tells one database file from a copy of it. */
export interface FileIdentity {
  /** Number of the device; recorded for people, not compared: it may change when a machine starts again. */
  readonly device: string
  /** Number of the file on its device. */
  readonly inode: string
  /** When the file was made, in milliseconds since 1970; null where the file system does not say. */
  readonly born: number | null
  /** Names the machine without telling anything about it; null when unreadable. */
  readonly machine: string | null
}

/** The height of one of this node's own logs. */
export interface OwnHead {
  readonly seq: number
  /** Hex of the entry hash at that height. */
  readonly hash: string
}

/** The record outside the database. It may lag behind the database, never lead it, unless the database went back. */
export interface Sidecar {
  readonly node: NodeId
  readonly incarnation: number
  /** Starts of the program, for people who look into a restore. */
  readonly boots: number
  readonly ownHeads: Readonly<Record<LogKey, OwnHead>>
  readonly identity: FileIdentity
}

export type SidecarReading =
  | { readonly state: 'present'; readonly sidecar: Sidecar }
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly reason: string }

/** What the database says about itself. */
export interface DatabaseClaim {
  readonly node: NodeId
  /** Null in a database that has never written. */
  readonly incarnation: number | null
  /** Incarnations that it has left for the present one: a power cut may have kept the record from following. */
  readonly left?: readonly number[]
  readonly ownHeads: Readonly<Record<LogKey, OwnHead>>
  readonly identity: FileIdentity
}

/**
 * - `same`: the database the node last wrote; go on.
 * - `behind`: older than the record, a restored backup; rotate.
 * - `moved`: another file or machine, a copied or restored folder; rotate, the other copy may be writing.
 * - `unknown`: no readable record; rotate, unless the database has never written.
 */
export interface DatabaseVerdict {
  readonly verdict: 'same' | 'behind' | 'moved' | 'unknown'
  /** Whether a new incarnation is needed before the first write. */
  readonly rotate: boolean
}

const differ = <Value>(left: Value | null, right: Value | null): boolean =>
  left !== null && right !== null && left !== right

/** Whether two identities cannot be the same file on the same machine; what is not known does not count. */
const isOtherFile = (left: FileIdentity, right: FileIdentity): boolean =>
  left.inode !== right.inode || differ(left.born, right.born) || differ(left.machine, right.machine)

/** Whether the database lacks something the record has seen in it. */
function isBehind(sidecar: Sidecar, database: DatabaseClaim): boolean {
  if (sidecar.incarnation !== database.incarnation && !database.left?.includes(sidecar.incarnation)) return true
  return Object.entries(sidecar.ownHeads).some(([key, seen]) => {
    const held = database.ownHeads[key as LogKey]
    return held === undefined || held.seq < seen.seq || (held.seq === seen.seq && held.hash !== seen.hash)
  })
}

/** Compares a database with the record outside it. */
export function judgeDatabase(reading: SidecarReading, database: DatabaseClaim): DatabaseVerdict {
  if (reading.state !== 'present') return { verdict: 'unknown', rotate: database.incarnation !== null }
  const { sidecar } = reading
  if (sidecar.node !== database.node) return { verdict: 'moved', rotate: true }
  if (isBehind(sidecar, database)) return { verdict: 'behind', rotate: true }
  if (isOtherFile(sidecar.identity, database.identity)) return { verdict: 'moved', rotate: true }
  return { verdict: 'same', rotate: false }
}

/**
 * A random incarnation that is not known to be used: a copy that rotates at the same moment finds another one.
 * @param random gives a whole number from 0 to below its bound
 */
export function nextIncarnation(known: ReadonlySet<number>, random: (bound: number) => number): number {
  const free: number[] = []
  for (let candidate = 1; candidate <= MAXIMUM_INCARNATION; candidate++) if (!known.has(candidate)) free.push(candidate)
  assert(free.length > 0, 'a node never uses up its incarnations')
  const chosen = free[random(free.length)]
  assert(chosen !== undefined, 'random stays below its bound')
  return chosen
}
