/** A county of machines: who there is, what goes wrong, and what was seen. */
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { DirectoryRecord, Person, Station, StationRecord } from '#protocol/casework/directory.ts'
import type { Knowledge } from '#protocol/casework/rules/level.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import type { DocumentId, LogKey, NodeId, StationCode } from '#protocol/ids.ts'
import type { FileIdentity, Sidecar } from '#protocol/log/incarnation.ts'
import { type Chance, createChance } from './chance.ts'
import { checkNotTakenBack } from './invariants/claims.ts'
import type { Ledger } from './ledger.ts'
import { createNetwork, type Line, type Network } from './network.ts'
import type { Process } from './process.ts'
import { createKeyring, type Keyring } from './stand-in.ts'
import { createTimeline, type Timeline } from './timeline.ts'
import { type Disk, MEMORY, type Media, type Snapshot, type WritableDisk } from './witnessed-disk.ts'

export interface Running {
  readonly process: Process
  readonly engine: Engine
}

export interface Backup {
  readonly at: number
  readonly writtenAt: number
  readonly snapshot: Snapshot
  readonly sidecar: Sidecar | undefined
}

export interface Machine {
  readonly name: string
  readonly station: StationCode
  identity: Identity
  readonly disk: WritableDisk
  readonly chance: Chance
  readonly backups: Backup[]
  sidecar: Sidecar | undefined
  file: FileIdentity
  process: Process | undefined
  running: Running | undefined
  /** What its program knows of the rules. */
  knowledge: Knowledge
  /** Cut off from the network. */
  offline: boolean
  /** Its own line to the network. */
  readonly line: Line
  /** Why two versions of a log of this machine may come into being. */
  readonly doubt: Doubt
  /** Given up for good: broken, lost, replaced. */
  scrapped: boolean
  /** Virtual time of that; −1 while it is in use. */
  scrappedAt: number
  /** There for a while only: a liar, a copy of the hub. It is gone when everything has healed. */
  passing: boolean
  /** Revoked while it lives on, in whoever's hands: it still delivers, and is told nothing. */
  revoked: boolean
  /** Whether the county's register has said so. */
  isRevocationKnown: boolean
  /** Machines that its station had before. */
  predecessors: number
  /** Parent and version that the machine last heard the county name. */
  placed: number
  /** Milliseconds this clock is ahead of virtual time. */
  clock: number
  /** Virtual time at which its last live link to the parent began; −1 before. */
  metAt: number
  /** The last of these beginnings of which its program knows: one that was put back, or began anew, what its disk knows. */
  rememberedAt: number
  /** One of which its disk knows for certain. */
  writtenAt: number
  /** Streams of which the other side of that link said what it holds. */
  readonly shown: Map<string, Shown>
}

/** Somebody above has said what it holds of a stream. */
export interface Shown {
  readonly by: NodeId
  readonly sentAt: number
  readonly at: number
  /** How often the disk here had failed until then. */
  readonly troubles: number
}

/** What nothing on the machine itself can tell: only then may an author write twice under one number. */
export interface Doubt {
  /** A second machine writes under the same identity and incarnation, or its author lies. */
  doubled: boolean
  /** Put back together with its sidecar, or before the sidecar had followed: virtual time; −1 when never. */
  imagedAt: number
  /** Machines above, and the virtual time at which it last met each of them. */
  readonly heardAt: Map<Machine, number>
  /** The database has a new incarnation, and the record has not followed yet. */
  rotating: boolean
  /** Nothing may be written before the record has followed. */
  owed: boolean
}

/** People who do something now. */
export interface People {
  /** One person does one thing at a machine. */
  work(machine: Machine): void
  /** Somebody marks what the station holds with the kind that an older program does not know. */
  mark(machine: Machine): void
  /** Several people do something at once. */
  burst(machine: Machine): void
  /** One person writes what the station of a machine keeps of itself; a new record where a type is given. */
  keep(machine: Machine, type?: StationRecord['type']): void
}

export interface World {
  /** Whether programs keep stations out of forms that others hold. In most counties those of earlier days write on: what several stations write at once has to agree. */
  readonly closesForms: boolean
  readonly timeline: Timeline
  readonly chance: Chance
  readonly keyring: Keyring
  readonly network: Network
  readonly ledger: Ledger
  readonly media: Media
  readonly weakLines: boolean
  /** As the register has them now. */
  readonly stations: Station[]
  /** Streams that a station was granted before it was taken below another. */
  readonly former: Map<StationCode, Set<string>>
  /** Everything the root publishes besides stations and nodes. */
  readonly published: DirectoryRecord[]
  /** What the register was ever told of each account, the last word last; nothing in counties of earlier programs. */
  readonly accounts: Map<string, readonly Person[]>
  /** Cases that liars opened: under what number they like, as long as it is their station's. */
  readonly forged: Set<DocumentId>
  /** The staff, for faults that need somebody to write at that very moment. */
  people: People
  readonly machines: Machine[]
  readonly violations: { readonly rule: string; readonly detail: string; readonly at: number }[]
  /** Times each kind of fault happened. */
  readonly faults: Record<string, number>
  /** Pairs of machines that cannot reach each other. */
  readonly splits: Set<string>
  /** Whether everything has been repaired: nothing goes wrong any more. */
  healed: boolean
  /** Virtual time of the last fault. */
  lastFault: number
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

/** Machines that the county counts on. */
export const inUse = (world: World): Machine[] =>
  world.machines.filter(({ scrapped, revoked }) => !scrapped && !revoked)

/** Few stations write long logs, many write short ones. */
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
  const towns = chance.happens(0.3) ? ['510724101'] : ['510724101', '510724102']
  for (const town of towns) {
    stations.push(station(town, 'township', '510724'))
    const villages = towns.length === 1 ? chance.between(1, 2) : chance.between(2, 3)
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

/** Lines of a county: most good, some as weak as mountain villages have them. */
const LINES: readonly Line[] = [
  { bytesPerSecond: 20_000, delay: 600 },
  { bytesPerSecond: 4_000, delay: 1_000 },
  { bytesPerSecond: 1_000, delay: 2_000 },
]

/** A machine's line: in most seeds every line is good, else each may be a weak one. */
export function lineOf(world: World, chance: Chance): Line {
  if (world.weakLines && chance.happens(0.4)) return chance.pick(LINES)
  return { bytesPerSecond: 5_000_000, delay: chance.pick([8, 40, 300]) }
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

/** Where a world is made of something else than its seed. */
export interface Made {
  readonly plan?: Plan
  readonly media?: Media
}

/** The world of a seed, without machines. */
export function createWorld(seed: number, observe?: Observer, { plan, media = MEMORY }: Made = {}): World {
  const chance = createChance(`county ${seed}`)
  const timeline = createTimeline()
  const trace = createTrace(timeline, observe)
  const violations: { rule: string; detail: string; at: number }[] = []
  const violation = (rule: string, detail: string) => {
    if (violations.length < VIOLATIONS_KEPT) violations.push({ rule, detail, at: timeline.now })
  }
  const faults: Record<string, number> = {}
  const world: World = {
    timeline,
    chance,
    // By the seed alone: drawn, it would change what every seed before had found.
    closesForms: seed % 4 === 1,
    keyring: createKeyring(),
    network: createNetwork(timeline, chance.branch('network'), {
      trace: trace.mix,
      violation,
      hasMoved: (stream) => [...world.former.values()].some((left) => left.has(stream)),
      isForked: (log) => world.ledger.forkedLogs.has(log as LogKey),
    }),
    ledger: {
      entries: new Map(),
      firsts: new Map(),
      forkedLogs: new Set(),
      carriers: new Map(),
      sights: new Map(),
      twins: new Map(),
      contents: new Map(),
      disks: new Set(),
      lain: new Map(),
      copied: new Set(),
      root: undefined,
      gone: new Set(),
      forked: (disk, log, rival) => checkFork(world, disk, log, rival),
      fell: (disk, log, before, now) => checkNotTakenBack(world, disk, log, before, now),
      violation,
      now: () => timeline.now,
    },
    media,
    weakLines: !plan && chance.branch('lines').happens(0.3),
    former: new Map(),
    stations: plan?.stations.slice() ?? treeOf(chance.branch('tree')),
    published: plan?.published.slice() ?? SAMPLE_ITEMS.slice(0, 1),
    accounts: new Map(),
    forged: new Set(),
    people: { work: () => {}, mark: () => {}, burst: () => {}, keep: () => {} },
    machines: [],
    violations,
    faults,
    splits: new Set(),
    healed: false,
    lastFault: 0,
    traceHash: trace.hash,
    now: () => MORNING + Math.floor(timeline.now),
    fault(kind) {
      faults[kind] = (faults[kind] ?? 0) + 1
      world.lastFault = timeline.now
      trace.mix(kind, new Uint8Array())
    },
    violation,
  }
  return world
}

/** What was asked for before a peer told it is on its way to a disk for so long: the slowest of them, and its pauses. */
const WRITE_MILLISECONDS = 3_100

/** An author wrote a second version: right only where nothing could tell the machine what it had written before. */
function checkFork(world: World, disk: Disk, log: string, rival: string): void {
  const machine = world.machines.find((one) => one.disk === disk)
  if (!machine || machine.doubt.doubled) return
  const { imagedAt, heardAt } = machine.doubt
  const { now } = world.timeline
  const isLinked = (parent: Machine) =>
    [...world.network.wires].some((wire) => wire.isOpen && wire.child === machine.name && wire.parent === parent.name)
  // Of several that answer as its parent only those that it has met since can have told it, with the link or, what they
  // came to hold later, over one that still stands.
  const told = [...heardAt].some(([parent, at]) => {
    const since = parent.disk.heldSince(rival) ?? Number.POSITIVE_INFINITY
    const isAbove = parent.identity.node === machine.identity.parent?.node && at > imagedAt
    return isAbove && (since <= at || isLinked(parent)) && now - Math.max(at, since) > WRITE_MILLISECONDS
  })
  if (imagedAt >= 0 && !told) return
  world.violation('M18', `${machine.name} wrote a second version of ${log.slice(33)} without need`)
}
