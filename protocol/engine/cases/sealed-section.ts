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

/** Goes from the sealed state edit by edit to what stands now; what one person typed on at one key is one change. */
function changesSince(
  section: OpenSection,
  held: readonly SectionEdit[],
  later: readonly SectionEdit[],
): readonly SealChange[] {
  const changes: SealChange[] = []
  const shown = [...held]
  for (const edit of later) {
    const before = section.value() as MapValue
    shown.push(edit)
    if (!section.follow(shown, {})) break
    for (const change of changesBetween(before, section.value() as MapValue, edit)) {
      const last = changes.findLastIndex(({ key }) => key === change.key)
      const known = changes[last]
      const isOn = known?.person === change.person && known.station === change.station
      if (known && isOn) changes[last] = { ...change, before: known.before }
      else changes.push(change)
    }
  }
  const isNothing = ({ before, after }: SealChange) => JSON.stringify(before) === JSON.stringify(after)
  return changes.filter((change) => !isNothing(change)).slice(-LIMITS.shownChanges)
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
  const opened = openSection(
    name,
    held.map(({ update }) => update),
  )
  if (!opened.ok) return undefined
  const section: OpenSection = opened.value
  const isRight = saysAsSealed(seal, section, sha256)
  const sealed = isRight ? { value: section.value(), changes: changesSince(section, held, later) } : undefined
  section.close()
  return sealed as SealedSection | undefined
}
