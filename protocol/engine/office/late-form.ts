/** What a revoked node delivered too late wrote into the form: without effect (rule S111), for people to read and to type anew. */
import { Gating } from '#protocol/documents/gate.ts'
import { isSectionName, SECTIONS } from '#protocol/documents/sections.ts'
import type { CaseFile, SectionEdit } from '../cases/case-file.ts'
import { openedOf, walkChanges } from '../cases/section-changes.ts'
import { acceptedEdits } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import type { LateContent } from '../section-view.ts'

/** What late edits would make of a section beside those that take effect; undefined where nothing of it can be read. */
function lateIn(
  { directory }: Core,
  file: CaseFile,
  name: string,
  late: readonly SectionEdit[],
): LateContent | undefined {
  if (!isSectionName(name)) return undefined
  const gating = new Gating<SectionEdit>(name)
  const accepted = acceptedEdits(file, name)
  const known = new Set(accepted)
  for (const edit of [...(file.sections.get(name)?.edits ?? []), ...late]) gating.arrive(edit)
  const more = gating.accepted.filter((edit) => !known.has(edit))
  if (more.length === 0) return undefined
  if (SECTIONS[name].shape === 'map') {
    const { changes, unlisted } = walkChanges(name, accepted, more, directory.authority)
    return { section: name, changes, unlisted: unlisted.length, text: null }
  }
  const text = openedOf(name, gating.accepted)?.value()
  return typeof text === 'string' ? { section: name, changes: [], unlisted: 0, text } : undefined
}

/** Of every section what came too late. */
export const lateForm = (core: Core, file: CaseFile): readonly LateContent[] =>
  [...file.lateSections].flatMap(([name, late]) => lateIn(core, file, name, late) ?? [])
