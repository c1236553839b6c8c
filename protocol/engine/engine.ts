/** The engine: runs sessions and commands over one write queue. Differences between nodes are grants, not roles. */
import type { Knowledge } from '#protocol/casework/rules/level.ts'
import type { Finding, Office } from './office.ts'
import type { Host } from './ports/host.ts'
import type { Identity, Links, PinnedParent } from './ports/identity.ts'
import type { Storage, StorageFailure } from './ports/storage.ts'

export interface EngineOptions {
  readonly storage: Storage
  readonly host: Host
  readonly identity: Identity
  /** The current incarnation; a rotation during the run calls {@link EngineOptions.rotated} before the first write. */
  readonly incarnation: number
  /** Makes the new incarnation durable (sidecar) before anything is written under it. */
  rotated(incarnation: number): Promise<void>
  /** Program version, shown in the node list. */
  readonly version: string
  /** What this program knows of the rules; given by who tries programs of another age (default: what it does know). */
  readonly knowledge?: Knowledge
  /** What people should know from before the engine was open: a database put back, copied or without its sidecar. */
  readonly findings?: readonly Finding[]
  /** Told of every error that is a bug; it has ended one request or one link, never the engine. */
  readonly bug?: (problem: unknown) => void
  /** Told how many documents are done while the engine folds everything anew before it opens (after an update). */
  readonly progress?: (done: number) => void
}

export interface Engine extends Links {
  readonly office: Office
  readonly incarnation: number
  /** Heights and hashes of this node's own logs, for the sidecar. */
  ownHeads(): Readonly<Record<string, { readonly seq: number; readonly hash: string }>>
  /**
   * Goes on below another parent: links to the former end, and what that one acknowledged no longer counts. Keeping the
   * parent for the next start is up to the caller; {@link openEngine} notices by itself when it is another.
   */
  changeParent(parent: PinnedParent): void
  /** Looks through the database in slices; what is damaged becomes a finding and stands in the health. */
  check(): Promise<void>
  /** Says that the record outside the database cannot be written, or, with undefined, that it can again. */
  sidecarFailed(problem: StorageFailure | undefined): void
  /** Drops everything computed and folds it again from the packs. */
  rebuild(progress?: (done: number) => void): Promise<void>
  /** Waits for the write queue and ends all sessions; storage is closed by its owner. */
  stop(): Promise<void>
}
