/** The witness: everything that was ever committed anywhere, counted independently of the engine. */
import type { Change } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type Entry, KIND, readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import type { Claim } from './invariants/claims.ts'
import type { Disk } from './witnessed-disk.ts'

export interface WitnessedEntry {
  readonly hash: string
  readonly log: LogKey
  readonly seq: number
  readonly document: string
}

/** Everything that was ever committed anywhere, and what carries what. */
export interface Ledger {
  readonly entries: Map<string, WitnessedEntry>
  /** `log#seq` → the hash seen there first: another one under the same number is a second version. */
  readonly firsts: Map<string, string>
  /** Logs in which somebody wrote two entries under one number. */
  readonly forkedLogs: Set<LogKey>
  /** Hash of an entry → hashes of the entries that carry it. */
  readonly carriers: Map<string, Set<string>>
  /** Hash of an entry that keeps an edit a fork cut off → what its author held when its text was written again. */
  readonly sights: Map<string, ReadonlySet<string>>
  /** Content of an entry that is written again as it is → hashes of all entries with that content. */
  readonly twins: Map<string, Set<string>>
  readonly contents: Map<string, string>
  readonly disks: Set<Disk>
  /** Node → hashes of what ever lay on a disk of it. */
  readonly lain: Map<NodeId, Set<string>>
  /** Nodes under which more than one disk has been written. */
  readonly copied: Set<NodeId>
  /** Who may carry whatever a case needs: the county. */
  root: NodeId | undefined
  /** Entries whose last copy went with a restore or a lost machine: nobody can bring them back. */
  readonly gone: Set<string>
  /** A disk wrote another entry under a number that a version of its log had used already. */
  forked(disk: Disk, log: LogKey, rival: string): void
  /** A disk says that less of a log lies elsewhere than it said before. */
  fell(disk: Disk, log: LogKey, before: Claim, now: Claim): void
  violation(rule: string, detail: string): void
  /** Virtual time. */
  now(): number
}

/** Kinds of entry that hold another one. */
const CARRIERS = new Set<number>([KIND.carried, KIND.kept, KIND.withdrawn])

/** Kinds beside which the text of the edit they hold is written again. */
const REWRITING = new Set<number>([KIND.kept, KIND.withdrawn])

/** Notes which entries of a change carry others, and which say the same as others; `held` by the disk before it. */
export function noteContents(ledger: Ledger, change: Change, held: ReadonlySet<string>): void {
  const hashes = new Map(
    change.places.flatMap(({ places }) => places.map(({ log, seq, hash }) => [`${log}#${seq}`, toHex(hash)] as const)),
  )
  for (const { log, record } of change.packs.flatMap(({ bytes }) => decodePack(bytes) ?? [])) {
    const entry = readEntry(log, record, GENESIS)
    const hash = hashes.get(`${log}#${record.seq}`)
    if (entry && isProvedAlone(entry) && !record.signature)
      ledger.violation('M27', `${log} ${record.seq} cannot be proved alone`)
    if (!entry || !hash || (!CARRIERS.has(entry.kind) && entry.kind !== KIND.directory)) continue
    add(ledger.twins, contentOf(entry), hash)
    ledger.contents.set(hash, contentOf(entry))
    const inner = CARRIERS.has(entry.kind) ? decodeCarried(sha256, entry.payload) : undefined
    if (!inner) continue
    add(ledger.carriers, toHex(inner.hash), hash)
    if (REWRITING.has(entry.kind) && !ledger.sights.has(hash)) ledger.sights.set(hash, new Set(held))
    // What an edit had written is written again by whoever cuts it off: in its own stream it is only kept.
    if (entry.kind === KIND.carried && inner.kind === KIND.edit && isBeside(entry, inner) && !isCountys(ledger, entry))
      ledger.violation('M27', `${log} ${record.seq} carries an edit beside what it wrote`)
  }
}

/** Acts of office, and who belongs where: whoever gets one of them alone has to be able to prove it. */
const isProvedAlone = ({ kind, document }: Entry): boolean =>
  kind === KIND.fact || (kind === KIND.directory && document.startsWith('node/'))

/** Whether the county has carried it so itself: who cuts that off carries it on as it was, and by nobody else does it count. */
const isCountys = ({ twins, entries, root }: Ledger, entry: Entry): boolean =>
  logParts(entry.log).node === root ||
  [...(twins.get(contentOf(entry)) ?? [])].some((twin) => entries.get(twin)?.log.startsWith(`${root}/`))

const isBeside = (outer: Entry, inner: Entry): boolean => logParts(outer.log).stream === logParts(inner.log).stream

/** The same content in another stream is for other subscribers: it replaces nothing. */
const contentOf = ({ kind, log, document, payload }: Entry) =>
  `${kind} ${logParts(log).stream} ${document} ${toHex(sha256(payload))}`

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value))
}

/** Everything an entry lives on in: itself, what carries it, what says the same, and what carries that. */
export function formsOf({ carriers, twins, contents }: Ledger, hash: string): ReadonlySet<string> {
  const forms = new Set([hash])
  // A set grows while it is walked: a carrier may have been carried on.
  for (const form of forms)
    for (const further of [...(carriers.get(form) ?? []), ...(twins.get(contents.get(form) ?? '') ?? [])])
      forms.add(further)
  return forms
}

/** Whether a disk holds an entry, itself or carried, also when the carrier was carried on. */
export const holdsSomehow = (ledger: Ledger, disk: Disk, hash: string): boolean =>
  disk.holds(hash) || [...formsOf(ledger, hash)].some((form) => disk.holds(form))

/** Whether somebody wrote two entries under one number of a log. */
export const hasTwoVersions = ({ forkedLogs }: Ledger, log: LogKey): boolean => forkedLogs.has(log)

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
    for (const twin of ledger.twins.get(ledger.contents.get(hash) ?? '') ?? []) lost.add(twin)
  }
}

/** Whether something of a document can never come back: what was built on it may wait for ever. */
export function lostFrom(ledger: Ledger, document: string): boolean {
  for (const hash of ledger.gone) if (ledger.entries.get(hash)?.document === document) return true
  return false
}
