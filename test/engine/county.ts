/** A small county in one process for tests: real engines over given storages, links in memory. */
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { DirectoryRecord, NodeRecord, Role, Station } from '#protocol/casework/directory.ts'
import type { Knowledge } from '#protocol/casework/rules/level.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { Host, KeyPair } from '#protocol/engine/ports/host.ts'
import type { Identity, LinkEnd } from '#protocol/engine/ports/identity.ts'
import type { ReceiptRow, Storage } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type NodeId, type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import type { Tier } from '#protocol/tiers.ts'
import { memoryPair } from '#protocol/transport/memory.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { testHost } from '#test/clock/host.ts'
import { monotonic } from '#test/clock/monotonic.ts'

export const COUNTY = '510724' as StationCode
export const TOWNSHIP = '510724100' as StationCode
export const VILLAGE = '510724100201' as StationCode
export const SECOND_VILLAGE = '510724100202' as StationCode
/** The program that these nodes say they run: another one reads their disks again at its first start. */
export const VERSION = '0.0.0-test'

export interface Node {
  readonly station: StationCode
  readonly identity: Identity
  readonly storage: Storage
  readonly engine: Engine
  /** What its program knows, when that is not what this one knows. */
  readonly knowledge?: Knowledge
}

export const stationRecord = (id: StationCode, name: string, tier: Tier, parent: StationCode | null): Station => ({
  type: 'station',
  id,
  version: 1,
  name,
  tier,
  parent,
})

export const STATIONS: readonly Station[] = [
  stationRecord(COUNTY, '安县政务服务中心', 'county', null),
  stationRecord(TOWNSHIP, '安昌镇便民服务中心', 'township', COUNTY),
  stationRecord(VILLAGE, '红岩村便民服务代办点', 'village', TOWNSHIP),
  stationRecord(SECOND_VILLAGE, '永河村便民服务代办点', 'village', TOWNSHIP),
]

/** Someone with the given roles at a station. */
export const person = (station: StationCode, roles: readonly Role[], id = `p${station}`): Actor => ({
  person: id as PersonId,
  name: id,
  station,
  roles,
})

export interface NodeOptions {
  readonly station: StationCode
  readonly keys?: KeyPair
  readonly parent?: Node
  readonly root?: Node
  readonly lease: number
  readonly storage?: Storage
  readonly host?: Host
  readonly incarnation?: number
  readonly rotated?: (incarnation: number) => Promise<void>
  readonly version?: string
  readonly knowledge?: Knowledge
}

/** Opens a node. */
export async function openNode(options: NodeOptions): Promise<Node> {
  const keys = options.keys ?? generateKeys()
  const node = nodeIdOf(keys.publicKey)
  const root = options.root ?? options.parent
  const identity: Identity = {
    node,
    keys,
    root: root
      ? { node: root.identity.root.node, publicKey: root.identity.root.publicKey }
      : { node, publicKey: keys.publicKey },
    parent: options.parent
      ? {
          node: options.parent.identity.node,
          publicKey: options.parent.identity.keys.publicKey,
          name: options.parent.station,
        }
      : null,
    lease: options.lease,
  }
  const storage = options.storage ?? new MemoryStorage()
  const opened = await openEngine({
    storage,
    host: options.host ?? testHost,
    identity,
    incarnation: options.incarnation ?? options.lease,
    rotated: options.rotated ?? (async () => {}),
    version: options.version ?? VERSION,
    ...(options.knowledge ? { knowledge: options.knowledge } : {}),
  })
  if (!opened.ok) throw new Error(opened.problem.message)
  const { station, knowledge } = options
  return { station, identity, storage, engine: opened.value, ...(knowledge ? { knowledge } : {}) }
}

/** The directory record of a node. */
export const nodeRecord = (node: Node, parent: NodeId | null): NodeRecord => ({
  type: 'node',
  id: node.identity.node,
  version: 1,
  name: STATIONS.find(({ id }) => id === node.station)?.name ?? node.station,
  publicKey: toHex(node.identity.keys.publicKey),
  stations: [node.station],
  parent,
  lease: node.identity.lease,
  revoked: null,
})

/** Publishes records at the root, failing loudly. */
export async function publish(root: Node, records: readonly DirectoryRecord[]): Promise<void> {
  const published = await root.engine.office.publish(null, records)
  if (!published.ok) throw new Error(published.problem.message)
}

/** The county's root alone, with the stations and sample items published. */
export async function openCountyRoot(storage: Storage = new MemoryStorage(), host: Host = testHost): Promise<Node> {
  const root = await openNode({ station: COUNTY, lease: 1, storage, host })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  return root
}

export interface County {
  readonly root: Node
  readonly township: Node
  readonly village: Node
}

/** Root, township and village, registered with each other but not yet connected. */
export async function openCounty(
  storageOf: (station: StationCode) => Storage = () => new MemoryStorage(),
  host: Host = testHost,
  knowledge?: Knowledge,
): Promise<County> {
  const at = (station: StationCode) => ({
    station,
    storage: storageOf(station),
    host,
    ...(knowledge ? { knowledge } : {}),
  })
  const root = await openNode({ ...at(COUNTY), lease: 1 })
  const township = await openNode({ ...at(TOWNSHIP), lease: 2, parent: root, root })
  const village = await openNode({ ...at(VILLAGE), lease: 3, parent: township, root })
  await publish(root, [
    ...STATIONS,
    nodeRecord(root, null),
    nodeRecord(township, root.identity.node),
    nodeRecord(village, township.identity.node),
    ...SAMPLE_ITEMS,
  ])
  return { root, township, village }
}

export interface Linked {
  /** How the link ended, from the child's side. */
  readonly ended: Promise<LinkEnd>
  cut(): void
}

/** Connects a child to its parent in memory. */
export function connect(child: Node, parent: Node): Linked {
  const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
  const ended = child.engine.attach(up, 'up')
  void parent.engine.attach(down, 'down')
  return { ended, cut: () => up.close('cut by the test') }
}

/** Waits until a condition holds, looking again after every turn of the event loop; fails after the bound. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  boundMilliseconds = 10_000,
): Promise<void> {
  const end = monotonic() + boundMilliseconds
  while (!(await holds())) {
    if (monotonic() > end) throw new Error(`not reached within ${boundMilliseconds} ms: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Waits until a node has listed everything that is stored (rule S163). */
export const untilListed = ({ engine }: Node): Promise<void> =>
  until('everything is listed', async () => (await engine.office.status()).unlisted === 0)

/** What a node has to say of the entries of a document, once it has listed everything that is stored. */
export async function receiptsAt(node: Node, document: DocumentId): Promise<readonly ReceiptRow[]> {
  await untilListed(node)
  return node.storage.receiptsOf(document)
}

/** Counts every material of a case as brought, as a counter does before it accepts (rule C160). */
export async function bringAll({ engine: { office } }: Node, actor: Actor, id: DocumentId): Promise<void> {
  const seen = await office.view(actor, id)
  if (!seen.ok) throw new Error(seen.problem.message)
  const counted = (seen.value.item?.materials ?? []).map((rule) => [rule.id, { state: 'copy', copies: 1 }])
  const edited = await office.edit(actor, id, 'materials', { set: Object.fromEntries(counted) })
  if (!edited.ok) throw new Error(edited.problem.message)
}

/** Keeps calling, as the program does, until a condition holds. */
export async function callUntil(
  child: Node,
  parent: Node,
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<Linked> {
  let link = connect(child, parent)
  let ended = false
  const watch = () => {
    ended = false
    void link.ended.then(() => {
      ended = true
    })
  }
  watch()
  await until(what, async () => {
    if (ended) {
      link = connect(child, parent)
      watch()
    }
    return holds()
  })
  return link
}
