/** Which cases a person may look at: a node may serve several stations, and not all is everyone's business. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor, CaseView } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { isCaseId, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { readableBy } from './api/masking.ts'
import { type Desk, type DeskContext, hasRole } from './visit.ts'

/** A station is under another when that one is on its way up to the county. */
export function isUnder(directory: DirectoryView, station: StationCode, above: StationCode): boolean {
  let current: StationCode | null | undefined = station
  for (let steps = 0; current && steps < 20; steps++) {
    if (current === above) return true
    current = directory.station(current)?.parent
  }
  return false
}

/** Supervision, coordination and administration are for the whole county. */
export const readsAll = (actor: Actor): boolean => hasRole(actor, 'coordinator', 'supervisor', 'administrator')

/** A row concerns a person when the case is, was born, or is to arrive at or below the person's station. */
export function mayReadRow(
  actor: Actor,
  directory: DirectoryView,
  row: Pick<CaseRow, 'home' | 'holder' | 'offeredTo'>,
): boolean {
  if (readsAll(actor)) return true
  const stations = [row.home, row.holder, ...(row.offeredTo === null ? [] : [row.offeredTo])]
  return stations.some((station) => isUnder(directory, station, actor.station))
}

/** A case also stays readable for every station that has worked on it, and for those asked to join in it. */
export function mayRead(actor: Actor, directory: DirectoryView, state: CaseState): boolean {
  const row = { home: state.home, holder: state.holder, offeredTo: state.offer?.to ?? null }
  const { story, invitations } = state
  return (
    mayReadRow(actor, directory, row) ||
    story.some(({ station }) => station === actor.station) ||
    invitations.some(({ to }) => to === actor.station)
  )
}

/** The case behind an address as this person may read it; unknown and foreign cases fail in words. */
export async function readableCase(context: DeskContext, desk: Desk, id: string): Promise<Result<CaseView>> {
  const { actor } = context.get('visit')
  if (!isCaseId(id)) return UNKNOWN
  const found = await desk.office.view(actor, id)
  if (!found.ok) return found.problem.code === 'unknown-case' ? UNKNOWN : found
  return mayRead(actor, desk.office.directory, found.value.state) ? success(readableBy(actor, found.value)) : UNKNOWN
}

/** Unknown and foreign cases answer alike, so that guessing an address tells nothing. */
const UNKNOWN = fail(
  'unknown-case',
  '本机没有这个办件,或者它不归本站查看',
  '没有改动任何数据',
  '请核对编号;别的站点的办件请到该站点或县中心查询',
)
