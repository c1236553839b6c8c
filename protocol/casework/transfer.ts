/** Where a case may be handed to: one step up or down the tree, and between the county hall and any station. */
import type { StationCode } from '#protocol/ids.ts'
import type { Authority } from './case.ts'
import type { Station } from './directory.ts'

/**
 * Whether a case may be offered from one station to another.
 * Sideways moves go through the county hall, which carries them into the receiver's stream (sync.md section 8).
 */
export function isTransferTarget(from: StationCode, to: StationCode, parentOf: Authority['parentOf']): boolean {
  const above = parentOf(from)
  const targetAbove = parentOf(to)
  if (from === to || above === undefined || targetAbove === undefined) return false
  const isCountyHall = above === null || targetAbove === null
  return isCountyHall || above === to || targetAbove === from
}

/** Stations a case held by the given station may be offered to: those above first, then the others by code. */
export function transferTargets(station: StationCode, stations: readonly Station[]): Station[] {
  const byCode = new Map(stations.map((record) => [record.id, record]))
  const parentOf = (code: StationCode) => byCode.get(code)?.parent
  const rank = (record: Station): number => {
    if (record.id === parentOf(station)) return 0
    return record.parent === null ? 1 : 2
  }
  return [...byCode.values()]
    .filter((record) => isTransferTarget(station, record.id, parentOf))
    .sort((left, right) => rank(left) - rank(right) || (left.id < right.id ? -1 : 1))
}
