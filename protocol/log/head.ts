/** What a node knows of one log: how much it holds and how far that is safe. */
import type { LogKey } from '#protocol/ids.ts'

export interface LogHead {
  readonly key: LogKey
  /** Highest seq held; the log is held without gaps from 1. */
  readonly height: number
  /** Hash of the entry at that height. */
  readonly hash: Uint8Array
  /** Highest seq the parent has acknowledged as stored; at the root the same as height. */
  readonly parentHeight: number
  /** Highest seq known to be stored at the root. */
  readonly rootHeight: number
}
