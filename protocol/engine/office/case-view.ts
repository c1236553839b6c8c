/** What a case page shows: folded state, sections, acts offered, safety, receipts. */
import { actsFor } from '#protocol/casework/acts/acts.ts'
import type { ActorAtNode } from '#protocol/casework/acts/permission.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { OPEN_STAGES } from '#protocol/casework/course/stages.ts'
import { letsIn } from '#protocol/casework/folding/standing.ts'
import type { Register } from '#protocol/casework/register.ts'
import { transferTargets } from '#protocol/casework/rules/transfer.ts'
import { SECTION_NAMES, SECTIONS } from '#protocol/documents/sections.ts'
import type { DocumentId, EntryHash, StationCode } from '#protocol/ids.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { type CaseFile, stateOf } from '../cases/case-file.ts'
import { receiptsOf } from '../cases/case-receipts.ts'
import { safetyOfReach } from '../cases/safety.ts'
import type { Core } from '../core.ts'
import { type ActOffer, type Actor, type CaseView, UNKNOWN_CASE } from '../office.ts'
import type { CaseRow, ReceiptRow } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import type { SectionView } from '../section-view.ts'
import { othersNumbered } from '../writing/shared-numbers.ts'
import { doubtsIn, unchecked } from './doubtful-cases.ts'
import { lateForm } from './late-form.ts'
import { changesByOthers, changesOfAdoptions, type ReadSection, readSections } from './sealed-form.ts'
import { standingAt, takenOver } from './sealed-story.ts'
import { sectionRefusal } from './section-right.ts'
import { workActor } from './work-actor.ts'

/** Builds the view of a case for a person. */
export async function viewCase(
  core: Core,
  file: CaseFile,
  actor: Actor,
  id: DocumentId,
  asOf?: EntryHash,
): Promise<Result<CaseView>> {
  const register = registerOf(core)
  const now = stateOf(file, register)
  if (!now) return failure(UNKNOWN_CASE)
  const state = asOf === undefined ? now : standingAt(now, asOf)
  const read = readSections({ core, file, state }, SECTION_NAMES)
  if (!read.ok) return read
  const sameNumber = await othersNumbered(core, state)
  const safety = safetyOfReach(core, file.reach)
  const stations = core.directory.stations()
  const targets = transferTargets(state.holder, stations, file.home as StationCode | undefined)
  const acts = offers(state, { ...workActor(core, actor), numberIsShared: sameNumber.length > 0 }, register)
  const doubtfulDays = await doubtsIn(core, file)
  const adoptable = acts.flatMap(({ kind, allowed, subject }) => (letsIn(kind) && allowed && subject) || [])
  return success({
    state,
    item: register.edition(state.item, state.itemVersion),
    sections: read.value.sections.map((section) => showSection(core, state, actor, section)),
    changesByOthers: asOf === undefined ? changesByOthers(read.value) : null,
    adoptedChanges: asOf === undefined ? changesOfAdoptions(read.value, new Set(adoptable)) : [],
    takenOver: asOf === undefined ? takenOver(core, file, state) : [],
    late: lateForm(core, file),
    acts,
    safety,
    receipts: mergeReceipts(receiptsOf(file), await core.storage.receiptsOf(id)),
    targets,
    subCases: (await core.storage.cases({ master: id })).rows,
    duplicates: await duplicatesOf(core, state),
    doubtfulDays,
    daysToCheck: unchecked(core, now.stage, doubtfulDays),
    sameNumber,
  })
}

/** Open cases of the same applicant for the same item, taken in elsewhere or twice (两头受理). */
async function duplicatesOf(core: Core, { id, item, applicant }: CaseState): Promise<readonly CaseRow[]> {
  const { idNumber } = applicant
  if (idNumber === '') return []
  const { rows } = await core.storage.cases({ sameApplicant: { idNumber, item }, stages: OPEN_STAGES })
  return rows.filter((row) => row.id !== id)
}

function offers(state: CaseState, actor: ActorAtNode, register: Register): ActOffer[] {
  return actsFor(state, actor, register).map((offer) =>
    offer.allowed ? { ...offer, code: '', why: '', next: '' } : offer,
  )
}

function showSection(
  core: Core,
  state: CaseState,
  actor: Actor,
  { name, value, isChanged, sealed }: ReadSection,
): SectionView {
  return {
    name,
    title: SECTIONS[name].title,
    value,
    writable: sectionRefusal(core, state, name, actor.station) === undefined,
    changedAfterSeal: isChanged,
    sealed: sealed?.value ?? null,
    changes: sealed?.changes ?? [],
    unlisted: sealed?.unlisted.length ?? 0,
  }
}

/** What this node finds itself, and what the parent told of it. */
function mergeReceipts(own: readonly ReceiptRow[], told: readonly ReceiptRow[]): ReceiptRow[] {
  const rows = new Map<string, ReceiptRow>()
  for (const row of [...told, ...own]) rows.set(`${row.log}#${row.seq}`, row)
  return [...rows.values()].filter((row) => row.outcome !== 'applied' && row.outcome !== 'set-aside')
}
