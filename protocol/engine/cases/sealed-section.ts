/** What a section said when a fact sealed it, and who changed what behind the seal (rule S86). */
import type { Seal } from '#protocol/casework/facts/facts.ts'
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import { SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import type { SealChange, SectionValue } from '../office.ts'
import type { CaseFile, SectionEdit } from './case-file.ts'
import { acceptedEdits } from './sections.ts'

/** Whether a section says what was sealed: after a fork the same may be there in other edits. */
export const saysAsSealed = (
  { digest, content }: Seal,
  section: Pick<OpenSection, 'digest' | 'contentDigest'>,
  sha256: Sha256,
): boolean => (content === undefined ? digest === section.digest(sha256) : content === section.contentDigest(sha256))

export interface SealedSection {
  readonly value: SectionValue
  /** In the order in which they came to be; the latest LIMITS.shownChanges. */
  readonly changes: readonly SealChange[]
  /** Edits behind the seal before those that were gone through for the changes. */
  readonly unlisted: number
}

/** Edits that the seal's frontier holds, and those behind it. */
function parted(file: CaseFile, name: SectionName, { frontier }: Seal) {
  const held: SectionEdit[] = []
  const later: SectionEdit[] = []
  for (const edit of acceptedEdits(file, name)) (edit.seq <= (frontier[edit.log] ?? 0) ? held : later).push(edit)
  return { held, later }
}

type MapValue = Readonly<Record<string, unknown>>

/** What one edit made of the values before it. */
function changesBetween(before: MapValue, after: MapValue, { person, station, time }: SectionEdit): SealChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => ({ key, before: before[key] ?? null, after: after[key] ?? null, person, station, time }))
}

/**
 * How many of the latest edits are gone through one by one. Each step reads the whole section, so that edits without end,
 * or large ones, would keep everybody on this node waiting.
 */
function walkedOf(held: readonly SectionEdit[], later: readonly SectionEdit[]): number {
  const bytes = [...held, ...later].reduce((sum, { update }) => sum + update.length, 1)
  return Math.min(later.length, LIMITS.walkedEdits, Math.max(1, Math.floor(LIMITS.walkedBytes / bytes)))
}

/** Goes from the edits that a section shows on, edit by edit; what one person typed on at one key is one change. */
function changesSince(
  section: OpenSection,
  begun: readonly SectionEdit[],
  walked: readonly SectionEdit[],
): readonly SealChange[] {
  const changes: SealChange[] = []
  const places = new Map<string, number>() // of the last change at a key
  const shown = [...begun]
  const lineage = {} // the list only grows: the section need not compare it anew with each step
  let before = section.value() as MapValue
  for (const edit of walked) {
    shown.push(edit)
    if (!section.follow(shown, lineage)) break
    const after = section.value() as MapValue
    for (const change of changesBetween(before, after, edit)) {
      const last = places.get(change.key) ?? -1
      const known = changes[last]
      const isOn = known?.person === change.person && known.station === change.station
      if (known && isOn) changes[last] = { ...change, before: known.before }
      else places.set(change.key, changes.push(change) - 1)
    }
    before = after
  }
  const isNothing = ({ before: was, after }: SealChange) => JSON.stringify(was) === JSON.stringify(after)
  return changes.filter((change) => !isNothing(change)).slice(-LIMITS.shownChanges)
}

const opened = (name: SectionName, edits: readonly SectionEdit[]): OpenSection | undefined => {
  const section = openSection(
    name,
    edits.map(({ update }) => update),
  )
  return section.ok ? section.value : undefined
}

/** What was changed since a seal, as far back as is gone through. */
function changesBehind(
  name: SectionName,
  held: readonly SectionEdit[],
  later: readonly SectionEdit[],
): Pick<SealedSection, 'changes' | 'unlisted'> {
  const unlisted = later.length - walkedOf(held, later)
  const begun = [...held, ...later.slice(0, unlisted)]
  const section = opened(name, begun)
  if (!section) return { changes: [], unlisted: later.length }
  const changes = changesSince(section, begun, later.slice(unlisted))
  section.close()
  return { changes, unlisted }
}

/**
 * A section that goes by keys as it was sealed; undefined where what is held here does not give it any more (a fork cut
 * off what was sealed), or for a section of text.
 */
export function sealedSection(
  file: CaseFile,
  name: SectionName,
  seal: Seal,
  sha256: Sha256,
): SealedSection | undefined {
  if (SECTIONS[name].shape !== 'map') return undefined
  const { held, later } = parted(file, name, seal)
  const section = opened(name, held)
  if (!section) return undefined
  const value = saysAsSealed(seal, section, sha256) ? section.value() : undefined
  section.close()
  return value === undefined ? undefined : { value: value as SectionValue, ...changesBehind(name, held, later) }
}
