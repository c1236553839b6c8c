/** The hundred villages of the storm in one process: each with its own key, log and engine, all calling at once. */
import { join } from 'node:path'
import type { Change } from '#protocol/engine/ports/storage.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import type { Node } from '#test/engine/county.ts'
import { casesAsChanges, generatorOf, openBenchCounty } from './county.ts'
import { engineOver, type OpenedNode, type SavedNode, saveNode } from './databases.ts'
import { type AwaitedHeight, connectUp } from './linked-node.ts'
import { arrivalOf, makePayload, type Payload, recordsOf } from './make.ts'
import type { Commands } from './worker-port.ts'

export interface Storm {
  readonly parent: SavedNode
  readonly payload: Payload
}

export interface StormTimes {
  /** From the first call to the last acknowledgement, in milliseconds. */
  readonly all: number
  /** From each node's own call to its last acknowledgement. */
  readonly each: readonly number[]
}

interface Village {
  readonly node: Node
  readonly snapshot: ReturnType<MemoryStorage['snapshot']>
  readonly awaited: AwaitedHeight
}

/** Questions the process answers: make everything, then run one storm after the other. */
export function stormRole(): Commands {
  let villages: readonly Village[] = []
  return {
    async make({ folder, nodes, cases }: { folder: string; nodes: number; cases: number }): Promise<Storm> {
      const county = await openBenchCounty(nodes)
      const changes: Change[] = []
      villages = await Promise.all(
        county.villages.map((node, place) => writeVillage(node, place * cases, cases, changes)),
      )
      const records = recordsOf(changes.flatMap(({ packs }) => packs))
      const payload = await makePayload(join(folder, 'payload.bin'), records)
      return { parent: await saveNode(county.township, join(folder, 'parent.db')), payload }
    },
    async run({ port }: { port: number }): Promise<StormTimes> {
      const opened = await Promise.all(villages.map(reopen))
      const started = monotonic()
      const links = await Promise.all(
        opened.map((node, place) => connectUp(node, port, (villages[place] as Village).awaited)),
      )
      const times = {
        all: Math.max(...links.map(({ reached }) => reached)) - started,
        each: links.map((link) => link.reached - link.started),
      }
      await Promise.all(opened.map(({ engine }) => engine.stop()))
      return times
    },
  }
}

async function writeVillage(node: Node, first: number, cases: number, all: Change[]): Promise<Village> {
  const generator = generatorOf(node, await arrivalOf(node), { packing: 'written', signed: true, safe: false })
  const storage = node.storage as MemoryStorage
  for (const change of casesAsChanges(generator, first, cases)) {
    await storage.commit(change)
    all.push(change)
  }
  await node.engine.stop()
  return { node, snapshot: storage.snapshot(), awaited: { log: generator.log, height: generator.height } }
}

/** The same village as it was before any storm. */
async function reopen({ node: { identity }, snapshot }: Village): Promise<OpenedNode> {
  const storage = new MemoryStorage()
  storage.restore(snapshot)
  return { engine: await engineOver(storage, identity), storage, identity }
}
