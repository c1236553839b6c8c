/** What a person may look at: a node may serve several stations, and not all is everyone's business. */
import { stationsOf } from '#protocol/casework/acts/stations.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { StationRecord } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import type { StationCode } from '#protocol/ids.ts'
import { hasRole } from './roles.ts'

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

/**
 * A row concerns a person when the case is, was born, or is to arrive at or below the person's station, or when that has
 * worked on it or was asked: what a case page opens for, a search finds.
 */
export function mayReadRow(
  actor: Actor,
  directory: DirectoryView,
  row: Pick<CaseRow, 'home' | 'holder' | 'offeredTo' | 'besides'>,
): boolean {
  if (readsAll(actor)) return true
  const stations = [row.home, row.holder, ...(row.offeredTo === null ? [] : [row.offeredTo])]
  return (
    stations.some((station) => isUnder(directory, station, actor.station)) ||
    (row.besides ?? []).includes(actor.station)
  )
}

/** The same of a case itself, of which every station that has to do with it is known. */
export function mayRead(actor: Actor, directory: DirectoryView, state: CaseState): boolean {
  const { home, holder, offer } = state
  const row = { home, holder, offeredTo: offer?.to ?? null, besides: [...stationsOf(state)] }
  return mayReadRow(actor, directory, row)
}

/** Records that stations keep of themselves: one's own station's; people for the whole county read all. */
export const recordsFor = <Kept extends StationRecord>(actor: Actor, records: readonly Kept[]): readonly Kept[] =>
  readsAll(actor) ? records : records.filter(({ station }) => station === actor.station)
