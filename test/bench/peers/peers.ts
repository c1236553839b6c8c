/** The product beside what somebody would take instead: the same cases, in the same run, over the same floor. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { monotonic } from '#test/clock/monotonic.ts'
import { runFloor } from '../catch-up.ts'
import { type Bench, type Figures, median, type Scenario, withWorkers } from '../scenario.ts'
import { runStorm, STORM_CASES, STORM_NODES } from '../storm.ts'
import type { Storm } from '../storm-client.ts'
import { installPeer } from './install.ts'
import { type Offline, turnOfOurs } from './own-turn.ts'
import type { PeerWriting } from './peer.ts'
import { type Peer, stormOfPeer, turnOfPeer } from './peer-turn.ts'
import { type StartWorker, type Turn, usingWorkers, within } from './turn.ts'

const CASES = STORM_NODES * STORM_CASES
const PEER_NAMES = ['pouchdb', 'hocuspocus']
const OURS = 'ours'
/** Behind a turn that took longer no other one follows: what peers take together stays within minutes. */
const SLOW_SECONDS = 60

/** Says why figures are missing; the bench goes on without them. */
const leftOut = (what: string) => (problem: unknown) => {
  console.error(`peers: ${what} is left out: ${problem instanceof Error ? problem.message : problem}`)
  return undefined
}

/** A peer whose clients have written everything offline; nothing when it cannot be had. */
async function openPeer(bench: Bench, made: Offline, name: string, start: StartWorker): Promise<Peer | undefined> {
  const packages = await installPeer(name).catch(leftOut(name))
  if (packages === undefined) return undefined
  const { file: payload, entries } = made.payload
  const client = start(`${name}-client`)
  const writing: PeerWriting = { packages, folder: join(bench.folder, `${name}-client`), payload, clients: 1 }
  const isWritten = await within(client.ask('make', writing)).then(() => true, leftOut(name))
  if (!isWritten) return undefined
  return { name, packages, client, cases: CASES, entries }
}

/** Floors of a run, and everybody's turns beside them. */
export interface Measured {
  readonly floors: readonly number[]
  readonly turns: ReadonlyMap<string, readonly Turn[]>
}

/** One turn of a peer and what it took; a peer that failed, or was too slow for as many turns as ours, takes no more. */
async function peerTurn(bench: Bench, peer: Peer, turn: number): Promise<{ turn?: Turn; isLast: boolean }> {
  const started = monotonic()
  const folder = join(bench.folder, `${peer.name}-${turn}`)
  const measured = await turnOfPeer(bench, peer, folder).catch(leftOut(`${peer.name}, turn ${turn + 1},`))
  return { turn: measured, isLast: !measured || monotonic() - started > SLOW_SECONDS * 1_000 }
}

/** Floor, ours and every peer in turn. */
async function inTurns(bench: Bench, made: Offline, peers: readonly Peer[]): Promise<Measured> {
  const floors: number[] = []
  const turns = new Map<string, Turn[]>([OURS, ...PEER_NAMES].map((name) => [name, []]))
  const over = new Set<Peer>()
  for (let turn = 0; turn < bench.repeats; turn++) {
    floors.push((await runFloor(bench, made.payload.file, turn)).milliseconds)
    turns.get(OURS)?.push(await turnOfOurs(bench, made, join(bench.folder, `${OURS}-${turn}`)))
    for (const peer of peers.filter((one) => !over.has(one))) {
      const measured = await peerTurn(bench, peer, turn)
      if (measured.turn) turns.get(peer.name)?.push(measured.turn)
      if (measured.isLast) over.add(peer)
    }
  }
  return { floors, turns }
}

/** The product's own storm, as in its scenario. */
async function stormOfOurs(bench: Bench): Promise<number> {
  const folder = join(bench.folder, 'storm')
  await mkdir(folder, { recursive: true })
  return withWorkers(bench, ['storm-client'], async (client) => {
    const made = await client.ask<Storm>('make', { folder, nodes: STORM_NODES, cases: STORM_CASES })
    return (await runStorm({ ...bench, folder }, made, client, 0)).all
  })
}

/** A hundred clients at once, once for everybody who got through his turns. */
async function storms(bench: Bench, made: Offline, peers: readonly Peer[]): Promise<Figures> {
  const figures: Record<string, number> = { [`storm_ms_${OURS}`]: await stormOfOurs(bench) }
  for (const { name, packages } of peers) {
    const all = await stormOfPeer(bench, { name, packages, payload: made.payload.file }).catch(
      leftOut(`${name}, storm,`),
    )
    if (all !== undefined) figures[`storm_ms_${name}`] = all
  }
  return figures
}

/** One figure of everybody, side by side. */
function sideBySide<Of>(
  name: string,
  turns: ReadonlyMap<string, readonly Of[]>,
  figure: (all: readonly Of[]) => number,
) {
  const measured = [...turns].filter(([, all]) => all.length > 0)
  return Object.fromEntries(measured.map(([who, all]) => [`${name}_${who}`, figure(all)]))
}

/** Figures of everybody side by side; who has no turns has nothing but their number. */
export function peerFigures({ floors, turns }: Measured): Figures {
  const middle = (name: keyof Turn) => sideBySide(name, turns, (all) => median(all.map((turn) => turn[name])))
  const ratio = (name: 'up_ms' | 'down_ms') => (all: readonly Turn[]) =>
    median(all.map((turn, place) => turn[name] / (floors[place] as number)))
  return {
    ...Object.fromEntries([...turns].map(([who, all]) => [`turns_${who}`, all.length])),
    floor_ms: median(floors),
    ...middle('up_ms'),
    ...sideBySide('up_ratio', turns, ratio('up_ms')),
    ...middle('up_bytes'),
    ...middle('up_server_cpu_ms'),
    ...middle('up_client_cpu_ms'),
    ...middle('down_ms'),
    ...sideBySide('down_ratio', turns, ratio('down_ms')),
    ...middle('down_bytes'),
    ...middle('unchanged_bytes'),
    ...sideBySide('lost_entries', turns, (all) => Math.max(...all.map((turn) => turn.lost_entries))),
  }
}

export const PEERS: Scenario = {
  name: 'peers',
  what: `${CASES} cases written offline go up, to the product and to what somebody would take instead; their server is killed at the last acknowledgement and started again; everything comes down to an empty client; a link on which nothing is new; and ${STORM_NODES} clients with ${STORM_CASES} cases each that call at once (one turn)`,
  goals: {},
  run: (bench) =>
    usingWorkers(bench, async (start) => {
      const asked = { folder: bench.folder, cases: CASES }
      const made = await withWorkers(bench, ['maker'], (maker) => maker.ask<Offline>('offline', asked))
      const peers: Peer[] = []
      for (const name of PEER_NAMES) {
        const peer = await openPeer(bench, made, name, start)
        if (peer) peers.push(peer)
      }
      const measured = await inTurns(bench, made, peers)
      const ableOnes = peers.filter(({ name }) => measured.turns.get(name)?.length)
      return {
        entries: made.payload.entries,
        payload_bytes: made.payload.bytes,
        ...peerFigures(measured),
        ...(await storms(bench, made, ableOnes)),
      }
    }),
}
