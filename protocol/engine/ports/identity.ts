/** Who a node is, and the connection port its links run over. */
import type { NodeId } from '#protocol/ids.ts'
import type { KeyPair } from './host.ts'

/** The node above. Its key changes only by a record that the root signed (rule E30); addresses are no part of it. */
export interface PinnedParent {
  readonly node: NodeId
  readonly publicKey: Uint8Array
  readonly name: string
}

/** Made at enrolment and kept beside the database; the private key never leaves the machine. */
export interface Identity {
  readonly node: NodeId
  readonly keys: KeyPair
  /** Pinned at enrolment: the county hub. */
  readonly root: { readonly node: NodeId; readonly publicKey: Uint8Array }
  /** Pinned at enrolment or by the last record about it: the node above; null at the root. */
  readonly parent: PinnedParent | null
  /** This node's lease of Yjs client ids. */
  readonly lease: number
}

/** One link's transport: whole frames, in order. Adapters pass test/transport/contract.ts. */
export interface Connection {
  /** Sends a frame; ignored once closed. */
  send(frame: Uint8Array): void
  /** Bytes that have come from the other side so far, also those of a message that is still arriving. */
  received(): number
  /** Leaves what comes in the network until {@link Connection.resume}: the other side can then send no more than fits there. */
  pause(): void
  resume(): void
  /** Closes with a short reason for logs; the other side sees its `closed`. Safe to call twice. */
  close(reason: string): void
  /** Called once by the engine, before any frame is delivered. Frames that arrived earlier are kept. */
  listen(handlers: { readonly frame: (frame: Uint8Array) => void; readonly closed: (reason: string) => void }): void
}

/** What the programs (floor 5 and 6) hold of a running engine, besides its Office. */
export interface Links {
  /**
   * Runs a session over a connection to the parent (`up`) or from a child (`down`); resolves when it has ended. `proved` is
   * told who the other side is as soon as it has proved that.
   */
  attach(connection: Connection, direction: 'up' | 'down', proved?: (peer: NodeId) => void): Promise<LinkEnd>
}

/** How a session ended, so that the uplink knows when to try again. */
export interface LinkEnd {
  /** Refusal code (wire/refusals.ts) or 'closed'. */
  readonly reason: string
  /** Milliseconds the link was live; 0 when the handshake failed. */
  readonly liveMilliseconds: number
  /** Seconds to wait at least, when the other side said so (busy). */
  readonly retryAfterSeconds: number | null
  /** False when trying again cannot help until a person acts (revoked, wrong key). */
  readonly retry: boolean
}
