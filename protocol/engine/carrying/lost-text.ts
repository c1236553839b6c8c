/** What people had written in sections and a cut takes away: read before the cut, written again after it. */
import type { SectionChange } from '#protocol/documents/change.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { decodeEdit, encodeEdit } from '#protocol/documents/edit.ts'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import { openSection } from '#protocol/documents/section.ts'
import { isSectionName, mayWriteSection, SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import { type DocumentId, type LogKey, type StationCode, toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, KIND, readRecord } from '#protocol/log/entry.ts'
import { type CaseFile, type SectionEdit, stateOf } from '../cases/case-file.ts'
import { acceptedUpdates, gated } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import type { ReadEntry } from '../logs/log-reading.ts'
import { registerOf } from '../register.ts'
import { newDraft } from '../writing/draft.ts'
import type { Staging } from '../writing/staging.ts'

/** What a section held before a cut. */
export interface LostText {
  readonly file: CaseFile
  readonly section: SectionName
  /** Undefined when the section could not be opened. */
  readonly value: unknown
  readonly station: StationCode
  /** A copy of this machine has kept all that is cut here, and has written it again with what stood on it. */
  readonly isWritten: boolean
}

/**
 * Whether the peer whose version stays holds an entry: then it was written in sight of that version, not of ours, and
 * counts again as soon as the peer's entries are here.
 */
export type PeerHolds = (log: LogKey, seq: number) => boolean

/** The sections of a case as they are before a tail with edits of them is cut off. */
export function lostText(
  staging: Staging,
  id: DocumentId,
  tail: readonly ReadEntry[],
  peerHolds: PeerHolds,
): LostText[] {
  const { core } = staging
  const file = staging.files.get(id) as CaseFile
  const edits = tail.filter(({ entry }) => entry.document === id && entry.kind === KIND.edit)
  const own = core.directory.node(core.identity.node)?.stations[0]
  // A relay that gives way writes what it passed on in its own name: the author may be gone for good.
  const station = edits.every(({ entry }) => core.logs.isOwn(entry.log)) ? edits[0]?.entry.station : own
  if (!station || edits.length === 0) return []
  const written = new Set(edits.map(({ entry }) => decodeEdit(entry.payload)?.section ?? ''))
  const kept = keptByUs(staging, file)
  return [...written].filter(isSectionName).map((section) => {
    const cut = edits.filter(({ entry }) => decodeEdit(entry.payload)?.section === section)
    const isWritten = cut.every(({ entry }) => kept.has(toHex(entry.hash)))
    const opened = openSection(section, ownUpdates(file, section, tail, peerHolds))
    const value = opened.ok ? opened.value.value() : undefined
    if (opened.ok) opened.value.close()
    return { file, section, value, station, isWritten }
  })
}

/** Edits that this node has kept: in another run of it, or in a copy that gave way before. */
const keptByUs = ({ core }: Staging, { oddities }: CaseFile): ReadonlySet<string | null> =>
  new Set(
    oddities.filter(({ log, outcome }) => outcome === 'forked' && core.logs.isOwn(log)).map(({ unless }) => unless),
  )

/** What counts of a section before the cut, without edits that wait only until the peer's version is here. */
function ownUpdates(
  file: CaseFile,
  section: SectionName,
  tail: readonly ReadEntry[],
  peerHolds: PeerHolds,
): readonly Uint8Array[] {
  // A field holds the newest value, whichever version the edit was made in sight of.
  if (SECTIONS[section].shape === 'map') return acceptedUpdates(file, section)
  const edits = file.sections.get(section)?.edits ?? []
  const cut = new Set(tail.map(({ entry }) => toHex(entry.hash)))
  const left = gate(
    section,
    edits.filter(({ hash }) => !cut.has(hash)),
  )
  const returning = new Set<SectionEdit>()
  for (const [edit, { waits }] of left.refused) if (waits && peerHolds(edit.log, edit.seq)) returning.add(edit)
  if (returning.size === 0) return acceptedUpdates(file, section)
  const own = edits.filter((edit) => !returning.has(edit))
  return gate(section, own).accepted.map(({ update }) => update)
}

function gate(section: SectionName, edits: readonly SectionEdit[]): GatedSection<SectionEdit> {
  const gating = new GatedSection<SectionEdit>(section)
  gating.advance(edits, false)
  return gating
}

/** Edits of a section that wait for others. */
const waiting = (file: CaseFile | undefined, section: SectionName) => {
  const held = file?.sections.get(section)
  return file && held ? gated(file, section, held).refused.filter(({ waits }) => waits) : []
}

/**
 * Withdraws edits of our own that built on what was cut: they would wait in vain, or, where the peer's version has
 * other content under the same numbers, say something that nobody wrote. Their text is part of what is written again.
 */
export async function editsInVain(
  { core, files }: Staging,
  { file, section, station }: LostText,
  peerHolds: PeerHolds,
): Promise<Draft[]> {
  const before = new Set(waiting(file, section).map(({ hash }) => hash))
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
  return drafts
}

/**
 * The edits that write again what a section lost by a cut, made under the new incarnation in sight of what is shared:
 * one, or one for each key where all at once are more than an edit may hold. Undefined when it cannot be written, or
 * would count nowhere because the own station may not write the section.
 */
export function writtenAgain(staging: Staging, { file, section, value, station }: LostText): Draft[] | undefined {
  const { core } = staging
  const tier = core.directory.authority.tierOf(station)
  if (!tier || !mayWriteSection(section, tier)) return undefined
  const opened = openSection(section, acceptedUpdates(staging.files.get(file.id) as CaseFile, section))
  if (!opened.ok || value === undefined) return undefined
  const author = clientIdOf(core.identity.lease, core.logs.incarnation)
  const change = changeTo(section, value, opened.value.value())
  const whole = opened.value.change(author, change)
  const made = whole.ok ? [whole] : partsOf(change).map((part) => opened.value.change(author, part))
  opened.value.close()
  if (made.some(({ ok }) => !ok)) return undefined
  const updates = made.flatMap((one) => (one.ok && one.value ? [one.value] : []))
  return updates.map((update) =>
    newDraft(core, {
      kind: KIND.edit,
      document: file.id,
      person: '',
      station,
      payload: encodeEdit({ section, update }),
    }),
  )
}

/** Of a text so much is told. */
const TOLD_CHARACTERS = 200

/** What could not be written again, for people: the case, the section, and a text word by word. */
export function lostWords(core: Core, { file, section, value }: LostText): string {
  const number = stateOf(file, registerOf(core))?.number ?? file.id
  const text = typeof value === 'string' ? `,原文“${value.slice(0, TOLD_CHARACTERS)}”` : ''
  return `${number} 的“${SECTIONS[section].title}”${text}`
}

/** A change key by key; a text has no parts. */
function partsOf(change: SectionChange): SectionChange[] {
  if ('text' in change) return [change]
  const set = Object.entries(change.set).map(([key, wanted]) => ({ set: { [key]: wanted }, remove: [] }))
  return [...set, ...change.remove.map((key) => ({ set: {}, remove: [key] }))]
}

/** The change that leads from one value of a section back to another. */
function changeTo(section: SectionName, wanted: unknown, present: unknown): SectionChange {
  if (SECTIONS[section].shape === 'text') return { text: wanted as string }
  const set = wanted as Record<string, never>
  return { set, remove: Object.keys(present as object).filter((key) => !Object.hasOwn(set, key)) }
}
