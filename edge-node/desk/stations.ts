/** Stations to choose from, grouped by how a case gets there: up, down, to the county, or passed on by it. */
import type { Station } from '#protocol/casework/directory.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { FieldOption } from './forms.ts'
import type { Desk } from './visit.ts'

const GROUPS = ['上级', '下级', '县中心', '其他站点(经县中心转送)'] as const

function groupOf(desk: Desk, from: StationCode, station: Station): (typeof GROUPS)[number] {
  if (desk.office.directory.station(from)?.parent === station.id) return GROUPS[0]
  if (station.parent === from) return GROUPS[1]
  return station.parent === null ? GROUPS[2] : GROUPS[3]
}

/** Options for a list of stations as seen from one of them, nearest groups first. */
export function stationsFrom(desk: Desk, from: StationCode, stations: readonly Station[]): readonly FieldOption[] {
  const options = stations
    .filter((station) => station.id !== from)
    .map((station) => ({ value: station.id, label: station.name, group: groupOf(desk, from, station) }))
  return options.toSorted((left, right) => GROUPS.indexOf(left.group) - GROUPS.indexOf(right.group))
}
