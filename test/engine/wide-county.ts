import type { Knowledge } from '#protocol/casework/rules/level.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { Storage } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, logParts, type StationCode } from '#protocol/ids.ts'
import { readEntry, readRecord } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Linked,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'

export const EAST = '510724200' as StationCode
export const EAST_VILLAGE = '510724200201' as StationCode
export const LANDS = '510724900' as StationCode
export const MORE = [
  stationRecord(EAST, '永安镇便民服务中心', 'township', COUNTY),
  stationRecord(EAST_VILLAGE, '东山村便民服务代办点', 'village', EAST),
  stationRecord(LANDS, '自然资源局窗口', 'county', COUNTY),
]

export const agent = person(VILLAGE, ['agent'])
export const clerk = person(TOWNSHIP, ['clerk', 'handler'])
export const eastClerk = person(EAST, ['clerk', 'handler'])
export const eastAgent = person(EAST_VILLAGE, ['agent'])
export const hall = person(COUNTY, ['clerk', 'handler', 'chief', 'coordinator'])

/** Every node of the county by name; the department's and the eastern ones stand beside the usual three. */
export async function place(host: Host = testHost, knowledge?: Knowledge) {
  const disks = new Map<StationCode, MemoryStorage>()
  const disk = (station: StationCode) => {
    const made = disks.get(station) ?? new MemoryStorage()
    disks.set(station, made)
    return made
  }
  const county = await openCounty(disk, host, knowledge)
  const { root } = county
  const open = (station: StationCode, parent: Node, lease: number) =>
    openNode({ station, parent, root, lease, host, storage: disk(station), ...(knowledge ? { knowledge } : {}) })
  const east = await open(EAST, root, 4)
  const eastVillage = await open(EAST_VILLAGE, east, 5)
  const lands = await open(LANDS, root, 6)
  await publish(root, [
    ...MORE,
    nodeRecord(east, root.identity.node),
    nodeRecord(eastVillage, east.identity.node),
    nodeRecord(lands, root.identity.node),
  ])
  return { ...county, east, eastVillage, lands, disk }
}

export const ready = (node: Node) =>
  until(`${node.station} has its station`, () => node.engine.office.stations.length === 1)

/** Connects children to their parents one after the other, so that each knows who it is. */
export async function link(...pairs: readonly (readonly [Node, Node])[]): Promise<Linked[]> {
  const links: Linked[] = []
  for (const [child, parent] of pairs) {
    links.push(connect(child, parent))
    await ready(child)
  }
  return links
}

export const cut = async (links: readonly Linked[]) => {
  for (const one of links) one.cut()
  await Promise.all(links.map(({ ended }) => ended))
}

export const stateAt = async (node: Node, id: DocumentId) => {
  const state = await node.engine.office.state(id)
  return state.ok ? state.value : undefined
}

export const sees = (
  node: Node,
  id: DocumentId,
  what: (state: NonNullable<Awaited<ReturnType<typeof stateAt>>>) => boolean,
) =>
  until(`${node.station} sees it`, async () => {
    const state = await stateAt(node, id)
    return state !== undefined && what(state)
  })

export const form = async (node: Node, id: DocumentId, who: Actor) =>
  value(await node.engine.office.view(who, id)).sections.map((section) => section.value)

/** A case captured in the village and offered to the township in the east. */
export async function offeredEast(village: Node): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST, materials: 1 }))
  return id
}

/** Entries of a case on a disk: outer stream and kind. */
export async function entriesOf(storage: Storage, id: DocumentId) {
  return ((await storage.recordsOf([id])).get(id) ?? []).map(({ log, hash, bytes }) => {
    const record = readRecord(bytes)
    const entry = record && readEntry(log, record, hash)
    if (!entry) throw new Error('unreadable')
    return { stream: logParts(log).stream, node: logParts(log).node, kind: entry.kind, entry }
  })
}
