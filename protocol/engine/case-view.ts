/** What a case page shows: folded state, sections, acts offered, safety, receipts. */
import { actsFor } from '#protocol/casework/acts.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { transferTargets } from '#protocol/casework/transfer.ts'
import { openSection } from '#protocol/documents/section.ts'
import { mayWriteSection, SECTION_NAMES, SECTIONS } from '#protocol/documents/sections.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { acceptedUpdates, type CaseFile, receiptsOf, stateOf } from './case-file.ts'
import { workActor } from './case-writing.ts'
import type { Core } from './core.ts'
import { type ActOffer, type Actor, type CaseView, type SectionView, UNKNOWN_CASE } from './office.ts'
import { safetyOf } from './safety.ts'
import type { ReceiptRow } from './storage.ts'

/** Builds the view of a case for a person. */
export async function viewCase(core: Core, file: CaseFile, actor: Actor, id: DocumentId): Promise<Result<CaseView>> {
  const { authority } = core.directory
  const state = stateOf(file, authority)
  if (!state) return failure(UNKNOWN_CASE)
  const sections: SectionView[] = []
  for (const name of SECTION_NAMES) {
    const shown = showSection(core, file, state, actor, name)
    if (!shown.ok) return shown
    sections.push(shown.value)
  }
  const safety = (await safetyOf(core, [id])).get(id) ?? 'here'
  const stations = core.directory.stations()
  const targets = transferTargets(state.holder, stations, file.home as StationCode | undefined)
  return success({
    state,
    item: core.directory.item(state.item),
    sections,
    acts: offers(core, state, actor),
    safety,
    receipts: mergeReceipts(receiptsOf(file), await core.storage.receiptsOf(id)),
    targets,
  })
}

function offers(core: Core, state: CaseState, actor: Actor): ActOffer[] {
  return actsFor(state, workActor(core, actor), core.directory.authority).map((offer) =>
    offer.allowed ? { ...offer, why: '', next: '' } : offer,
  )
}

function showSection(
  core: Core,
  file: CaseFile,
  state: CaseState,
  actor: Actor,
  name: (typeof SECTION_NAMES)[number],
): Result<SectionView> {
  const opened = openSection(name, acceptedUpdates(file, name))
  if (!opened.ok) return opened
  const section = opened.value
  const seal = state.seals[name]
  const tier = core.directory.authority.tierOf(actor.station)
  const view: SectionView = {
    name,
    title: SECTIONS[name].title,
    value: section.value() as SectionView['value'],
    writable: tier !== undefined && mayWriteSection(name, tier),
    changedAfterSeal: seal !== undefined && seal.digest !== section.digest(core.host.cryptography.sha256),
  }
  section.close()
  return success(view)
}

/** What this node finds itself, and what the parent told of it. */
function mergeReceipts(own: readonly ReceiptRow[], told: readonly ReceiptRow[]): ReceiptRow[] {
  const rows = new Map<string, ReceiptRow>()
  for (const row of [...told, ...own]) rows.set(`${row.log}#${row.seq}`, row)
  return [...rows.values()].filter((row) => row.outcome !== 'applied' && row.outcome !== 'set-aside')
}
