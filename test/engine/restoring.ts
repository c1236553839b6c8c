/** A small county on disks of its own, whose machines are put back to copies and started again. */

import type { Knowledge } from '#protocol/casework/rules/level.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Linked,
  type Node,
  openCounty,
  openNode,
  person,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'

const disks = () => {
  const storages = new Map([COUNTY, TOWNSHIP, VILLAGE].map((station) => [station, new MemoryStorage()]))
  return (station: string) => storages.get(station as typeof COUNTY) as MemoryStorage
}

/** County, township and village, connected, each with its station. `knowledge`: of the program they all run, if another one. */
export async function place(knowledge?: Knowledge) {
  const diskOf = disks()
  const county = await openCounty(diskOf, undefined, knowledge)
  const links = [connect(county.township, county.root)]
  await until('township has its station', () => county.township.engine.office.stations.length === 1)
  links.push(connect(county.village, county.township))
  await until('village has its station', () => county.village.engine.office.stations.length === 1)
  return { ...county, links, diskOf }
}

/** Ends links and waits until they have ended. */
export const cutAll = async (links: readonly Linked[]) => {
  for (const link of links) link.cut()
  await Promise.all(links.map((link) => link.ended))
}

/** Starts a node again over a storage. */
export const restart = (
  node: Node,
  storage: MemoryStorage,
  parent: Node | undefined,
  root: Node | undefined,
  incarnation: number,
  host: Host = testHost,
) =>
  openNode({
    station: node.station,
    keys: node.identity.keys,
    lease: node.identity.lease,
    storage,
    incarnation,
    host,
    ...(node.knowledge ? { knowledge: node.knowledge } : {}),
    ...(parent ? { parent } : {}),
    ...(root ? { root } : {}),
  })

/** A disk as it is now. */
export const copyOf = (storage: MemoryStorage): MemoryStorage => {
  const copy = new MemoryStorage()
  copy.restore(storage.snapshot())
  return copy
}

const READER = person(TOWNSHIP, ['clerk'])

/** What a section holds, as the page of a case shows it. */
export const sections = async (node: Node, id: DocumentId) => {
  const shown = value(await node.engine.office.view(READER, id)).sections
  return Object.fromEntries(shown.map(({ name, value: held }) => [name, held]))
}

/** Waits until everything of a case is at the county, as a node knows it. */
export const atCounty = (node: Node, id: DocumentId) =>
  until('at the county', async () => (await node.engine.office.safetyOf([id])).get(id) === 'root')
