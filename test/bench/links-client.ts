/** Five hundred nodes in one process, each with its own key, log and engine and a link of its own; some of them write. */
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { person } from '#test/engine/county.ts'
import { engineOver, type OpenedNode } from './databases.ts'
import { connectUp } from './linked-node.ts'
import { makeTownship, type ProgramFolder } from './make-program.ts'
import type { Commands } from './worker-port.ts'
import { itemOf, oneMoreFact, value } from './workload.ts'

/** Pause of a writing node between two entries: a busy window writes one in some seconds. */
const PAUSE_MILLISECONDS = 1_000

/** Writes an entry, and again after a pause, until it is told to stop. */
function writing({ engine: { office } }: OpenedNode): () => Promise<void> {
  let stopped = false
  const [station] = office.stations
  if (!station) throw new Error('a node of the bench serves a station')
  const agent = person(station.id, ['agent'])
  const run = async () => {
    const { id } = value(await office.openCase(agent, itemOf(0)))
    for (let index = 0; !stopped; index++) {
      const { kind, fields } = oneMoreFact(index)
      value(await office.act(agent, id, kind, fields))
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
    }
  }
  const running = run()
  return () => {
    stopped = true
    return running
  }
}

/** Questions the process answers: make the township's folder, connect everybody, stop. */
export function linksRole(): Commands {
  let villages: Awaited<ReturnType<typeof makeTownship>>['villages'] = []
  let opened: OpenedNode[] = []
  let stops: (() => Promise<void>)[] = []
  return {
    async make({ folder, nodes }: { folder: string; nodes: number }): Promise<ProgramFolder> {
      const township = await makeTownship(folder, nodes)
      villages = township.villages
      return township.made
    },
    async connect({ address, writers }: { address: string; writers: number }) {
      opened = await Promise.all(
        villages.map(async ({ engine, storage, identity }) => {
          await engine.stop()
          return { engine: await engineOver(storage as MemoryStorage, identity), storage, identity }
        }),
      )
      for (const node of opened) await connectUp(node, `${address.replace('http', 'ws')}/link`, 'live')
      stops = opened.slice(0, writers).map(writing)
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
      await Promise.all(opened.map(({ engine }) => engine.stop()))
    },
  }
}
