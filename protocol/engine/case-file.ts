/** A case as entries: facts, gated edits and receipts, from which everything shown is computed. */
import type { Authority, CaseState, StoryLine } from '#protocol/casework/case.ts'
import { decodeFact, type FactEntry } from '#protocol/casework/facts.ts'
import { foldCase } from '#protocol/casework/fold.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { decodeEdit } from '#protocol/documents/edit.ts'
import { gateHistory } from '#protocol/documents/gate.ts'
import { type DocumentId, type EntryHash, type LogKey, logParts, type StreamId, toHex } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import { decodeCarried } from './carried.ts'
import { isHomeOf } from './case-id.ts'
import type { DirectoryView } from './office.ts'
import type { CaseRow, ReceiptRow } from './storage.ts'

/** An edit of a section with its author. */
interface SectionEdit {
  readonly log: LogKey
  readonly seq: number
  readonly client: number
  readonly tier: 'village' | 'township' | 'county'
  readonly update: Uint8Array
}

interface SectionFile {
  readonly edits: SectionEdit[]
  /** Updates that take effect, in an order in which they apply; undefined when edits came in since. */
  accepted: readonly Uint8Array[] | undefined
  receipts: readonly ReceiptRow[]
}

/** A place in a log. */
interface Stand {
  readonly log: LogKey
  readonly seq: number
}

/** Everything a node holds of one case. A group of writes works on copies; a failed commit throws them away. */
export interface CaseFile {
  readonly id: DocumentId
  /** The case's home, once an entry of it came: entries about it in any other stream do not count. */
  stream: StreamId | undefined
  readonly facts: FactEntry[]
  readonly sections: Map<string, SectionFile>
  /** Entries that are neither facts nor gated edits, with the reason. */
  readonly oddities: ReceiptRow[]
  /** Hashes of all facts, so that a carried copy counts once. */
  readonly known: Set<EntryHash>
  /** Where facts are carried; most are not. */
  readonly carriers: Map<EntryHash, readonly Stand[]>
  /** Facts that are held only as carried: their own place may belong to another entry now. */
  readonly uprooted: Set<EntryHash>
  /** Receipts as last committed, so that a cured one is taken back. */
  told: readonly ReceiptRow[]
  state: CaseState | undefined
  /** Arrival number of the latest entry. */
  arrival: number
  entries: number
}

/** An empty file. */
export const emptyFile = (id: DocumentId): CaseFile => ({
  id,
  stream: undefined,
  facts: [],
  sections: new Map(),
  oddities: [],
  known: new Set(),
  carriers: new Map(),
  uprooted: new Set(),
  told: [],
  state: undefined,
  arrival: 0,
  entries: 0,
})

/** A copy that grows on its own: what others read must not change before it is durable. */
export const copyOf = (file: CaseFile): CaseFile => ({
  ...file,
  facts: [...file.facts],
  sections: new Map([...file.sections].map(([name, section]) => [name, { ...section, edits: [...section.edits] }])),
  oddities: [...file.oddities],
  known: new Set(file.known),
  carriers: new Map(file.carriers),
  uprooted: new Set(file.uprooted),
})

/** Adds an entry; the state is computed again when it is next asked for. */
export function addEntry(file: CaseFile, entry: Entry, directory: DirectoryView, sha256: Sha256): void {
  file.entries += 1
  const { stream } = logParts(entry.log)
  if (file.stream === undefined && isHomeOf(sha256, file.id, stream)) file.stream = stream
  if (stream !== file.stream) {
    // Whoever learns a case's id may not write about it from a stream of its own (one case, one owner).
    file.oddities.push(receipt(entry, 'quarantined', '条目不在办件所属的分区'))
  } else if (entry.kind === KIND.fact) addFact(file, entry)
  else if (entry.kind === KIND.edit) addEdit(file, entry, directory)
  else if (entry.kind === KIND.carried) addCarried(file, entry, sha256)
  else if (entry.kind !== KIND.attachment) {
    file.oddities.push(receipt(entry, 'unknown-kind', '本机程序不认识的条目类型'))
  }
}

function addCarried(file: CaseFile, entry: Entry, sha256: Sha256): void {
  const inner = decodeCarried(sha256, entry.payload)
  if (inner?.kind === KIND.fact && inner.document === file.id) addFact(file, inner, entry)
  else if (inner) file.oddities.push(receipt(entry, 'forked', '分叉时保留的编辑,内容已由本机重新写入'))
  else file.oddities.push(receipt(entry, 'quarantined', '转载的条目无法识别'))
}

const receipt = (entry: Entry, outcome: ReceiptRow['outcome'], reason: string): ReceiptRow => ({
  log: entry.log,
  seq: entry.seq,
  document: entry.document,
  outcome,
  reason,
})

function addFact(file: CaseFile, entry: Entry, carrier?: Entry): void {
  const hash = toHex(entry.hash) as EntryHash
  if (carrier) file.carriers.set(hash, [...(file.carriers.get(hash) ?? []), { log: carrier.log, seq: carrier.seq }])
  else file.uprooted.delete(hash)
  if (file.known.has(hash)) return
  file.known.add(hash)
  if (carrier) file.uprooted.add(hash)
  file.state = undefined
  const { log, seq, person, station, time, clockOffset } = entry
  file.facts.push({ hash, log, seq, person, station, time, clockOffset, fact: decodeFact(entry.payload) })
}

function addEdit(file: CaseFile, entry: Entry, directory: DirectoryView): void {
  const edit = decodeEdit(entry.payload)
  const { node, incarnation } = logParts(entry.log)
  const author = directory.node(node)
  const tier = directory.station(entry.station)?.tier
  if (!edit || tier === undefined || !author?.stations.includes(entry.station)) {
    const reason = edit ? '写入的节点不代表该站点' : '编辑内容残缺或格式无法识别'
    file.oddities.push(receipt(entry, 'quarantined', reason))
    return
  }
  const section = file.sections.get(edit.section) ?? { edits: [], accepted: undefined, receipts: [] }
  file.sections.set(edit.section, section)
  const client = clientIdOf(author.lease, incarnation)
  section.edits.push({ log: entry.log, seq: entry.seq, client, tier, update: edit.update })
  section.accepted = undefined
}

/** Forgets the entries of a log above a height (they were cut off by a rotation). */
export function dropAbove(file: CaseFile, log: LogKey, height: number): void {
  const cut = (one: Stand) => one.log === log && one.seq > height
  for (const [hash, stands] of [...file.carriers]) {
    const left = stands.filter((stand) => !cut(stand))
    if (left.length > 0) file.carriers.set(hash, left)
    else file.carriers.delete(hash)
  }
  for (const fact of file.facts) if (cut(fact)) file.uprooted.add(fact.hash)
  const gone = ({ hash }: FactEntry) => file.uprooted.has(hash) && !file.carriers.has(hash)
  for (const { hash } of file.facts.filter(gone)) file.known.delete(hash)
  removeWhere(file.facts, gone)
  for (const hash of [...file.uprooted]) if (!file.known.has(hash)) file.uprooted.delete(hash)
  removeWhere(file.oddities, cut)
  for (const section of file.sections.values()) {
    removeWhere(section.edits, cut)
    section.accepted = undefined
  }
  file.state = undefined
}

function removeWhere<Of>(list: Of[], matches: (one: Of) => boolean): void {
  const kept = list.filter((one) => !matches(one))
  list.splice(0, list.length, ...kept)
}

/** Gates a section's edits where that has not been done since the last one came in. */
function gated(file: CaseFile, name: string, section: SectionFile): SectionFile {
  if (section.accepted) return section
  const history = gateHistory(name, section.edits)
  section.accepted = history.accepted.map((place) => (section.edits[place] as SectionEdit).update)
  section.receipts = [...history.refused].map(([place, problem]) => {
    const { log, seq } = section.edits[place] as SectionEdit
    return { log, seq, document: file.id, outcome: 'quarantined' as const, reason: problem.message }
  })
  return section
}

/** The updates of a section that take effect. */
export function acceptedUpdates(file: CaseFile, name: string): readonly Uint8Array[] {
  const section = file.sections.get(name)
  return section ? (gated(file, name, section).accepted ?? []) : []
}

/** Heights of the logs that hold a section's edits: the frontier a seal names. */
export function sectionFrontier(file: CaseFile, name: string): Record<string, number> {
  const frontier: Record<string, number> = {}
  for (const { log, seq } of file.sections.get(name)?.edits ?? []) frontier[log] = Math.max(frontier[log] ?? 0, seq)
  return frontier
}

/** Entries that do not take effect for reasons of the sync: quarantined, forked, unknown. */
export function receiptsOf(file: CaseFile): readonly ReceiptRow[] {
  const sections = [...file.sections].flatMap(([name, section]) => gated(file, name, section).receipts)
  return sections.length === 0 && file.oddities.length === 0 ? [] : [...file.oddities, ...sections]
}

/** The folded state; undefined while `opened` has not arrived. */
export function stateOf(file: CaseFile, authority: Authority): CaseState | undefined {
  file.state ??= foldCase(file.id, file.facts, authority)
  return file.state
}

/** Where a fact lies; of several carriers the first by name, so that all nodes say the same. */
function placeOf(file: CaseFile, { hash, log, seq }: StoryLine): Stand {
  if (!file.uprooted.has(hash)) return { log, seq }
  const [first, ...others] = file.carriers.get(hash) ?? []
  const isBefore = (left: Stand, right: Stand) =>
    left.log < right.log || (left.log === right.log && left.seq < right.seq)
  return others.reduce((least, stand) => (isBefore(stand, least) ? stand : least), first ?? { log, seq })
}

/** Everything that did not simply apply, set-aside facts included: the other side of the conservation sum. */
export function standingReceipts(file: CaseFile, authority: Authority): readonly ReceiptRow[] {
  const state = stateOf(file, authority)
  const aside = (state?.story ?? []).flatMap((line): ReceiptRow[] =>
    line.aside ? [{ ...placeOf(file, line), document: file.id, outcome: 'set-aside', reason: line.aside.text }] : [],
  )
  return [...receiptsOf(file), ...aside]
}

/** The list row of a case; undefined while `opened` has not arrived. */
export function rowOf(file: CaseFile, authority: Authority): CaseRow | undefined {
  const state = stateOf(file, authority)
  if (!state) return undefined
  return {
    id: file.id,
    number: state.number,
    item: state.item,
    applicant: state.applicant.name,
    idNumber: state.applicant.idNumber,
    phone: state.applicant.phone,
    stage: state.stage,
    home: state.home,
    holder: state.holder,
    offeredTo: state.offer?.to ?? null,
    offeredAt: state.offer?.time ?? null,
    epoch: state.epoch,
    openedAt: state.times.opened ?? 0,
    changedAt: file.facts.reduce((latest, { time }) => Math.max(latest, time), 0),
    arrival: file.arrival,
    aside: state.asideOpen + receiptsOf(file).length,
    forked: state.forks.length > 0,
  }
}
