/** The real engine over memory, as the one node of the desk tests: it is its own root and serves every station given. */
import type { NodeRecord, Station } from '#protocol/casework/directory.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type NodeId, toHex } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'

export interface OpenedOffice {
  readonly engine: Engine
  readonly root: NodeId
  readonly storage: MemoryStorage
}

export async function openOffice(host: Host, stations: readonly Station[]): Promise<OpenedOffice> {
  const keys = generateKeys()
  const root = nodeIdOf(keys.publicKey)
  const identity = { node: root, keys, root: { node: root, publicKey: keys.publicKey }, parent: null, lease: 1 }
  const storage = new MemoryStorage()
  const opened = await openEngine({
    storage,
    host,
    identity,
    incarnation: 1,
    rotated: async () => undefined,
    version: 'test',
  })
  if (!opened.ok) throw new Error(opened.problem.message)
  const record: NodeRecord = {
    type: 'node',
    id: root,
    version: 1,
    name: '县中心',
    publicKey: toHex(keys.publicKey),
    stations: stations.map((station) => station.id),
    parent: null,
    lease: 1,
    revoked: null,
  }
  const published = await opened.value.office.publish(null, [...stations, record])
  if (!published.ok) throw new Error(published.problem.message)
  return { engine: opened.value, root, storage }
}
