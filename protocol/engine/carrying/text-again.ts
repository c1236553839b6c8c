/** Writes again what a cut took out of sections, in sight of what is left; what built on it is withdrawn. */
import { differenceOf, type SectionChange } from '#protocol/documents/change.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import { SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, KIND, readRecord } from '#protocol/log/entry.ts'
import { type CaseFile, type SectionEdit, stateOf } from '../cases/case-file.ts'
import { acceptedEdits, gated, mayWriteIn } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import { registerOf } from '../register.ts'
import { newDraft } from '../writing/draft.ts'
import type { Staging } from '../writing/staging.ts'
import { gate, type LostText, madeOf } from './lost-text.ts'
import type { PeerHolds } from './peer-holds.ts'
import { isSame, type KeyedValues } from './taken-back.ts'

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
  const { file, section, value, station } = lost
  const accepted = acceptedEdits(staging.files.get(file.id), section)
  const opened = openSection(
    section,
    accepted.map(({ update }) => update),
  )
  if (!opened.ok || value === undefined) return { unwritten: lostWords(core, lost, undefined) }
  const present = opened.value.value()
  const author = clientIdOf(core.identity.lease, core.logs.incarnation)
  const change = changeTo(lost, { present, left: leftOf(lost, accepted, present), known: knownTo(lost, inVain) })
  const whole = opened.value.change(author, change)
  const made = whole.ok ? [whole] : partsOf(change).map((part) => opened.value.change(author, part))
  const updates = made.flatMap((one) => (one.ok && one.value ? [one.value] : []))
  if (made.some(({ ok }) => !ok) || (updates.length > 0 && !mayWriteIn(core.directory, section, station)))
    return { unwritten: lostWords(core, lost, present) }
  const same = { kind: KIND.edit, document: file.id, person: '', station } as const
  return { drafts: updates.map((update) => newDraft(core, { ...same, payload: encodeEdit({ section, update }) })) }
}

/**
 * What is left of the value before the cut. Edits that take effect only now, because what they contradict is gone, are of
 * the version that stays, carried here before it: nobody here wanted them away.
 */
function leftOf({ section, inEffect }: LostText, accepted: readonly SectionEdit[], present: unknown): unknown {
  const before = new Set(inEffect.map(({ hash }) => hash))
  const left = accepted.filter(({ hash }) => before.has(hash))
  return left.length === accepted.length ? present : madeOf(section, acceptedOf(section, left))
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

/** A section after a cut. */
interface After {
  readonly present: unknown
  /** What is left of the value before the cut; where it is that, nothing was lost. */
  readonly left: unknown
  /** What a copy of this machine has written again; undefined: nothing. */
  readonly known: unknown
}

/** The change that brings back what a section lost, but for what is known to have been written. */
function changeTo({ section, value, settled }: LostText, { present, left, known }: After): SectionChange {
  if (SECTIONS[section].shape === 'text') return { text: textWith(String(value), String(present), left, known) }
  const [wanted, stood] = [value as KeyedValues, (left ?? {}) as KeyedValues]
  const isOwed = (key: string) =>
    !settled.has(key) &&
    !isSame(stood, wanted, key) &&
    (known === undefined || !isSame(known as KeyedValues, wanted, key))
  const set = Object.fromEntries(Object.entries(wanted).filter(([key]) => isOwed(key)))
  const gone = Object.keys(stood).filter((key) => !Object.hasOwn(wanted, key))
  return { set, remove: gone.filter(isOwed) }
}

/** A text as it was; where something of the version that stays stands in it by now, with what was lost behind that. */
function textWith(wanted: string, present: string, left: unknown, known: unknown): string {
  if (known === wanted) return present
  return left === present ? wanted : `${present}${differenceOf(String(left ?? ''), wanted).inserted}`
}
