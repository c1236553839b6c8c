/** Disks with a witness: what lies on each is counted apart from the engine, also over restores and copies. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change, Storage } from '#protocol/engine/ports/storage.ts'
import { type LogKey, type NodeId, toHex } from '#protocol/ids.ts'
import { decodePack } from '#protocol/log/pack.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { followClaims } from './invariants/claims.ts'
import { type Ledger, noteContents, noteGone } from './ledger.ts'

/** What was committed to reach a state; changes are shared, never copied. */
export type Snapshot = readonly (Change | 'drop-computed')[]

/** Where a disk keeps what it is given: memory, or real libSQL files. */
export interface Media {
  open(): Promise<Storage>
  /** Takes away what it made. */
  end(): void
}

/** A medium in memory, as fast as thousands of seeds need it. */
export const MEMORY: Media = { open: async () => new MemoryStorage(), end: () => {} }

/** Real database files in a folder of their own: slower, and everything SQLite does is done. */
export function realFiles(): Media {
  const folder = mkdtempSync(join(tmpdir(), 'county-simulation-'))
  let files = 0
  return {
    open: () => openLibsql(join(folder, `${++files}.db`)),
    end: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** How a disk misbehaves at the moment. */
export interface Ailments {
  full: boolean
  /** The next commit is durable although it is answered with a failure. */
  uncertain: boolean
  /** Share of reads that fail. */
  failingReads: number
  /** Longest extra time of a commit, in milliseconds. */
  slow: number
  /** Longest extra time of a read, in milliseconds. */
  slowReads: number
  /** The record outside the database cannot be written. */
  record: boolean
  /** Commits that only list what was stored before are refused. */
  unlisting: boolean
  /** Every read of this document meets a damaged page; empty when none does. */
  damaged: string
}

export interface Disk {
  readonly name: string
  /** Whose log is written on it. */
  readonly node: NodeId
  /** What lies on it, read as it is: no process, no ailment. */
  readonly storage: Storage
  /** Log → hash per seq, as committed. */
  readonly held: Map<LogKey, string[]>
  readonly ailments: Ailments
  /** How often it failed whoever worked with it. */
  readonly troubles: number
  /** Virtual time of the last of these failures; −1 when never. */
  readonly failedAt: number
  failed(now: number): void
  /** Virtual time of the last restore; −1 when never. */
  restoredAt: number
  holds(hash: string): boolean
  /** Virtual time since which an entry lies on it; undefined when it does not. */
  heldSince(hash: string): number | undefined
  snapshot(): Snapshot
  restore(snapshot: Snapshot): Promise<void>
}

export type WritableDisk = Disk & {
  commit(change: Change): Promise<void>
  dropComputed(change?: Change): Promise<void>
}

export const healthy = (): Ailments => ({
  full: false,
  uncertain: false,
  failingReads: 0,
  slow: 0,
  slowReads: 0,
  record: false,
  unlisting: false,
  damaged: '',
})

/** A new, empty disk of a node. */
export async function createDisk(name: string, node: NodeId, ledger: Ledger, media: Media): Promise<WritableDisk> {
  let storage = await media.open()
  let steps: (Change | 'drop-computed')[] = []
  const held = new Map<LogKey, string[]>()
  const hashes = new Set<string>()
  const since = new Map<string, number>()

  /** Own logs of which entries that were known elsewhere came to this disk: somebody else wrote on in them. */
  const returned = new Set<LogKey>()
  let restoring = false
  let [troubles, failedAt] = [0, -1]

  const lain = ledger.lain.get(node) ?? new Set()
  if (ledger.lain.has(node)) ledger.copied.add(node)
  ledger.lain.set(node, lain)

  /** Log → which entries are signed. */
  const signed = new Map<LogKey, boolean[]>()
  /** A log ends where its author has signed, whatever was cut off: else nobody could take it from here. */
  const checkEnds = (logs: Iterable<LogKey>) => {
    for (const log of logs) {
      const height = held.get(log)?.length ?? 0
      if (height > 0 && !signed.get(log)?.[height - 1])
        ledger.violation('M3', `${name}: ${log} ends unsigned at ${height}`)
    }
  }

  const note = (place: Change['places'][number]['places'][number], document: string) => {
    const hash = toHex(place.hash)
    const list = held.get(place.log) ?? []
    held.set(place.log, list)
    if (list[place.seq - 1] !== undefined) ledger.violation('M3', `${name}: ${place.log} ${place.seq} twice`)
    list[place.seq - 1] = hash
    hashes.add(hash)
    since.set(hash, ledger.now())
    lain.add(hash)
    const isOwn = place.log.startsWith(node)
    if (ledger.entries.has(hash)) {
      // Copies that carry the same on write the very same entry, each by itself.
      const isCopied = [...ledger.disks].some((other) => other !== disk && other.node === node)
      if (isOwn && !restoring && !isCopied) returned.add(place.log)
      return
    }
    // Entries of its own came back: it went back in time, or has a twin. Who writes on there may write over what is still on its way.
    if (returned.has(place.log)) ledger.violation('M18', `${name}: goes on in ${place.log}, of which entries came back`)
    // Store before you send: an entry is first seen on a disk of its author, or somebody forged it.
    if (!isOwn) ledger.violation('M15', `${name}: ${place.log} ${place.seq} is not its author's`)
    ledger.entries.set(hash, { hash, log: place.log, seq: place.seq, document })
    const first = ledger.firsts.get(`${place.log}#${place.seq}`)
    if (first === undefined) ledger.firsts.set(`${place.log}#${place.seq}`, hash)
    else {
      ledger.forkedLogs.add(place.log)
      ledger.forked(disk, place.log, first)
    }
  }
  const take = (change: Change) => {
    noteContents(ledger, change, hashes)
    for (const { log, height } of change.cuts) {
      for (const hash of held.get(log)?.splice(height) ?? []) hashes.delete(hash)
      claims.cut(log, height)
    }
    for (const { log, record } of change.packs.flatMap(({ bytes }) => decodePack(bytes) ?? [])) {
      const list = signed.get(log) ?? []
      signed.set(log, list)
      list[record.seq - 1] = record.signature !== null
    }
    for (const { document, places } of change.places) for (const place of places) note(place, document)
    for (const log of new Set(change.places.flatMap(({ places }) => places.map((place) => place.log)))) {
      if (held.get(log)?.includes(undefined as never)) ledger.violation('M3', `${name}: ${log} has a gap`)
    }
    claims.committed(change.heads)
    checkEnds([...change.cuts.map(({ log }) => log), ...change.heads.map(({ key }) => key)])
  }
  const disk: WritableDisk = {
    name,
    node,
    get storage() {
      return storage
    },
    held,
    ailments: healthy(),
    get troubles() {
      return troubles
    },
    get failedAt() {
      return failedAt
    },
    failed(now) {
      troubles += 1
      failedAt = now
    },
    restoredAt: -1,
    holds: (hash) => hashes.has(hash),
    heldSince: (hash) => (hashes.has(hash) ? since.get(hash) : undefined),
    snapshot: () => steps.slice(),
    async commit(change) {
      await storage.commit(change)
      steps.push(change)
      take(change)
    },
    async dropComputed(change) {
      await storage.dropComputed(change)
      steps.push('drop-computed')
      if (!change) return
      steps.push(change)
      take(change)
    },
    async restore(snapshot) {
      const before = [...hashes]
      await storage.close()
      storage = await media.open()
      steps = []
      held.clear()
      hashes.clear()
      returned.clear()
      signed.clear()
      claims.forget()
      restoring = true
      for (const step of snapshot) await (step === 'drop-computed' ? disk.dropComputed() : disk.commit(step))
      restoring = false
      noteGone(ledger, before)
    },
  }
  const claims = followClaims(ledger, disk)
  ledger.disks.add(disk)
  return disk
}
