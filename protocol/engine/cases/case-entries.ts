/** Adding entries to a case: what each is about, where it counts, and what is only kept. */
import { appendAll } from '#protocol/append-all.ts'
import { type FactEntry, readFact } from '#protocol/casework/facts/facts.ts'
import { signingOf } from '#protocol/casework/folding/day-of.ts'
import { asideWords } from '#protocol/casework/rules/reasons.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { decodeEdit } from '#protocol/documents/edit.ts'
import { type EntryHash, logParts, type StreamId, toHex } from '#protocol/ids.ts'
import { isActElsewhere, subjectOf } from '#protocol/log/carried.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Directory } from '../directory/directory.ts'
import { publishedBefore, writingTime } from '../logs/writing-time.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import type { CaseFile, Oddity, SectionEdit } from './case-file.ts'
import { isHomeOf } from './case-id.ts'
import { mayWriteIn } from './sections.ts'

/** Why an edit is quarantined until the directory says otherwise. */
export const UNSERVED = '写入的节点不代表该站点'
/** Why what a revoked node delivers later has no effect (rule S111); a fact has the same reason in its story. */
export const AFTER_REVOCATION = asideWords('after-revocation').text

/** What an entry costs in memory beside its payload: objects, hashes in hex, places in sets (measured: 500 to 700). */
const ENTRY_BYTES = 600

/** Whoever cuts edits off writes again what stood there, with everything that others had written on top of it. */
export const CUT_OFF = {
  outcome: 'forked',
  reason: '依据的编辑在分叉时被截下,当时看到的内容已重新写入,请核对',
} as const

/** Adds an entry; the state is computed again when it is next asked for. */
export function addEntry(file: CaseFile, entry: Entry, directory: Directory, sha256: Sha256): void {
  file.entries += 1
  file.bytes += ENTRY_BYTES + entry.payload.length
  file.reach.set(entry.log, Math.max(entry.seq, file.reach.get(entry.log) ?? 0))
  const { stream } = logParts(entry.log)
  learnHome(file, stream, sha256)
  const subject = subjectOf(entry, directory.authority, sha256)
  if (subject.is === 'carried' && subject.byRoot) {
    learnHome(file, logParts(subject.entry.log).stream, sha256)
    openStream(file, stream, directory, sha256)
  }
  // Whoever learns a case's id may not write about it from a stream of its own (one case, one owner).
  if (!file.streams.has(stream)) {
    file.strays.push(entry)
    if (isActElsewhere(entry, subject)) noteReturned(file, entry, subject.entry, directory, sha256)
  } else if (subject.is === 'unreadable') file.oddities.push(oddity(entry, 'quarantined', '转载的条目无法识别'))
  else if (subject.is === 'kept') keep(file, entry, subject.entry, directory)
  else if (
    (subject.is === 'carried' || subject.is === 'withdrawn') &&
    directory.authority.afterRevocation(entry.log, entry.seq)
  ) {
    // Else a revoked node could say that what it writes today was in a log of its own that was cut long ago.
    file.oddities.push(oddity(entry, 'quarantined', AFTER_REVOCATION, hashOf(subject.entry)))
  } else if (subject.is === 'withdrawn') withdraw(file, subject.entry)
  else if (subject.is === 'own') count(file, entry, undefined, directory, sha256)
  else count(file, subject.entry, { entry, byRoot: subject.byRoot }, directory, sha256)
}

/**
 * Notes an act that somebody else carries. Nobody writes in a stream that he never had by letting another carry it, and
 * nothing comes back of what a revoked node says, or is said to have done.
 */
function noteReturned(file: CaseFile, { log, seq }: Entry, act: Entry, directory: Directory, sha256: Sha256): void {
  const { authority } = directory
  const { node, stream } = logParts(act.log)
  if (!directory.deliverableBy(node).has(stream)) return
  if (authority.afterRevocation(log, seq) || authority.afterRevocation(act.log, act.seq, hashOf(act), true)) return
  file.returned.set(hashOf(act), stream)
  // Where nothing else of the case is left, this says whose it is.
  learnHome(file, stream, sha256)
}

/** Why a kept edit has no effect; whoever kept it writes it again, unless his stations may not. */
const KEPT = '两份记录合并时留作证据的编辑,内容由转存它的节点另行写入'
/** What a copy of the county had carried, and another carried on: nobody writes it again. */
const CARRIED_ON = '两份记录合并时转存的编辑,没有重新写入,请核对后补写'
const KEPT_ONLY = '两份记录合并时留作证据的编辑,转入的站点无权填写这个栏目,请有权的站点核对后补写'

function keep(file: CaseFile, entry: Entry, inner: Entry, directory: Directory): void {
  const isEdit = inner.kind === KIND.edit
  const section = isEdit && entry.kind === KIND.kept ? decodeEdit(inner.payload)?.section : undefined
  if (section !== undefined) file.cutSections.add(section)
  const keepers = directory.node(logParts(entry.log).node)?.stations ?? []
  const isOnlyKept = section !== undefined && !keepers.some((station) => mayWriteIn(directory, section, station))
  const editReason = entry.kind !== KIND.kept ? CARRIED_ON : isOnlyKept ? KEPT_ONLY : KEPT
  const reason = isEdit ? editReason : '转存的条目,以县级转来的为准'
  file.oddities.push(oddity(entry, 'forked', reason, hashOf(inner)))
}

/** An edit that its author took back has no effect, whichever of the two came first. */
function withdraw(file: CaseFile, edit: Entry): void {
  const hash = hashOf(edit)
  if (file.withdrawn.has(hash)) return
  file.withdrawn.add(hash)
  for (const section of file.sections.values()) {
    const at = section.edits.findIndex((one) => one.hash === hash)
    if (at === -1) continue
    appendAll(section.takenBack, section.edits.splice(at, 1))
    section.gate = undefined
    section.outcome = undefined
    file.oddities.push(oddity(edit, CUT_OFF.outcome, CUT_OFF.reason))
  }
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
  file.bytes -= strays.reduce((sum, { payload }) => sum + ENTRY_BYTES + payload.length, 0)
  for (const stray of strays) addEntry(file, stray, directory, sha256)
}

const hashOf = ({ hash }: Entry): EntryHash => toHex(hash) as EntryHash

const oddity = (
  entry: Entry,
  outcome: ReceiptRow['outcome'],
  reason: string,
  unless: EntryHash | null = null,
): Oddity => ({ log: entry.log, seq: entry.seq, hash: hashOf(entry), outcome, reason, unless })

/** What carries an entry. */
interface Carrier {
  readonly entry: Entry
  readonly byRoot: boolean
}

/** Makes an entry count, once however often it comes: in its own place, or carried. */
function count(file: CaseFile, entry: Entry, carrier: Carrier | undefined, directory: Directory, sha256: Sha256): void {
  const hash = hashOf(entry)
  const isOnlyCarried = carrier?.byRoot === false
  if (carrier) file.carriers.add(hash, { log: carrier.entry.log, seq: carrier.entry.seq })
  else if (file.uprooted.has(hash)) file.replanted.add(hash)
  if (file.known.has(hash)) {
    if (!isOnlyCarried) vouchFor(file, hash)
    return
  }
  file.known.add(hash)
  if (carrier) file.uprooted.add(hash)
  if (file.withdrawn.has(hash)) file.oddities.push(oddity(entry, CUT_OFF.outcome, CUT_OFF.reason))
  else if (entry.kind === KIND.fact) addFact(file, factOf(file, { entry, hash, isOnlyCarried }, directory, sha256))
  else if (entry.kind === KIND.edit) addEdit(file, entry, hash, directory)
  else if (entry.kind !== KIND.attachment) {
    file.oddities.push(oddity(entry, 'unknown-kind', '本机程序不认识的条目类型'))
  }
}

function factOf(
  { id, home }: CaseFile,
  { entry, hash, isOnlyCarried }: { readonly entry: Entry; readonly hash: EntryHash; readonly isOnlyCarried: boolean },
  { knows }: Directory,
  sha256: Sha256,
): FactEntry {
  const { log, seq, person, station, time, clockOffset } = entry
  const read = readFact(entry.payload, knows)
  const { stream } = logParts(log)
  const isAbroad = read.fact?.kind === 'opened' && stream !== home && !isHomeOf(sha256, id, stream)
  return {
    hash,
    log,
    seq,
    person,
    station,
    time,
    clockOffset,
    published: publishedBefore(entry),
    ...read,
    ...(isOnlyCarried ? { isOnlyCarried } : {}),
    ...(isAbroad ? { isAbroad } : {}),
  }
}

function addFact(file: CaseFile, fact: FactEntry): void {
  file.state = undefined
  file.facts.push(fact)
}

/** A fact that was met carried by somebody came in its own place, or the root carries it. */
function vouchFor(file: CaseFile, hash: EntryHash): void {
  if (!file.uprooted.has(hash)) return
  const at = file.facts.findIndex((fact) => fact.hash === hash)
  const fact = file.facts[at]
  if (!fact?.isOnlyCarried) return
  file.facts[at] = { ...fact, isOnlyCarried: false }
  file.state = undefined
}

/** What waits for an edit that never counts is judged otherwise. */
function noteLate(file: CaseFile, name: string, edit: SectionEdit | undefined): void {
  const known = file.lateSections.get(name) ?? []
  if (edit) known.push(edit)
  file.lateSections.set(name, known)
  const section = file.sections.get(name)
  if (section) section.outcome = undefined
}

/** An edit with what is known of its author. */
function sectionEdit(
  entry: Entry,
  hash: EntryHash,
  { update, lease, tier }: Pick<SectionEdit, 'update' | 'tier'> & { readonly lease: number },
): SectionEdit {
  const { log, seq, person, station } = entry
  const client = clientIdOf(lease, logParts(log).incarnation)
  const { orLater } = signingOf({ ...entry, published: publishedBefore(entry) })
  return { hash, log, seq, client, tier, person, station, time: writingTime(entry), orLater, update }
}

function addEdit(file: CaseFile, entry: Entry, hash: EntryHash, directory: Directory): void {
  const edit = decodeEdit(entry.payload)
  const { node } = logParts(entry.log)
  const author = directory.node(node)
  const tier = directory.station(entry.station)?.tier
  const isTooLate = directory.authority.afterRevocation(entry.log, entry.seq, hash)
  const isServed = tier !== undefined && author?.stations.includes(entry.station) === true
  const read =
    edit && isServed ? sectionEdit(entry, hash, { update: edit.update, lease: author.lease, tier }) : undefined
  if (!edit || isTooLate || !read) {
    const reason = !edit ? '编辑内容残缺或格式无法识别' : isTooLate ? AFTER_REVOCATION : UNSERVED
    if (edit && isTooLate) noteLate(file, edit.section, read)
    file.oddities.push(oddity(entry, 'quarantined', reason))
    return
  }
  const section = file.sections.get(edit.section) ?? { edits: [], takenBack: [], gate: undefined, outcome: undefined }
  file.sections.set(edit.section, section)
  section.edits.push(read)
  section.outcome = undefined
}
