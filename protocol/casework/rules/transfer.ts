/** Where a case may be handed to: any other station; along the tree it goes straight, elsewhere through the county. */
import type { StationCode } from '#protocol/ids.ts'
import type { Station } from '../directory.ts'
import type { Authority } from '../register.ts'

/** A station a case may be handed to. */
export interface TransferTarget extends Station {
  /** The receiver sees the case only once the county has been reached, which carries it there (DESIGN.md section 8). */
  readonly throughCounty: boolean
}

/** Whether a case may be offered from one station to another: both are known and not the same. */
const isTransferTarget = (from: StationCode, to: StationCode, parentOf: Authority['parentOf']): boolean =>
  from !== to && parentOf(from) !== undefined && parentOf(to) !== undefined

/**
 * Stations a case held by the given station may be offered to: its parent, its children and the county hall first,
 * then all others by code. Without the case's home, the holder's place in the tree says which way it takes.
 */
export function transferTargets(
  station: StationCode,
  stations: readonly Station[],
  home: StationCode = station,
): TransferTarget[] {
  const byCode = new Map(stations.map((record) => [record.id, record]))
  const parentOf = (code: StationCode) => byCode.get(code)?.parent
  const holders = new Set<StationCode>()
  for (let at: StationCode | null | undefined = home; at && !holders.has(at); at = parentOf(at)) holders.add(at)
  const rank = (record: Station): number => {
    if (record.id === parentOf(station)) return 0
    if (record.parent === station) return 1
    return record.parent === null ? 2 : 3
  }
  return [...byCode.values()]
    .filter((record) => isTransferTarget(station, record.id, parentOf))
    .sort((left, right) => rank(left) - rank(right) || (left.id < right.id ? -1 : 1))
    .map((record) => ({ ...record, throughCounty: !holders.has(record.id) }))
}
