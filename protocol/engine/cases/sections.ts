/** The sections of a case: edits through the gate, in an order in which they apply. */
import { GatedSection } from '#protocol/documents/gated-section.ts'
import type { CaseFile, SectionFile, SectionOutcome } from './case-file.ts'

/** What takes effect of a section's edits: the gate looks at those that came in since it was last asked. */
export function gated(
  { lateSections }: Pick<CaseFile, 'lateSections'>,
  name: string,
  section: SectionFile,
): SectionOutcome {
  if (section.outcome) return section.outcome
  section.gate ??= new GatedSection(name)
  section.gate.advance(section.edits, lateSections.has(name))
  section.outcome = {
    accepted: section.gate.accepted,
    lineage: section.gate.lineage,
    refused: [...section.gate.refused].map(([{ hash, log, seq }, { waits, message }]) => ({
      hash,
      log,
      seq,
      outcome: 'quarantined',
      reason: message,
      unless: null,
      waits,
    })),
  }
  return section.outcome
}

/** The updates of a section that take effect. */
export function acceptedUpdates(file: CaseFile, name: string): readonly Uint8Array[] {
  const section = file.sections.get(name)
  return section ? gated(file, name, section).accepted.map(({ update }) => update) : []
}

/** Heights of the logs that hold a section's edits: the frontier a seal names. */
export function sectionFrontier(file: CaseFile, name: string): Record<string, number> {
  const frontier: Record<string, number> = {}
  for (const { log, seq } of file.sections.get(name)?.edits ?? []) frontier[log] = Math.max(frontier[log] ?? 0, seq)
  return frontier
}
