/** The sections of a case: edits through the gate, in an order in which they apply. */
import { begunAnew } from '#protocol/documents/authors-order.ts'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import { isSectionName, mayWriteSection } from '#protocol/documents/sections.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Directory } from '../directory/directory.ts'
import type { CaseFile, SectionEdit, SectionFile, SectionOutcome } from './case-file.ts'

/** What takes effect of a section's edits: the gate looks at those that came in since it was last asked. */
export function gated(
  { lateSections }: Pick<CaseFile, 'lateSections'>,
  name: string,
  section: SectionFile,
): SectionOutcome {
  if (section.outcome) return section.outcome
  const isLate = lateSections.has(name)
  const anew: ReadonlySet<SectionEdit> = isLate ? begunAnew(section.edits) : new Set()
  section.gate ??= new GatedSection(name)
  section.gate.advance(anew.size === 0 ? section.edits : section.edits.filter((edit) => !anew.has(edit)), isLate)
  const refusal = ({ hash, log, seq }: SectionEdit, reason: string, waits: boolean) =>
    ({ hash, log, seq, outcome: 'quarantined', reason, unless: null, waits }) as const
  section.outcome = {
    accepted: section.gate.accepted,
    lineage: section.gate.lineage,
    refused: [
      ...[...anew].map((edit) => refusal(edit, '', true)),
      ...[...section.gate.refused].map(([edit, { waits, message }]) => refusal(edit, message, waits)),
    ],
  }
  return section.outcome
}

/** Whether a station may write a section; nobody may write one that this program does not know, nor for a station that it does not. */
export function mayWriteIn({ authority }: Pick<Directory, 'authority'>, name: string, station: StationCode): boolean {
  const tier = authority.tierOf(station)
  return tier !== undefined && isSectionName(name) && mayWriteSection(name, tier)
}

/** The edits of a section that take effect; none of a case that is not held. */
export function acceptedEdits(file: CaseFile | undefined, name: string): readonly SectionEdit[] {
  const section = file?.sections.get(name)
  return file && section ? gated(file, name, section).accepted : []
}

/**
 * Heights of the logs whose edits make what a section says: the frontier a seal names. What waits, or is refused, is no part
 * of it, also where it lies below the frontier: see `parted`.
 */
export function frontierOf(edits: readonly SectionEdit[]): Record<string, number> {
  const frontier: Record<string, number> = {}
  for (const { log, seq } of edits) frontier[log] = Math.max(frontier[log] ?? 0, seq)
  return frontier
}
