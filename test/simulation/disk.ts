/** Disks with a witness: what was committed is counted independently of the engine, also over restores and copies. */
import type { Change, Storage } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type Entry, KIND, readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import { type MemorySnapshot, MemoryStorage } from '#protocol/storage/memory.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import type { Chance } from './chance.ts'
import type { Process } from './process.ts'

export interface WitnessedEntry {
  readonly hash: string
  readonly log: LogKey
  readonly seq: number
  readonly document: string
}

/** Everything that was ever committed anywhere, and what carries what. */
export interface Ledger {
  readonly entries: Map<string, WitnessedEntry>
  /** Hash of an entry → hashes of the entries that carry it. */
  readonly carriers: Map<string, Set<string>>
  /** Content of an entry that is written again as it is → hashes of all entries with that content. */
  readonly twins: Map<string, Set<string>>
  readonly contents: Map<string, string>
  readonly disks: Set<Disk>
  /** Entries whose last copy went with a restore or a lost machine: nobody can bring them back. */
  readonly gone: Set<string>
  violation(rule: string, detail: string): void
}

export interface Disk {
  readonly name: string
  readonly memory: MemoryStorage
  /** Log → hash per seq, as committed. */
  readonly held: Map<LogKey, string[]>
  full: boolean
  /** Virtual time of the last restore; −1 when never. */
  restoredAt: number
  holds(hash: string): boolean
  restore(snapshot: MemorySnapshot): void
}

export type WritableDisk = Disk & { take(change: Change): void }

/** A new, empty disk. */
export function createDisk(name: string, node: NodeId, ledger: Ledger): WritableDisk {
  const memory = new MemoryStorage()
  const held = new Map<LogKey, string[]>()
  const hashes = new Set<string>()
  const take = (change: Change) => {
    for (const { log, height } of change.cuts) {
      for (const hash of held.get(log)?.splice(height) ?? []) hashes.delete(hash)
    }
    noteContents(ledger, change)
    const grown = new Set<LogKey>()
    for (const { document, places } of change.places) {
      for (const place of places) {
        const hash = toHex(place.hash)
        const list = held.get(place.log) ?? []
        held.set(place.log, list)
        if (list[place.seq - 1] !== undefined) ledger.violation('M3', `${name}: ${place.log} ${place.seq} twice`)
        list[place.seq - 1] = hash
        grown.add(place.log)
        hashes.add(hash)
        if (ledger.entries.has(hash)) continue
        // Store before you send: an entry is first seen on a disk of its author, or somebody forged it.
        if (!place.log.startsWith(node))
          ledger.violation('M15', `${name}: ${place.log} ${place.seq} is not its author's`)
        ledger.entries.set(hash, { hash, log: place.log, seq: place.seq, document })
      }
    }
    for (const log of grown)
      if (held.get(log)?.includes(undefined as never)) ledger.violation('M3', `${name}: ${log} has a gap`)
    for (const { key, height } of change.heads) {
      const count = held.get(key)?.length ?? 0
      if (count !== height) ledger.violation('M3', `${name}: ${key} head ${height}, ${count} entries`)
    }
  }
  const disk = {
    name,
    memory,
    held,
    full: false,
    restoredAt: -1,
    holds: (hash: string) => hashes.has(hash),
    take,
    restore(snapshot: MemorySnapshot) {
      const before = [...hashes]
      memory.restore(snapshot)
      held.clear()
      hashes.clear()
      for (const step of snapshot.steps) if (step !== 'drop-computed') take(step)
      noteGone(ledger, before)
    },
  }
  ledger.disks.add(disk)
  return disk
}

/** Kinds of entry that hold another one. */
const CARRIERS = new Set<number>([KIND.carried, KIND.kept, KIND.withdrawn])

/** Notes which entries of a change carry others, and which say the same as others. */
function noteContents(ledger: Ledger, change: Change): void {
  const hashes = new Map(
    change.places.flatMap(({ places }) => places.map(({ log, seq, hash }) => [`${log}#${seq}`, toHex(hash)] as const)),
  )
  for (const { log, record } of change.packs.flatMap(({ bytes }) => decodePack(bytes) ?? [])) {
    const entry = readEntry(log, record, GENESIS)
    const hash = hashes.get(`${log}#${record.seq}`)
    if (!entry || !hash || (!CARRIERS.has(entry.kind) && entry.kind !== KIND.directory)) continue
    add(ledger.twins, contentOf(entry), hash)
    ledger.contents.set(hash, contentOf(entry))
    const inner = CARRIERS.has(entry.kind) ? decodeCarried(sha256, entry.payload) : undefined
    if (inner) add(ledger.carriers, toHex(inner.hash), hash)
    else if (CARRIERS.has(entry.kind)) ledger.violation('M2', `${log} ${record.seq}: carries nothing readable`)
  }
}

/** The same content in another stream is for other subscribers: it replaces nothing. */
const contentOf = ({ kind, log, document, payload }: Entry) =>
  `${kind} ${logParts(log).stream} ${document} ${toHex(sha256(payload))}`

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value))
}

/** Whether a disk holds an entry, itself or carried, also when the carrier was carried on. */
export function holdsSomehow(ledger: Ledger, disk: Disk, hash: string, seen: ReadonlySet<string> = new Set()): boolean {
  if (disk.holds(hash)) return true
  if (seen.has(hash)) return false
  const further = new Set(seen).add(hash)
  const twins = ledger.twins.get(ledger.contents.get(hash) ?? '') ?? []
  return [...(ledger.carriers.get(hash) ?? []), ...twins].some((carrier) =>
    holdsSomehow(ledger, disk, carrier, further),
  )
}

/** Whether any disk still holds an entry. */
export const survives = (ledger: Ledger, hash: string): boolean =>
  [...ledger.disks].some((disk) => holdsSomehow(ledger, disk, hash))

/** After a restore or the loss of a machine: what nobody holds any more, carried entries with their carriers. */
export function noteGone(ledger: Ledger, candidates: readonly string[]): void {
  const lost = new Set(candidates)
  // A set grows while it is walked: what a carrier carried may itself have carried something.
  for (const hash of lost) {
    if (!survives(ledger, hash)) ledger.gone.add(hash)
    for (const [inner, carriers] of ledger.carriers) if (carriers.has(hash)) lost.add(inner)
  }
}

/** The storage a process works with: slow, mortal, sometimes full. */
export function storageOf(disk: WritableDisk, process: Process, chance: Chance): Storage {
  const { memory } = disk
  const pause = (probability: number, longest: number) => (chance.happens(probability) ? chance.between(1, longest) : 0)
  const read = <Of>(work: () => Promise<Of>) => process.gate(work, pause(0.15, 25))
  return {
    load: () => process.gate(() => memory.load()),
    commit: (change) =>
      process.gate(
        async () => {
          memory.beforeCommit = () => (disk.full ? 'full' : 'ok')
          await memory.commit(change)
          disk.take(change)
        },
        pause(0.5, 30),
      ),
    packsAfter: (arrival, aboutBytes) => read(() => memory.packsAfter(arrival, aboutBytes)),
    packHolding: (log, seq) => read(() => memory.packHolding(log, seq)),
    arrivalAbove: (log, seq) => read(() => memory.arrivalAbove(log, seq)),
    placesOf: (documents) => read(() => memory.placesOf(documents)),
    recordsOf: (documents) => read(() => memory.recordsOf(documents)),
    documentsAfter: (place, limit) => read(() => memory.documentsAfter(place, limit)),
    casesToWake: (day, limit) => read(() => memory.casesToWake(day, limit)),
    cases: (query) => read(() => memory.cases(query)),
    casesById: (ids) => read(() => memory.casesById(ids)),
    caseByNumber: (number) => read(() => memory.caseByNumber(number)),
    countByStage: (holders) => read(() => memory.countByStage(holders)),
    casesSince: (arrival, limit) => read(() => memory.casesSince(arrival, limit)),
    receiptsOf: (document) => read(() => memory.receiptsOf(document)),
    receiptCounts: () => read(() => memory.receiptCounts()),
    local: (space, key) => read(() => memory.local(space, key)),
    localAll: (space) => read(() => memory.localAll(space)),
    dropComputed: () => process.gate(() => memory.dropComputed()),
    check: () => process.gate(() => memory.check()),
    close: () => process.gate(() => memory.close()),
  }
}
