/** A county of machines: who there is, what goes wrong, and what was seen. */
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { DirectoryRecord, Station } from '#protocol/casework/directory.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { FileIdentity, Sidecar } from '#protocol/log/incarnation.ts'
import type { MemorySnapshot } from '#protocol/storage/memory.ts'
import { type Chance, createChance } from './chance.ts'
import type { Ledger, WritableDisk } from './disk.ts'
import { createNetwork, type Network } from './network.ts'
import type { Process } from './process.ts'
import { createKeyring, type Keyring } from './stand-in.ts'
import { createTimeline, type Timeline } from './timeline.ts'

export interface Running {
  readonly process: Process
  readonly engine: Engine
}

export interface Backup {
  readonly at: number
  readonly snapshot: MemorySnapshot
  readonly sidecar: Sidecar | undefined
}

export interface Machine {
  readonly name: string
  readonly station: StationCode
  readonly identity: Identity
  readonly disk: WritableDisk
  readonly chance: Chance
  readonly backups: Backup[]
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
  /** Whether it ever reached a parent. */
  called: boolean
}

export interface World {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly keyring: Keyring
  readonly network: Network
  readonly ledger: Ledger
  readonly stations: readonly Station[]
  /** Everything the root publishes besides stations and nodes. */
  readonly published: readonly DirectoryRecord[]
  readonly machines: Machine[]
  readonly violations: { readonly rule: string; readonly detail: string; readonly at: number }[]
  /** Times each kind of fault happened. */
  readonly faults: Record<string, number>
  /** Pairs of machines that cannot reach each other. */
  readonly splits: Set<string>
  readonly traceHash: () => string
  /** The true time in milliseconds since 1970. */
  now(): number
  fault(kind: string): void
  violation(rule: string, detail: string): void
}

/** Sees every frame (`from>to`) and every fault (without bytes), for whoever follows a failing seed. */
export type Observer = (at: number, what: string, frame: Uint8Array) => void

/** The machine of the county hall. */
export const rootOf = (world: World): Machine => world.machines[0] as Machine

/** Machines that nobody has given up. */
export const inUse = (world: World): Machine[] => world.machines.filter(({ scrapped }) => !scrapped)

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

/** Everything that passes over the wire and every fault, in one number each. */
function createTrace(timeline: Timeline, observe: Observer | undefined) {
  let [texts, bytes] = [0x811c9dc5, 1]
  return {
    mix(text: string, frame: Uint8Array) {
      observe?.(timeline.now, text, frame)
      for (let index = 0; index < text.length; index++) texts = Math.imul(texts ^ text.charCodeAt(index), 0x01000193)
      for (const byte of frame) bytes = Math.imul(bytes ^ byte, 0x01000193) + 1
      texts = Math.imul(texts ^ timeline.now, 0x01000193)
    },
    hash: () => `${(texts >>> 0).toString(16)}-${(bytes >>> 0).toString(16)}`,
  }
}

/** Violations kept of one run; the first ones tell the most. */
const VIOLATIONS_KEPT = 20

/** 2026-09-21 08:00 in China: an ordinary working morning. */
const MORNING = 1_789_948_800_000

/** What a county is made of. */
export interface Plan {
  readonly stations: readonly Station[]
  readonly published: readonly DirectoryRecord[]
}

/** The world of a seed, without machines. */
export function createWorld(seed: number, observe?: Observer, plan?: Plan): World {
  const chance = createChance(`county ${seed}`)
  const timeline = createTimeline()
  const trace = createTrace(timeline, observe)
  const violations: { rule: string; detail: string; at: number }[] = []
  const violation = (rule: string, detail: string) => {
    if (violations.length < VIOLATIONS_KEPT) violations.push({ rule, detail, at: timeline.now })
  }
  const faults: Record<string, number> = {}
  return {
    timeline,
    chance,
    keyring: createKeyring(),
    network: createNetwork(timeline, chance.branch('network'), { trace: trace.mix, violation }),
    ledger: {
      entries: new Map(),
      carriers: new Map(),
      twins: new Map(),
      contents: new Map(),
      disks: new Set(),
      gone: new Set(),
      violation,
    },
    stations: plan?.stations ?? treeOf(chance.branch('tree')),
    published: plan?.published ?? SAMPLE_ITEMS.slice(0, 1),
    machines: [],
    violations,
    faults,
    splits: new Set(),
    traceHash: trace.hash,
    now: () => MORNING + Math.floor(timeline.now),
    fault(kind) {
      faults[kind] = (faults[kind] ?? 0) + 1
      trace.mix(kind, new Uint8Array())
    },
    violation,
  }
}
