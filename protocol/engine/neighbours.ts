/** The nodes above and below as they were last heard: the links write it, the office shows it. */
import type { LogKey, NodeId } from '#protocol/ids.ts'
import type { EndWords, NodeStatus, SyncStatus } from './office.ts'

/** Own entries that others held and this node's database lacked. */
export interface GivenBack {
  /** When the first of them was met, in milliseconds since 1970: what is told of them goes by it. */
  readonly since: number
  /** Where the own logs ended when the program found the database, before it wrote anything and before any of them came back. */
  readonly ends: EndWords
  readonly logs: Set<LogKey>
  /** Over which links: from the parent, from children. */
  readonly from: Set<'up' | 'down'>
  entries: number
  /** Whether a new incarnation was taken because of them. */
  rotated: boolean
}

/** Receipts that a child has acknowledged since a time, by logs, each named by a digest of them. */
export interface ToldReceipts {
  readonly incarnation: number
  /** Milliseconds since 1970. */
  readonly since: number
  readonly logs: Map<LogKey, string>
}

export interface Neighbours {
  /** Whether the parent can be asked now; the root needs nobody. */
  parentConnected: boolean
  /** When a link to the parent last lived, in milliseconds by the corrected clock; null when never. */
  parentContact: number | null
  /** When a person at the root last said the time, in milliseconds of the host's second clock; null when never since the start. */
  timeSaidAt: number | null
  /** A refusal by the parent that a person must resolve. */
  refusal: SyncStatus['refusal']
  /** What came back of this node's own logs since the start; null when nothing did. */
  returned: GivenBack | null
  /** Every node below. */
  readonly below: Map<NodeId, NodeStatus>
  /** Bytes a second that the last link to a node carried. */
  readonly rates: Map<NodeId, number>
  /** What children were told of the receipts that stand; in memory, a restart costs telling them once more. */
  readonly told: Map<NodeId, ToldReceipts>
}

/** Nobody is connected; what was heard of nodes below before the last stop is known. */
export const createNeighbours = (
  isRoot: boolean,
  remembered: readonly NodeStatus[],
  parentContact: number | null,
): Neighbours => ({
  parentConnected: isRoot,
  parentContact,
  timeSaidAt: null,
  refusal: null,
  returned: null,
  below: new Map(remembered.map((status) => [status.node, { ...status, connected: false }])),
  rates: new Map(),
  told: new Map(),
})
