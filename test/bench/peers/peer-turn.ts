/** One turn of a peer: its clients bring up what they wrote offline, and its server is killed and started over its files. */
import { join } from 'node:path'
import { type Bench, processorTimes } from '../scenario.ts'
import { STORM_NODES } from '../storm.ts'
import type { Worker } from '../worker-port.ts'
import type { PeerReading, PeerServing, PeerTimes, PeerWriting } from './peer.ts'
import { added, type StartWorker, type Turn, workersWithin } from './turn.ts'

export interface Peer {
  readonly name: string
  readonly packages: string
  /** The process whose clients hold everything that was written offline. */
  readonly client: Worker
  readonly cases: number
  readonly entries: number
}

interface Served {
  readonly server: Worker
  readonly port: number
  count(): Promise<number>
}

/** Starts a peer's server over a folder. */
export async function servePeer(
  peer: Pick<Peer, 'name' | 'packages'>,
  start: StartWorker,
  folder: string,
): Promise<Served> {
  const server = start(`${peer.name}-server`)
  const port = await server.ask<number>('open', { packages: peer.packages, folder } satisfies PeerServing)
  return { server, port, count: () => server.ask<number>('bytes') }
}

/** Everything goes up; at the acknowledgement the server is killed while its clients are still there. */
async function upAndKill({ client }: Peer, { server, port, count }: Served) {
  let up_ms = 0
  const [up_server_cpu_ms, up_client_cpu_ms] = await processorTimes([server, client], async () => {
    up_ms = await client.ask<number>('up', { port })
  })
  const up_bytes = await count()
  await server.kill()
  await client.ask('leave')
  return { up_ms, up_bytes, up_server_cpu_ms, up_client_cpu_ms }
}

/** An empty client in a process of its own takes down what there is. */
async function takeDown(peer: Peer, { port, count }: Served, start: StartWorker, folder: string) {
  const reader = start(`${peer.name}-client`)
  const reading: PeerReading = { packages: peer.packages, folder, port, cases: peer.cases }
  let times: PeerTimes = { milliseconds: 0, entries: 0 }
  const bytes = await added(count, async () => {
    times = await reader.ask<PeerTimes>('down', reading)
  })
  await reader.stop()
  return { ...times, bytes }
}

/** One turn in a new folder. */
export function turnOfPeer(bench: Bench, peer: Peer, folder: string): Promise<Turn> {
  return workersWithin(bench, async (start) => {
    const files = join(folder, 'server')
    const up = await upAndKill(peer, await servePeer(peer, start, files))
    const again = await servePeer(peer, start, files)
    const survived = await takeDown(peer, again, start, join(folder, 'first-reader'))
    // The clients bring anew what did not outlive the kill.
    const meet = () => peer.client.ask('meet', { port: again.port })
    const leave = async () => {
      await peer.client.ask('leave')
      await again.server.ask('idle')
    }
    await meet()
    await leave()
    const isWhole = survived.entries === peer.entries
    const down = isWhole ? survived : await takeDown(peer, again, start, join(folder, 'second-reader'))
    if (down.entries !== peer.entries) throw new Error(`${down.entries} of ${peer.entries} entries came down`)
    const unchanged_bytes = await added(again.count, meet)
    await leave()
    const lost_entries = peer.entries - survived.entries
    return { ...up, lost_entries, down_ms: down.milliseconds, down_bytes: down.bytes, unchanged_bytes }
  })
}

/** The same entries shared out among the clients of the storm, which all call at once. */
export function stormOfPeer(
  bench: Bench,
  { name, packages, payload }: Pick<PeerWriting, 'packages' | 'payload'> & { readonly name: string },
): Promise<number> {
  return workersWithin(bench, async (start) => {
    const folder = join(bench.folder, `${name}-storm`)
    const client = start(`${name}-client`)
    const writing: PeerWriting = { packages, folder: join(folder, 'clients'), payload, clients: STORM_NODES }
    await client.ask('make', writing)
    const { port } = await servePeer({ name, packages }, start, join(folder, 'server'))
    return client.ask<number>('up', { port })
  })
}
