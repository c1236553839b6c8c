/** What a section said when a fact sealed it, and who changed what behind the seal (rule S86). */
import type { Seal } from '#protocol/casework/facts/facts.ts'
import type { Authority } from '#protocol/casework/register.ts'
import { Gating } from '#protocol/documents/gate.ts'
import type { OpenSection } from '#protocol/documents/section.ts'
import { SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import type { SectionValue } from '../section-view.ts'
import type { CaseFile, SectionEdit } from './case-file.ts'
import { openedOf, type WalkedChanges, walkChanges } from './section-changes.ts'
import { acceptedEdits } from './sections.ts'

/** Whether a section says what was sealed: after a fork the same may be there in other edits. */
export const saysAsSealed = (
  { digest, content }: Seal,
  section: Pick<OpenSection, 'digest' | 'contentDigest'>,
  sha256: Sha256,
): boolean => (content === undefined ? digest === section.digest(sha256) : content === section.contentDigest(sha256))

/** A case with what must be known to read its seals. */
export interface SealedCase {
  readonly file: CaseFile
  readonly authority: Authority
  readonly sha256: Sha256
}

export interface SealedSection extends WalkedChanges {
  readonly value: SectionValue
}

/**
 * Edits that a seal holds, and those behind it. It holds what its frontier names and takes effect without anything else:
 * what waited there, for something that was written later, was no part of what was sealed (rule C130).
 * @param edits in the order in which they took effect here
 */
export function parted(name: SectionName, edits: readonly SectionEdit[], { frontier }: Pick<Seal, 'frontier'>) {
  const below = edits.filter(({ log, seq }) => seq <= (frontier[log] ?? 0))
  // What took effect before anything behind the frontier waited for none of that: so it is almost always.
  const isFirst = below.every((edit, place) => edits[place] === edit)
  const gating = new Gating<SectionEdit>(name)
  if (!isFirst) for (const edit of below) gating.arrive(edit)
  const held = new Set(isFirst ? below : gating.accepted)
  return { held: edits.filter((edit) => held.has(edit)), later: edits.filter((edit) => !held.has(edit)) }
}

/** What some edits say, if that is what was sealed. */
function valueAsSealed(name: SectionName, edits: readonly SectionEdit[], seal: Seal, sha256: Sha256) {
  const section = openedOf(name, edits)
  if (!section) return undefined
  return saysAsSealed(seal, section, sha256) ? (section.value() as SectionValue) : undefined
}

/**
 * A section that goes by keys as it was sealed; undefined where what is held here does not give it any more (a fork cut
 * off what was sealed), or for a section of text.
 */
export function sealedSection(
  { file, authority, sha256 }: SealedCase,
  name: SectionName,
  seal: Seal,
): SealedSection | undefined {
  if (SECTIONS[name].shape !== 'map') return undefined
  const { held, later } = parted(name, acceptedEdits(file, name), seal)
  const value = valueAsSealed(name, held, seal, sha256)
  return value === undefined ? undefined : { value, ...walkChanges(name, held, later, authority) }
}

/**
 * What was changed from one seal, or from a blank form, to the next; undefined where one of them cannot be put together any more.
 * `among`: so many such walks are made for one page.
 */
export function changesBetweenSeals(
  { file, authority, sha256 }: SealedCase,
  name: SectionName,
  { before, after, among }: { readonly before: Seal | undefined; readonly after: Seal; readonly among: number },
): WalkedChanges | undefined {
  const now = parted(name, acceptedEdits(file, name), after).held
  const { held, later } = before ? parted(name, now, before) : { held: [], later: now }
  const isThere = (edits: readonly SectionEdit[], seal: Seal) => valueAsSealed(name, edits, seal, sha256) !== undefined
  if ((before && !isThere(held, before)) || !isThere(now, after)) return undefined
  return walkChanges(name, held, later, authority, among)
}
