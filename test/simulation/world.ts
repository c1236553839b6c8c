/** A county of machines: who there is, how each starts, dies, goes back in time and finds its parent again. */

import { afterEnd, nextPause, type Waiting } from '#edge-node/reconnect.ts'
import type { DirectoryRecord, NodeRecord, Station } from '#protocol/casework/directory.ts'
import { SAMPLE_ITEMS } from '#protocol/casework/sample-items.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Identity } from '#protocol/engine/identity.ts'
import { openEngine } from '#protocol/engine/open.ts'
import { NO_CHANGE } from '#protocol/engine/storage.ts'
import { type LogKey, logParts, type StationCode, toHex } from '#protocol/ids.ts'
import { type FileIdentity, judgeDatabase, nextIncarnation, type Sidecar } from '#protocol/log/incarnation.ts'
import type { MemorySnapshot } from '#protocol/storage/memory.ts'
import { nodeIdOf } from '#protocol/transport/node-host.ts'
import { type Chance, createChance } from './chance.ts'
import { createDisk, type Disk, type Ledger, noteGone, storageOf } from './disk.ts'
import { createNetwork, type Network } from './network.ts'
import { createProcess, hostOf, type Process } from './process.ts'
import { createKeyring } from './stand-in.ts'
import { createTimeline, type Timeline } from './timeline.ts'

/** 2026-09-21 08:00 in China: an ordinary working morning. */
const MORNING = 1_789_948_800_000

type WritableDisk = Disk & { take(change: Parameters<ReturnType<typeof createDisk>['take']>[0]): void }

export interface Running {
  readonly process: Process
  readonly engine: Engine
}

export interface Machine {
  readonly name: string
  readonly station: StationCode
  readonly identity: Identity
  readonly disk: WritableDisk
  readonly chance: Chance
  sidecar: Sidecar | undefined
  file: FileIdentity
  process: Process | undefined
  running: Running | undefined
  /** Cut off from the network. */
  offline: boolean
  /** Put back or copied together with its sidecar, so that only its peers can tell it. */
  imaged: boolean
  /** Given up for good: stolen, broken, replaced. */
  scrapped: boolean
  /** Milliseconds this clock is ahead of virtual time. */
  clock: number
  readonly backups: { readonly at: number; readonly snapshot: MemorySnapshot; readonly sidecar: Sidecar | undefined }[]
  /** The machine its last link to the parent reached, and when that was. */
  contact: { readonly machine: Machine; readonly at: number } | undefined
}

export interface World {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly network: Network
  readonly ledger: Ledger
  readonly stations: readonly Station[]
  readonly machines: Machine[]
  readonly root: Machine
  readonly violations: { readonly rule: string; readonly detail: string; readonly at: number }[]
  readonly faults: Record<string, number>
  /** Pairs of machines that cannot reach each other. */
  readonly splits: Set<string>
  readonly traceHash: () => string
  /** What the root publishes before anything else happens. */
  firstRecords(): readonly DirectoryRecord[]
  fault(kind: string): void
  violation(rule: string, detail: string): void
  publish(records: readonly DirectoryRecord[]): Promise<void>
  /** Enters machines that are missing in the register. */
  register(): Promise<void>
  start(machine: Machine): Promise<void>
  /** Ends a process; `power` leaves its links hanging, otherwise the peers hear of it. */
  stop(machine: Machine, how: 'power' | 'reset'): void
  restore(machine: Machine, backup: Machine['backups'][number], sidecar: 'survives' | 'lost' | 'image'): void
  copy(machine: Machine, how: 'image' | 'files'): Machine
  replace(machine: Machine): Promise<Machine | undefined>
  scrap(machine: Machine): void
  /** Another link of the same machine beside the one it has. */
  callTwice(machine: Machine): void
}

const key = (left: Machine, right: Machine) => [left.name, right.name].sort().join('|')
export const splitKey = key

function treeOf(chance: Chance): Station[] {
  const station = (id: string, tier: Station['tier'], parent: string | null): Station => ({
    type: 'station',
    id: id as StationCode,
    version: 1,
    name: `站${id}`,
    tier,
    parent: parent as StationCode | null,
  })
  const stations = [station('510724', 'county', null)]
  for (const town of ['510724101', '510724102']) {
    stations.push(station(town, 'township', '510724'))
    const villages = chance.between(2, 3)
    for (let village = 1; village <= villages; village++) stations.push(station(`${town}20${village}`, 'village', town))
  }
  return stations
}

/** Sees every frame (`from>to`) and every fault (without bytes), for whoever follows a failing seed. */
export type Observer = (at: number, what: string, frame: Uint8Array) => void

/** Builds the county of a seed; nothing runs yet. */
export function createWorld(seed: number, observe?: Observer): World {
  const chance = createChance(`county ${seed}`)
  const timeline = createTimeline()
  const keyring = createKeyring()
  const stations = treeOf(chance.branch('tree'))
  const violations: { rule: string; detail: string; at: number }[] = []
  const faults: Record<string, number> = {}
  const trace = { a: 0x811c9dc5, b: 1 }
  const mix = (text: string, bytes: Uint8Array) => {
    observe?.(timeline.now, text, bytes)
    for (let index = 0; index < text.length; index++) trace.a = Math.imul(trace.a ^ text.charCodeAt(index), 0x01000193)
    for (let index = 0; index < bytes.length; index++)
      trace.b = Math.imul(trace.b ^ (bytes[index] as number), 0x01000193) + 1
    trace.a = Math.imul(trace.a ^ timeline.now, 0x01000193)
  }
  const violation = (rule: string, detail: string) => {
    if (violations.length < 20) violations.push({ rule, detail, at: timeline.now })
  }
  const ledger: Ledger = {
    entries: new Map(),
    carriers: new Map(),
    twins: new Map(),
    contents: new Map(),
    disks: new Set(),
    gone: new Set(),
    violation,
  }
  const network = createNetwork(timeline, chance.branch('network'), { trace: mix, violation })
  const machines: Machine[] = []
  const splits = new Set<string>()
  let lease = 0
  let files = 0

  const newFile = (): FileIdentity => ({ device: '1', inode: String(++files), born: files, machine: null })
  const newMachine = (name: string, station: StationCode, identity: Identity): Machine => ({
    name,
    station,
    identity,
    disk: createDisk(name, ledger),
    chance: chance.branch(`machine ${name}`),
    sidecar: undefined,
    file: newFile(),
    process: undefined,
    running: undefined,
    offline: false,
    imaged: false,
    scrapped: false,
    clock: 0,
    backups: [],
    contact: undefined,
  })
  const enrol = (name: string, station: Station): Machine => {
    const keys = keyring.generate(chance.branch(`keys ${name}`))
    const node = nodeIdOf(keys.publicKey)
    const above = machines.find((machine) => machine.station === station.parent && !machine.scrapped)
    const root = machines[0]?.identity
    lease += 1
    const identity: Identity = {
      node,
      keys,
      root: { node: root?.node ?? node, publicKey: root?.keys.publicKey ?? keys.publicKey },
      parent: above ? { node: above.identity.node, publicKey: above.identity.keys.publicKey, name: above.name } : null,
      lease,
    }
    const machine = newMachine(name, station.id, identity)
    machines.push(machine)
    return machine
  }
  for (const station of stations) enrol(station.id.slice(6) || 'hub', station)
  const root = machines[0] as Machine

  const wallClock = (machine: Machine) => () => MORNING + Math.floor(timeline.now) + machine.clock

  const remember = (machine: Machine, incarnation: number, ownHeads: Sidecar['ownHeads']) => {
    machine.sidecar = { node: machine.identity.node, incarnation, boots: 0, ownHeads, identity: machine.file }
  }

  /** What a program does at start, as edge-node/database.ts does it: compare with the sidecar, then open. */
  const start = async (machine: Machine): Promise<void> => {
    if (machine.process?.alive || machine.scrapped) return
    const process = createProcess(timeline)
    machine.process = process
    process.onDeath = () => {
      machine.running = undefined
    }
    const random = machine.chance.branch(`start ${timeline.now}`)
    const storage = storageOf(machine.disk, process, random.branch('disk'))
    const { heads } = await storage.load()
    const kept = await storage.local('node', 'incarnation')
    const claimed = kept === undefined ? null : Number(kept)
    const own = heads.filter((head) => logParts(head.key).node === machine.identity.node && head.height > 0)
    const ownHeads: Record<LogKey, { seq: number; hash: string }> = {}
    for (const head of own) ownHeads[head.key] = { seq: head.height, hash: toHex(head.hash) }
    const { rotate } = judgeDatabase(
      machine.sidecar ? { state: 'present', sidecar: machine.sidecar } : { state: 'missing' },
      { node: machine.identity.node, incarnation: claimed, ownHeads, identity: machine.file },
    )
    const known = new Set(own.map((head) => logParts(head.key).incarnation))
    if (machine.sidecar) known.add(machine.sidecar.incarnation)
    const rotated = async (next: number) => {
      remember(machine, next, {})
      await storage.commit({ ...NO_CHANGE, local: [{ space: 'node', key: 'incarnation', value: String(next) }] })
    }
    const incarnation = claimed === null || rotate ? nextIncarnation(known, (bound) => random.below(bound)) : claimed
    if (incarnation === claimed) remember(machine, incarnation, ownHeads)
    else
      try {
        await rotated(incarnation)
      } catch {
        process.die() // the disk is full: the program says so and ends; somebody starts it again
        return
      }
    const host = hostOf(process, timeline, random.branch('host'), keyring, wallClock(machine))
    const opened = await openEngine({ storage, host, identity: machine.identity, incarnation, rotated, version: 'sim' })
    if (!process.alive) return
    if (!opened.ok) throw new Error(opened.problem.message)
    const engine = opened.value
    machine.running = { process, engine }
    let following = false
    engine.office.watch(() => {
      if (following) return
      following = true
      timeline.after(1_000, () => {
        following = false
        if (process.alive) remember(machine, engine.incarnation, engine.ownHeads() as Sidecar['ownHeads'])
      })
    })
    if (machine.identity.parent) callParent(machine, { process, engine })
  }

  const reachable = (machine: Machine): Machine | undefined => {
    const above = machines.filter(
      (other) =>
        other.identity.node === machine.identity.parent?.node &&
        other.running !== undefined &&
        !other.offline &&
        !splits.has(key(machine, other)),
    )
    return machine.offline || above.length === 0 ? undefined : machine.chance.pick(above)
  }

  const callOnce = async (machine: Machine, running: Running) => {
    const above = reachable(machine)
    if (!above?.running) return { reason: 'unreachable', liveMilliseconds: 0, retryAfterSeconds: null, retry: true }
    const parentRunning = above.running
    const { up, down } = network.connect(
      { name: machine.name, process: running.process },
      { name: above.name, process: parentRunning.process },
    )
    machine.contact = { machine: above, at: timeline.now }
    void parentRunning.engine.attach(down, 'down')
    return running.engine.attach(up, 'up')
  }

  const callParent = (machine: Machine, running: Running): void => {
    let waiting: Waiting = { for: 'slot', node: machine.identity.node }
    const call = () => {
      timeline.after(nextPause(waiting, machine.chance.next()), async () => {
        if (!running.process.alive) return
        waiting = afterEnd(waiting, await callOnce(machine, running))
        if (running.process.alive) call()
      })
    }
    call()
  }

  const nodeRecord = (machine: Machine): NodeRecord => ({
    type: 'node',
    id: machine.identity.node,
    version: 1,
    name: machine.name,
    publicKey: toHex(machine.identity.keys.publicKey),
    stations: [machine.station],
    parent: machine.identity.parent?.node ?? null,
    lease: machine.identity.lease,
    revoked: null,
  })

  const world: World = {
    timeline,
    chance,
    network,
    ledger,
    stations,
    machines,
    root,
    violations,
    faults,
    splits,
    traceHash: () => `${(trace.a >>> 0).toString(16)}-${(trace.b >>> 0).toString(16)}`,
    firstRecords: () => [...stations, ...machines.map(nodeRecord), SAMPLE_ITEMS[0] as DirectoryRecord],
    fault: (kind) => {
      faults[kind] = (faults[kind] ?? 0) + 1
      mix(kind, new Uint8Array())
    },
    violation,
    async publish(records) {
      const office = root.running?.engine.office
      const published = await office?.publish(null, records)
      if (published?.ok) return
      if (published && !published.problem.code.startsWith('storage'))
        violation('M1', `publish: ${published.problem.code}`)
    },
    /** An administrator who sees that a machine is not in the register enters it (again). */
    async register() {
      const known = root.running?.engine.office.directory
      const missing = known ? machines.filter(({ identity }) => !known.node(identity.node)) : []
      if (missing.length > 0) await world.publish(missing.map(nodeRecord))
    },
    start: (machine) => start(machine),
    stop(machine, how) {
      const wires = [...network.wires].filter(({ child, parent }) => child === machine.name || parent === machine.name)
      machine.process?.die()
      for (const wire of wires) how === 'power' ? wire.hang() : wire.cut()
    },
    restore(machine, backup, sidecar) {
      machine.disk.restoredAt = timeline.now
      machine.disk.restore(backup.snapshot)
      if (sidecar === 'lost') machine.sidecar = undefined
      if (sidecar === 'image') {
        machine.sidecar = backup.sidecar
        machine.imaged = true
      }
      machine.backups.splice(0, machine.backups.length, ...machine.backups.filter(({ at }) => at <= backup.at))
    },
    copy(machine, how) {
      const twin = newMachine(`${machine.name}'`, machine.station, machine.identity)
      twin.disk.restore(machine.disk.memory.snapshot())
      twin.sidecar = machine.sidecar
      if (how === 'image') {
        twin.file = machine.file
        twin.imaged = true
        machine.imaged = true
      }
      twin.clock = machine.clock
      machines.push(twin)
      return twin
    },
    async replace(machine) {
      const station = stations.find(({ id }) => id === machine.station) as Station
      world.scrap(machine)
      const fresh = enrol(`${machine.name}+`, station)
      await world.publish([
        { ...nodeRecord(machine), revoked: { time: wallClock(machine)(), reason: '更换' } },
        nodeRecord(fresh),
      ])
      return fresh
    },
    scrap(machine) {
      world.stop(machine, 'power')
      machine.scrapped = true
      ledger.disks.delete(machine.disk)
      noteGone(ledger, [...machine.disk.held.values()].flat())
    },
    callTwice(machine) {
      const { running } = machine
      if (running) void callOnce(machine, running)
    },
  }
  return world
}
