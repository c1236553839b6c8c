/** What people had written in sections and a cut takes away: read before the cut, written again after it. */
import type { SectionChange } from '#protocol/documents/change.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import { isSectionName, SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import type { DocumentId, StationCode, StreamId } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { acceptedUpdates } from '../cases/sections.ts'
import type { ReadEntry } from '../logs/log-reading.ts'
import { fileOf } from '../writing/case-loading.ts'
import { newDraft } from '../writing/draft.ts'
import { append } from '../writing/placing.ts'
import type { Staging } from '../writing/staging.ts'

/** What a section held before a cut. */
export interface LostText {
  readonly file: CaseFile
  readonly section: SectionName
  readonly value: unknown
  readonly station: StationCode
}

/** The sections of a case as they are before a tail with edits of them is cut off. */
export function lostText(staging: Staging, id: DocumentId, tail: readonly ReadEntry[]): LostText[] {
  const { core } = staging
  const file = staging.files.get(id) as CaseFile
  const edits = tail.filter(({ entry }) => entry.document === id && entry.kind === KIND.edit)
  const own = core.directory.node(core.identity.node)?.stations[0]
  // A relay that gives way writes what it passed on in its own name: the author may be gone for good.
  const station = edits.every(({ entry }) => core.logs.isOwn(entry.log)) ? edits[0]?.entry.station : own
  if (!station || edits.length === 0) return []
  return [...file.sections.keys()].filter(isSectionName).flatMap((section) => {
    const opened = openSection(section, acceptedUpdates(file, section))
    if (!opened.ok) return []
    const value = opened.value.value()
    opened.value.close()
    return [{ file, section, value, station }]
  })
}

/** Writes what a section lost by a cut, under the new incarnation. */
export async function writeAgain(
  staging: Staging,
  stream: StreamId,
  { file, section, value, station }: LostText,
): Promise<void> {
  const { core } = staging
  const opened = openSection(section, acceptedUpdates(await fileOf(staging, file.id), section))
  if (!opened.ok) return
  const change = changeTo(section, value, opened.value.value())
  const changed = opened.value.change(clientIdOf(core.identity.lease, core.logs.incarnation), change)
  opened.value.close()
  if (!changed.ok || !changed.value) return
  const payload = encodeEdit({ section, update: changed.value })
  append(staging, stream, [newDraft(core, { kind: KIND.edit, document: file.id, person: '', station, payload })])
}

/** The change that leads from one value of a section back to another. */
function changeTo(section: SectionName, wanted: unknown, present: unknown): SectionChange {
  if (SECTIONS[section].shape === 'text') return { text: wanted as string }
  const set = wanted as Record<string, never>
  return { set, remove: Object.keys(present as object).filter((key) => !Object.hasOwn(set, key)) }
}
