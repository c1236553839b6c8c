/** The directory in memory: who and what there is, who may speak for whom, which streams a node is granted. */
import type { Authority } from '#protocol/casework/case.ts'
import type { DirectoryRecord, Item, NodeRecord, Person, Station } from '#protocol/casework/directory.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  fromHex,
  type NodeId,
  type PersonId,
  type StationCode,
  type StreamId,
  streamOf,
} from '#protocol/ids.ts'
import type { Identity } from './identity.ts'
import type { DirectoryView } from './office.ts'
import type { DirectoryRow } from './storage.ts'

export interface Directory extends DirectoryView {
  readonly authority: Authority
  /** Takes a row when it is newer than what is known; answers whether it did. */
  apply(row: DirectoryRow): boolean
  /** The row that counts for a record; undefined when there is none. */
  row(document: DocumentId): DirectoryRow | undefined
  /** County stream, the stations a node serves and everything below them. */
  streamsOf(node: NodeId): ReadonlySet<StreamId>
  /** The Ed25519 public key of a node; undefined while its record has not arrived. */
  keyOf(node: NodeId): Uint8Array | undefined
  /** Highest version of any item. */
  catalogueVersion(): number
}

/** Where a record lies: people with their station, everything else in the county stream. */
export const streamOfRecord = (record: DirectoryRecord): StreamId =>
  record.type === 'person' ? streamOf(record.station) : COUNTY_STREAM

/** The document id of a directory record. */
export const documentOf = (record: { readonly type: string; readonly id: string }): DocumentId =>
  `${record.type}/${record.id}` as DocumentId

/** Whether a row beats another: the higher version, then the greater hash. */
export const isNewer = (row: DirectoryRow, known: DirectoryRow | undefined): boolean =>
  known === undefined || row.version > known.version || (row.version === known.version && row.hash > known.hash)

const TYPES = ['station', 'node', 'person', 'item'] as const

/** Reads a directory record; undefined when it is malformed. The root checked it in full before it was written. */
export function readRecord(json: string, document: DocumentId): DirectoryRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined // kept as an entry; the receipt says that it was not understood
  }
  if (typeof value !== 'object' || value === null) return undefined
  const record = value as { type?: unknown; id?: unknown; version?: unknown }
  const known = TYPES.includes(record.type as (typeof TYPES)[number]) && Number.isSafeInteger(record.version)
  return known && `${record.type}/${record.id}` === document ? (value as DirectoryRecord) : undefined
}

/** Opens an empty directory for a node. */
export function createDirectory(identity: Identity): Directory {
  const rows = new Map<DocumentId, DirectoryRow>()
  const records = new Map<DocumentId, DirectoryRecord>()
  const lists = new Map<DirectoryRecord['type'], readonly DirectoryRecord[]>()
  const grants = new Map<NodeId, ReadonlySet<StreamId>>()

  const get = <Of extends DirectoryRecord>(type: Of['type'], id: string) =>
    records.get(documentOf({ type, id })) as Of | undefined
  const list = <Of extends DirectoryRecord>(type: Of['type']): readonly Of[] => {
    const known = lists.get(type)
    if (known) return known as readonly Of[]
    const made = [...records.values()].filter((record) => record.type === type)
    made.sort((left, right) => (left.id < right.id ? -1 : 1))
    lists.set(type, made)
    return made as unknown as readonly Of[]
  }
  const nodeOf = (id: NodeId) => get<NodeRecord>('node', id)
  const serves = (node: NodeId, station: StationCode) => nodeOf(node)?.stations.includes(station) ?? false

  const streamsOf = (node: NodeId): ReadonlySet<StreamId> => {
    const known = grants.get(node)
    if (known) return known
    const made = grantedStreams(nodeOf(node)?.stations ?? [], list<Station>('station'))
    grants.set(node, made)
    return made
  }

  return {
    station: (id) => get<Station>('station', id),
    stations: () => list<Station>('station'),
    item: (id) => get<Item>('item', id),
    items: () => list<Item>('item'),
    person: (id: PersonId) => get<Person>('person', id),
    people: () => list<Person>('person'),
    node: nodeOf,
    nodes: () => list<NodeRecord>('node'),
    row: (document) => rows.get(document),
    apply(row) {
      const record = readRecord(row.json, row.document)
      if (!record || !isNewer(row, rows.get(row.document))) return false
      rows.set(row.document, row)
      records.set(row.document, record)
      lists.delete(record.type)
      grants.clear()
      return true
    },
    streamsOf,
    keyOf(node) {
      const known = nodeOf(node)
      return pinnedKey(identity, node) ?? (known && fromHex(known.publicKey))
    },
    catalogueVersion: () => list<Item>('item').reduce((highest, item) => Math.max(highest, item.version), 0),
    authority: {
      serves,
      isRoot: (node) => node === identity.root.node,
      tierOf: (station) => get<Station>('station', station)?.tier,
      parentOf: (station) => get<Station>('station', station)?.parent,
    },
  }
}

function pinnedKey(identity: Identity, node: NodeId): Uint8Array | undefined {
  if (node === identity.node) return identity.keys.publicKey
  if (node === identity.root.node) return identity.root.publicKey
  return node === identity.parent?.node ? identity.parent.publicKey : undefined
}

/** The streams of stations and of everything below them, and the county stream. */
function grantedStreams(stations: readonly StationCode[], all: readonly Station[]): ReadonlySet<StreamId> {
  const granted = new Set<StationCode>(stations)
  for (let grown = true; grown; ) {
    grown = false
    for (const { id, parent } of all) {
      if (parent === null || granted.has(id) || !granted.has(parent)) continue
      granted.add(id)
      grown = true
    }
  }
  return new Set<StreamId>([COUNTY_STREAM, ...[...granted].map(streamOf)])
}
