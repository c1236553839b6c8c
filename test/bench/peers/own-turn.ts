/** The product's own turn, in the same steps as those of its peers. */
import type { SavedNode } from '../databases.ts'
import type { LinkBytes } from '../linked-node.ts'
import type { Behind } from '../make.ts'
import { type Bench, freshCopy, processorTimes } from '../scenario.ts'
import type { Worker } from '../worker-port.ts'
import { added, type StartWorker, type Turn, usingWorkers } from './turn.ts'

export type Offline = Behind & { readonly fresh: SavedNode }

interface Files {
  readonly parent: string
  readonly child: string
}

interface Link {
  readonly started: number
  readonly reached: number
}

/** Opens a saved node in a process of its own. */
async function open(start: StartWorker, role: string, saved: SavedNode, file: string): Promise<Worker> {
  const worker = start(role)
  await worker.ask('open', { saved, file })
  return worker
}

/** All bytes of the parent's sockets, as its peers' are counted: with the upgrade. */
const countOf = (parent: Worker) => async () => {
  const { frames, upgrade } = await parent.ask<LinkBytes>('bytes')
  return frames + upgrade
}

/** Everything goes up; at the acknowledgement the parent is killed. */
async function upAndKill({ log, height }: Offline, parent: Worker, child: Worker) {
  const port = await parent.ask<number>('listen')
  let link: Link = { started: 0, reached: 0 }
  const [up_server_cpu_ms, up_client_cpu_ms] = await processorTimes([parent, child], async () => {
    link = await child.ask<Link>('connect', { port, awaited: { log, height } })
  })
  const up_bytes = await countOf(parent)()
  await parent.kill()
  return { up_ms: link.reached - link.started, up_bytes, up_server_cpu_ms, up_client_cpu_ms }
}

/** A new machine with an empty database takes everything down, until its list finds the last case. */
async function takeDown(made: Offline, parent: Worker, port: number, reader: Worker) {
  await reader.ask('watchFor', made.lastCase)
  let down_ms = 0
  const down_bytes = await added(countOf(parent), async () => {
    const { started } = await reader.ask<Link>('connect', { port, awaited: 'live' })
    down_ms = (await reader.ask<number>('found')) - started
  })
  await reader.stop()
  return { down_ms, down_bytes }
}

/** Bytes of a link on which nothing is new, until the child's report was heard. */
async function unchangedBytes(made: Offline, files: Files, start: StartWorker): Promise<number> {
  const parent = await open(start, 'node-parent', made.parent, files.parent)
  const port = await parent.ask<number>('listen')
  const child = await open(start, 'node-child', made.child, files.child)
  await child.ask('connect', { port, awaited: 'live' })
  await parent.ask('reported')
  return countOf(parent)()
}

/** One turn with fresh copies of the databases. */
export function turnOfOurs(bench: Bench, made: Offline, folder: string): Promise<Turn> {
  return usingWorkers(bench, async (start) => {
    const copyOf = ({ file }: SavedNode, name: string) => freshCopy(file, folder, name)
    const files = { parent: await copyOf(made.parent, 'parent.db'), child: await copyOf(made.child, 'child.db') }
    const child = await open(start, 'node-child', made.child, files.child)
    const up = await upAndKill(made, await open(start, 'node-parent', made.parent, files.parent), child)
    const parent = await open(start, 'node-parent', made.parent, files.parent)
    const lost_entries = made.height - (await parent.ask<number>('heightOf', { log: made.log }))
    // A peer's server is idle as well before somebody takes down what it has.
    await parent.ask('watchFor', made.lastCase)
    await parent.ask('found')
    const port = await parent.ask<number>('listen')
    const reader = await open(start, 'node-child', made.fresh, await copyOf(made.fresh, 'fresh.db'))
    const down = await takeDown(made, parent, port, reader)
    // The child hears that its parent, too, still has everything: from here on nothing is new.
    await child.ask('connect', { port, awaited: 'live' })
    for (const worker of [child, parent]) {
      await worker.ask('close')
      await worker.stop()
    }
    return { ...up, lost_entries, ...down, unchanged_bytes: await unchangedBytes(made, files, start) }
  })
}
