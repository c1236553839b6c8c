/** What people had written in sections and a cut takes away: read before the cut, written again after it. */
import { differenceOf, type SectionChange, sameValue } from '#protocol/documents/change.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { decodeEdit, encodeEdit } from '#protocol/documents/edit.ts'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import { openSection } from '#protocol/documents/section.ts'
import { isSectionName, type PlainValue, SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import { type DocumentId, type EntryHash, type StationCode, toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, type Entry, KIND, readRecord } from '#protocol/log/entry.ts'
import { type CaseFile, type SectionEdit, stateOf } from '../cases/case-file.ts'
import { storedEntry } from '../cases/case-reading.ts'
import { acceptedUpdates, gated, mayWriteIn } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import { registerOf } from '../register.ts'
import { newDraft } from '../writing/draft.ts'
import type { Staging } from '../writing/staging.ts'
import { keptBefore } from './kept-before.ts'
import type { PeerHolds } from './peer-holds.ts'
import { type Beside, besideTakenBack, type SectionReading } from './taken-back.ts'

/** What a section held before a cut. */
export interface LostText extends Beside {
  readonly file: CaseFile
  readonly section: SectionName
  /** Edits of which the value was made, and those that had no effect beside them. */
  readonly edits: readonly SectionEdit[]
  /** Of the edits that are cut off those that no copy of this machine has kept, and written again, before. */
  readonly owed: ReadonlySet<EntryHash>
  /** Whether such a copy has kept some of them. */
  readonly isPartlyKept: boolean
  readonly station: StationCode
}

/** When a tail began to give way, and what the peer whose version stays holds. */
export interface GivingWay {
  readonly begun: number
  readonly peerHolds: PeerHolds
}

const sectionOf = (edit: Entry): string => decodeEdit(edit.payload)?.section ?? ''
const hashOf = (edit: Entry): EntryHash => toHex(edit.hash) as EntryHash

/** The sections of a case as they are before edits of them are cut off: `file` still has them all. */
export async function lostText(
  core: Core,
  file: CaseFile,
  cut: readonly Entry[],
  { begun, peerHolds }: GivingWay,
): Promise<LostText[]> {
  const kept = await keptUntil(core, file.id, begun)
  return [...new Set(cut.map(sectionOf))].filter(isSectionName).flatMap((section) => {
    const ours = cut.filter((one) => sectionOf(one) === section)
    const station = stationFor(core, section, ours)
    if (!station) return []
    const edits = ownEdits(file, section, cut, peerHolds)
    const owed = new Set(ours.map(hashOf).filter((hash) => !kept.has(hash)))
    const held = file.sections.get(section)
    const isWhole = edits.length === held?.edits.length
    const read = (some: readonly SectionEdit[]): SectionReading => {
      const accepted =
        held && isWhole && some === edits ? gated(file, section, held).accepted : gate(section, some).accepted
      const value = madeOf(
        section,
        accepted.map(({ update }) => update),
      )
      return { value, accepted }
    }
    const beside = besideTakenBack(read, edits, held?.takenBack ?? [])
    return [{ file, section, edits, owed, isPartlyKept: owed.size < ours.length, station, ...beside }]
  })
}

/** What this node had kept of a case up to an arrival, and written again. */
async function keptUntil({ storage, logs }: Core, id: DocumentId, arrival: number): Promise<ReadonlySet<EntryHash>> {
  const held = (await storage.recordsOf([id])).get(id) ?? []
  const own = held.filter(({ log }) => logs.isOwn(log))
  const early = new Set(own.filter((one) => one.arrival <= arrival).map(({ hash }) => toHex(hash)))
  return keptBefore(own.map(storedEntry), ({ hash }) => early.has(toHex(hash)), logs.sha256)
}

/** A relay that gives way writes what it passed on in its own name: the author may be gone for good. */
function stationFor(core: Core, section: SectionName, cut: readonly Entry[]): StationCode | undefined {
  if (cut.every(({ log }) => core.logs.isOwn(log))) return cut[0]?.station
  const stations = core.directory.node(core.identity.node)?.stations ?? []
  return stations.find((station) => mayWriteIn(core.directory, section, station)) ?? stations[0]
}

/** The edits of a section before the cut, without those that wait only until the peer's version is here. */
function ownEdits(
  file: CaseFile,
  section: SectionName,
  gone: readonly Entry[],
  peerHolds: PeerHolds,
): readonly SectionEdit[] {
  const edits = file.sections.get(section)?.edits ?? []
  const cut = new Set(gone.map(hashOf))
  const left = gate(
    section,
    edits.filter(({ hash }) => !cut.has(hash)),
  )
  const returning = new Set<SectionEdit>()
  for (const [edit, { waits }] of left.refused) if (waits && peerHolds(edit.log, edit.seq)) returning.add(edit)
  return returning.size === 0 ? edits.slice() : edits.filter((edit) => !returning.has(edit))
}

function gate(section: SectionName, edits: readonly SectionEdit[]): GatedSection<SectionEdit> {
  const gating = new GatedSection<SectionEdit>(section)
  gating.advance(edits, false)
  return gating
}

/** What updates make of a section; undefined when it cannot be opened. */
function madeOf(section: SectionName, updates: readonly Uint8Array[]): unknown {
  const opened = openSection(section, updates)
  if (!opened.ok) return undefined
  const value = opened.value.value()
  opened.value.close()
  return value
}

const acceptedOf = (section: SectionName, edits: readonly SectionEdit[]): readonly Uint8Array[] =>
  gate(section, edits).accepted.map(({ update }) => update)

/** Edits of a section that wait for others. */
const waiting = (file: CaseFile | undefined, section: SectionName) => {
  const held = file?.sections.get(section)
  return file && held ? gated(file, section, held).refused.filter(({ waits }) => waits) : []
}

/** Own edits that are taken back, and what says so. */
export interface InVain {
  readonly hashes: ReadonlySet<EntryHash>
  readonly drafts: readonly Draft[]
}

/**
 * Withdraws edits of our own that built on what was cut: they would wait in vain, or, where the peer's version has
 * other content under the same numbers, say something that nobody wrote. Their text is part of what is written again.
 */
export async function editsInVain(
  { core, files }: Staging,
  { file, section, station, onTop }: LostText,
  peerHolds: PeerHolds,
): Promise<InVain> {
  const before = new Set(waiting(file, section).map(({ hash }) => hash))
  for (const { hash } of onTop) before.delete(hash)
  const inVain = waiting(files.get(file.id), section).filter(
    ({ hash, log, seq }) => core.logs.isOwn(log) && !before.has(hash) && !peerHolds(log, seq),
  )
  const held = inVain.length > 0 ? ((await core.storage.recordsOf([file.id])).get(file.id) ?? []) : []
  const drafts: Draft[] = []
  for (const { log, seq } of inVain) {
    const record = readRecord(
      held.find((placed) => placed.log === log && placed.seq === seq)?.bytes ?? new Uint8Array(),
    )
    const hash = await core.logs.hashAt(log, seq - 1)
    if (!record || !hash) continue // held as carried only: its own place is not here
    const payload = encodeCarried(log, hash, record)
    drafts.push(newDraft(core, { kind: KIND.withdrawn, document: file.id, person: '', station, payload }))
  }
  return { hashes: new Set(inVain.map(({ hash }) => hash)), drafts }
}

/** Edits that write again what was lost, or words for people about what could not be. */
export type Again = { readonly drafts: readonly Draft[] } | { readonly unwritten: string }

/**
 * The edits that write again what a section lost by a cut, made under the new incarnation in sight of what is shared:
 * one, or one for each key where all at once are more than an edit may hold. What would count nowhere, because the own
 * station may not write the section, is not written.
 */
export function writtenAgain(staging: Staging, lost: LostText, inVain: ReadonlySet<EntryHash>): Again {
  const { core } = staging
  const { file, section, value, station, settled } = lost
  const opened = openSection(section, acceptedUpdates(staging.files.get(file.id) as CaseFile, section))
  if (!opened.ok || value === undefined) return { unwritten: lostWords(core, lost, undefined) }
  const present = opened.value.value()
  const author = clientIdOf(core.identity.lease, core.logs.incarnation)
  const change = changeTo(section, value, present, knownTo(lost, inVain), settled)
  const whole = opened.value.change(author, change)
  const made = whole.ok ? [whole] : partsOf(change).map((part) => opened.value.change(author, part))
  opened.value.close()
  const updates = made.flatMap((one) => (one.ok && one.value ? [one.value] : []))
  if (made.some(({ ok }) => !ok) || (updates.length > 0 && !mayWriteIn(core.directory, section, station)))
    return { unwritten: lostWords(core, lost, present) }
  const same = { kind: KIND.edit, document: file.id, person: '', station } as const
  return { drafts: updates.map((update) => newDraft(core, { ...same, payload: encodeEdit({ section, update }) })) }
}

/** What a copy of this machine has written again already: the section without what is owed; undefined: nothing of it. */
function knownTo({ section, edits, owed, isPartlyKept }: LostText, inVain: ReadonlySet<EntryHash>): unknown {
  if (!isPartlyKept) return undefined
  const written = edits.filter(({ hash }) => !owed.has(hash) && !inVain.has(hash))
  return madeOf(section, acceptedOf(section, written))
}

/** Of a text so much is told: a finding is read at a glance, and kept in the database. */
const TOLD_CHARACTERS = 200

/** What could not be written again: the case, the section, and of a text the words that are missing now. */
export function lostWords(core: Core, { file, section, value }: LostText, present: unknown): string {
  const place = `${stateOf(file, registerOf(core))?.number ?? file.id} 的“${SECTIONS[section].title}”`
  if (typeof value !== 'string') return place
  const { inserted } = differenceOf(typeof present === 'string' ? present : '', value)
  const told = inserted.length > TOLD_CHARACTERS ? `${inserted.slice(0, TOLD_CHARACTERS)}……` : inserted
  return `${place},原文“${told}”`
}

/** A change key by key; a text has no parts. */
function partsOf(change: SectionChange): SectionChange[] {
  if ('text' in change) return [change]
  const set = Object.entries(change.set).map(([key, wanted]) => ({ set: { [key]: wanted }, remove: [] }))
  return [...set, ...change.remove.map((key) => ({ set: {}, remove: [key] }))]
}

type Fields = Readonly<Record<string, PlainValue>>

/** The change that leads from one value of a section back to another, but for what is `known` to have been written. */
function changeTo(
  section: SectionName,
  wanted: unknown,
  present: unknown,
  known: unknown,
  settled: ReadonlySet<string>,
): SectionChange {
  if (SECTIONS[section].shape === 'text') return { text: (known === wanted ? present : wanted) as string }
  const has = (values: unknown, key: string) => values !== undefined && Object.hasOwn(values as Fields, key)
  const isOwed = (key: string) =>
    !settled.has(key) &&
    (known === undefined ||
      has(known, key) !== has(wanted, key) ||
      (has(wanted, key) && !sameValue((known as Fields)[key], (wanted as Fields)[key] as PlainValue)))
  const set = Object.fromEntries(Object.entries(wanted as Fields).filter(([key]) => isOwed(key)))
  const gone = Object.keys(present as Fields).filter((key) => !has(wanted, key))
  return { set, remove: gone.filter(isOwed) }
}
