/** The sections of a case: edits through the gate, in an order in which they apply. */
import { begunAnew, inAuthorsOrder } from '#protocol/documents/authors-order.ts'
import { gateHistory } from '#protocol/documents/gate.ts'
import type { CaseFile, SectionEdit, SectionFile } from './case-file.ts'

/** Gates a section's edits where that has not been done since the last one came in. */
export function gated(
  { lateSections }: Pick<CaseFile, 'lateSections'>,
  name: string,
  section: SectionFile,
): SectionFile {
  if (section.accepted) return section
  const isLate = lateSections.has(name)
  const anew: ReadonlySet<SectionEdit> = isLate ? begunAnew(section.edits) : new Set()
  const edits = inAuthorsOrder(section.edits.filter((edit) => !anew.has(edit)))
  const history = gateHistory(name, edits, isLate)
  section.accepted = history.accepted.map((place) => (edits[place] as SectionEdit).update)
  const refusal = ({ hash, log, seq }: SectionEdit, reason: string, waits: boolean) =>
    ({ hash, log, seq, outcome: 'quarantined', reason, unless: null, waits }) as const
  section.refused = [
    ...[...anew].map((edit) => refusal(edit, '', true)),
    ...[...history.refused].map(([place, { message, waits }]) => refusal(edits[place] as SectionEdit, message, waits)),
  ]
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
