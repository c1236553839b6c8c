/** A case as entries: facts, gated edits and receipts, from which everything shown is computed. */

import type { CaseState, Register } from '#protocol/casework/case.ts'
import { decodeFact, type FactEntry } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { inAuthorsOrder } from '#protocol/documents/authors-order.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { decodeEdit } from '#protocol/documents/edit.ts'
import { gateHistory } from '#protocol/documents/gate.ts'
import { type DocumentId, type EntryHash, type LogKey, logParts, type StreamId, toHex } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { Directory } from '../directory/directory.ts'
import { subjectOf } from '../logs/carried.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import { isHomeOf } from './case-id.ts'

/** Why an edit is quarantined until the directory says otherwise. */
const UNSERVED = '写入的节点不代表该站点'

/** A place in a log. */
interface Stand {
  readonly log: LogKey
  readonly seq: number
}

/** An edit of a section with its author. */
interface SectionEdit extends Stand {
  readonly hash: EntryHash
  readonly client: number
  readonly tier: Tier
  readonly update: Uint8Array
}

interface SectionFile {
  readonly edits: SectionEdit[]
  /** Updates that take effect, in an order in which they apply; undefined when edits came in since. */
  accepted: readonly Uint8Array[] | undefined
  /** Edits that do not take effect; some only until others come. */
  refused: readonly (Oddity & { readonly waits: boolean })[]
}

/** An entry that has no effect, with the reason. */
interface Oddity extends Stand {
  readonly hash: EntryHash
  readonly outcome: ReceiptRow['outcome']
  readonly reason: string
  /** What a carrier carries without proving it: told only while that counts nowhere. */
  readonly unless: EntryHash | null
}

/** Everything a node holds of one case. A group of writes works on copies; a failed commit throws them away. */
export interface CaseFile {
  readonly id: DocumentId
  /** The case's home stream, once an entry of it came, in its own place or carried. */
  home: StreamId | undefined
  /** Streams in which entries count: the home, and those into which the root has carried the case. */
  readonly streams: Set<StreamId>
  /** Entries in any other stream: kept without effect, unless the root carries the case there. */
  strays: Entry[]
  readonly facts: FactEntry[]
  readonly sections: Map<string, SectionFile>
  /** Sections of which a fork cut edits off: what stands on those waits in vain. */
  readonly cutSections: Set<string>
  /** Entries that are neither facts nor gated edits, with the reason. */
  readonly oddities: Oddity[]
  /** Hashes of all entries that count, so that a carried copy counts once. */
  readonly known: Set<EntryHash>
  /** Where entries are carried; most are not. */
  readonly carriers: Map<EntryHash, readonly Stand[]>
  /** Entries that are held only as carried: their own place may belong to another entry now. */
  readonly uprooted: Set<EntryHash>
  /** Receipts as last committed, so that a cured one is taken back. */
  told: readonly ReceiptRow[]
  state: CaseState | undefined
  /** The day for which the state counts; undefined while nothing was folded. */
  foldedOn: Day | undefined
  /** Arrival number of the latest entry. */
  arrival: number
  entries: number
}

/** An empty file. */
export const emptyFile = (id: DocumentId): CaseFile => ({
  id,
  home: undefined,
  streams: new Set(),
  strays: [],
  facts: [],
  sections: new Map(),
  cutSections: new Set(),
  oddities: [],
  known: new Set(),
  carriers: new Map(),
  uprooted: new Set(),
  told: [],
  state: undefined,
  foldedOn: undefined,
  arrival: 0,
  entries: 0,
})

/** A copy that grows on its own: what others read must not change before it is durable. */
export const copyOf = (file: CaseFile): CaseFile => ({
  ...file,
  streams: new Set(file.streams),
  strays: [...file.strays],
  facts: [...file.facts],
  sections: new Map([...file.sections].map(([name, section]) => [name, { ...section, edits: [...section.edits] }])),
  cutSections: new Set(file.cutSections),
  oddities: [...file.oddities],
  known: new Set(file.known),
  carriers: new Map(file.carriers),
  uprooted: new Set(file.uprooted),
})

/** Adds an entry; the state is computed again when it is next asked for. */
export function addEntry(file: CaseFile, entry: Entry, directory: Directory, sha256: Sha256): void {
  file.entries += 1
  const { stream } = logParts(entry.log)
  learnHome(file, stream, sha256)
  const subject = subjectOf(entry, directory.authority, sha256)
  if (subject.is === 'carried' && subject.byRoot) {
    learnHome(file, logParts(subject.entry.log).stream, sha256)
    openStream(file, stream, directory, sha256)
  }
  // Whoever learns a case's id may not write about it from a stream of its own (one case, one owner).
  if (!file.streams.has(stream)) file.strays.push(entry)
  else if (subject.is === 'unreadable') file.oddities.push(oddity(entry, 'quarantined', '转载的条目无法识别'))
  else if (subject.is === 'kept') keep(file, entry, subject.entry)
  else count(file, subject.entry, subject.is === 'carried' ? entry : undefined, directory)
}

function keep(file: CaseFile, entry: Entry, inner: Entry): void {
  const isEdit = inner.kind === KIND.edit
  const section = isEdit && entry.kind === KIND.kept ? decodeEdit(inner.payload)?.section : undefined
  if (section !== undefined) file.cutSections.add(section)
  const reason = isEdit ? '分叉时保留的编辑,内容已重新写入' : '转存的条目,以县级转来的为准'
  file.oddities.push(oddity(entry, 'forked', reason, hashOf(inner)))
}

function learnHome(file: CaseFile, stream: StreamId, sha256: Sha256): void {
  if (file.home !== undefined || !isHomeOf(sha256, file.id, stream)) return
  file.home = stream
  file.streams.add(stream)
}

/** The root has carried the case into a stream: what was written there before counts from now on. */
function openStream(file: CaseFile, stream: StreamId, directory: Directory, sha256: Sha256): void {
  if (file.streams.has(stream)) return
  file.streams.add(stream)
  const strays = file.strays
  file.strays = []
  file.entries -= strays.length
  for (const stray of strays) addEntry(file, stray, directory, sha256)
}

const hashOf = ({ hash }: Entry): EntryHash => toHex(hash) as EntryHash

const oddity = (
  entry: Entry,
  outcome: ReceiptRow['outcome'],
  reason: string,
  unless: EntryHash | null = null,
): Oddity => ({ log: entry.log, seq: entry.seq, hash: hashOf(entry), outcome, reason, unless })

/** Makes an entry count, once however often it comes: in its own place, or carried. */
function count(file: CaseFile, entry: Entry, carrier: Entry | undefined, directory: Directory): void {
  const hash = hashOf(entry)
  if (carrier) file.carriers.set(hash, [...(file.carriers.get(hash) ?? []), { log: carrier.log, seq: carrier.seq }])
  else file.uprooted.delete(hash)
  if (file.known.has(hash)) return
  file.known.add(hash)
  if (carrier) file.uprooted.add(hash)
  if (entry.kind === KIND.fact) addFact(file, entry, hash)
  else if (entry.kind === KIND.edit) addEdit(file, entry, hash, directory)
  else if (entry.kind !== KIND.attachment) {
    file.oddities.push(oddity(entry, 'unknown-kind', '本机程序不认识的条目类型'))
  }
}

function addFact(file: CaseFile, entry: Entry, hash: EntryHash): void {
  file.state = undefined
  const { log, seq, person, station, time, clockOffset } = entry
  file.facts.push({ hash, log, seq, person, station, time, clockOffset, fact: decodeFact(entry.payload) })
}

function addEdit(file: CaseFile, entry: Entry, hash: EntryHash, directory: Directory): void {
  const edit = decodeEdit(entry.payload)
  const { node, incarnation } = logParts(entry.log)
  const author = directory.node(node)
  const tier = directory.station(entry.station)?.tier
  if (!edit || tier === undefined || !author?.stations.includes(entry.station)) {
    const reason = edit ? UNSERVED : '编辑内容残缺或格式无法识别'
    file.oddities.push(oddity(entry, 'quarantined', reason))
    return
  }
  const section = file.sections.get(edit.section) ?? { edits: [], accepted: undefined, refused: [] }
  file.sections.set(edit.section, section)
  const client = clientIdOf(author.lease, incarnation)
  section.edits.push({ hash, log: entry.log, seq: entry.seq, client, tier, update: edit.update })
  section.accepted = undefined
}

/** Gates a section's edits where that has not been done since the last one came in. */
function gated(name: string, section: SectionFile): SectionFile {
  if (section.accepted) return section
  const edits = inAuthorsOrder(section.edits)
  const history = gateHistory(name, edits)
  section.accepted = history.accepted.map((place) => (edits[place] as SectionEdit).update)
  section.refused = [...history.refused].map(([place, problem]) => {
    const { hash, log, seq } = edits[place] as SectionEdit
    const { waits, message } = problem
    return { hash, log, seq, outcome: 'quarantined' as const, reason: message, unless: null, waits }
  })
  return section
}

/** The updates of a section that take effect. */
export function acceptedUpdates(file: CaseFile, name: string): readonly Uint8Array[] {
  const section = file.sections.get(name)
  return section ? (gated(name, section).accepted ?? []) : []
}

/** Heights of the logs that hold a section's edits: the frontier a seal names. */
export function sectionFrontier(file: CaseFile, name: string): Record<string, number> {
  const frontier: Record<string, number> = {}
  for (const { log, seq } of file.sections.get(name)?.edits ?? []) frontier[log] = Math.max(frontier[log] ?? 0, seq)
  return frontier
}

/** Whoever cuts edits off writes again what stood there, with everything that others had written on top of it. */
const CUT_OFF = { outcome: 'forked', reason: '依据的编辑在分叉时被截下,当时看到的内容已重新写入,请核对' } as const

/** Entries that do not take effect for reasons of the sync: quarantined, forked, unknown. */
export function receiptsOf(file: CaseFile): readonly ReceiptRow[] {
  const { id: document, oddities, strays } = file
  const refused = [...file.sections].flatMap(([name, section]) =>
    gated(name, section).refused.map((one) => (one.waits && file.cutSections.has(name) ? { ...one, ...CUT_OFF } : one)),
  )
  const standing = oddities.filter(({ unless }) => unless === null || !file.known.has(unless))
  if (refused.length + standing.length + strays.length === 0) return []
  return [
    ...[...standing, ...refused].map((one) => ({
      ...placeOf(file, one),
      document,
      outcome: one.outcome,
      reason: one.reason,
    })),
    ...strays.map(({ log, seq }) => ({
      log,
      seq,
      document,
      outcome: 'quarantined' as const,
      reason: '条目不在办件所属的分区',
    })),
  ]
}

/** The folded state; undefined while `opened` has not arrived. Another day makes it anew: deadlines pass by themselves. */
export function stateOf(file: CaseFile, register: Register): CaseState | undefined {
  if (file.state === undefined || file.foldedOn !== register.today) {
    file.state = foldCase(file.id, file.facts, register)
    file.foldedOn = register.today
  }
  return file.state
}

/**
 * Where an entry lies; of several carriers the first by name, those in its own stream before others: so all nodes
 * say the same that hold that stream.
 */
function placeOf(file: CaseFile, { hash, log, seq }: Stand & { readonly hash: EntryHash }): Stand {
  if (!file.uprooted.has(hash)) return { log, seq }
  const carriers = file.carriers.get(hash) ?? []
  const near = carriers.filter((stand) => logParts(stand.log).stream === logParts(log).stream)
  const [first, ...others] = near.length > 0 ? near : carriers
  const isBefore = (left: Stand, right: Stand) =>
    left.log < right.log || (left.log === right.log && left.seq < right.seq)
  return others.reduce((least, stand) => (isBefore(stand, least) ? stand : least), first ?? { log, seq })
}

/** Stored receipts that our own fold may take back when the directory or the day changes; the others are the parent's. */
export const ownReceipts = (receipts: readonly ReceiptRow[]): readonly ReceiptRow[] =>
  receipts.filter(({ outcome, reason }) => outcome === 'set-aside' || reason === UNSERVED)

/** Everything that did not simply apply, set-aside facts included: the other side of the conservation sum. */
export function standingReceipts(file: CaseFile, register: Register): readonly ReceiptRow[] {
  const state = stateOf(file, register)
  const aside = (state?.story ?? []).flatMap(({ hash, log, seq, aside }): ReceiptRow[] =>
    aside && log !== ''
      ? [{ ...placeOf(file, { hash, log, seq }), document: file.id, outcome: 'set-aside', reason: aside.text }]
      : [],
  )
  return [...receiptsOf(file), ...aside]
}
