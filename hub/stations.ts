/** What a new station must be before it enters the directory. */
import type { NewStation } from '#hub/registry-port.ts'
import type { Station } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { isStationCode, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { TIERS, type Tier } from '#protocol/tiers.ts'

const KEPT = '没有建立站点'
/** Which tier may lie below which: attached halls are county stations below the county hall. */
const ABOVE: Readonly<Record<Tier, readonly Tier[]>> = {
  village: ['township', 'county'],
  township: ['county'],
  county: ['county'],
}

/** Checks a new station; `field` names what is wrong. */
export function checkedStation(directory: DirectoryView, station: NewStation): Result<Station> {
  const { name, tier, parent } = station
  const id = station.id.trim()
  if (!isStationCode(id)) return fail('station-code', '站点代码须是 6 到 15 位数字', KEPT, '请按行政区划代码填写', 'id')
  const same = directory.station(id)
  if (same) return fail('station-exists', `代码 ${id} 已用于${same.name}`, KEPT, '请核对代码', 'id')
  const length = [...name.trim()].length
  if (length < 2 || length > 60) return fail('station-name', '站点名称须是 2 到 60 个字', KEPT, '请填写全称', 'name')
  if (!TIERS.includes(tier)) return fail('station-tier', '请选择层级', KEPT, '村、乡镇或县', 'tier')
  const above = parent === null ? undefined : directory.station(parent)
  if (!above) return fail('station-parent', '请选择上级站点', KEPT, '每个站点都有一个已建立的上级', 'parent')
  if (!ABOVE[tier].includes(above.tier))
    return fail('station-parent', `${above.name}不能作为这一层级站点的上级`, KEPT, '请选择上一层级的站点', 'parent')
  return success({ type: 'station', id, version: 0, name: name.trim(), tier, parent })
}

/** Checks that a station may go below another one (合村并镇); `field` names what is wrong. */
export function movedStation(directory: DirectoryView, id: StationCode, parent: StationCode): Result<Station> {
  const kept = '站点没有移动'
  const station = directory.station(id)
  if (!station) return fail('station-unknown', '没有这个站点', kept, '请刷新名单后重试', 'station')
  const above = directory.station(parent)
  if (station.parent === null) return fail('station-is-hall', '县中心没有上级', kept, '请选择下级站点', 'station')
  if (!above) return fail('station-parent', '请选择新的上级站点', kept, '新的上级须已建立', 'to')
  if (station.parent === parent)
    return fail('station-parent', `${station.name}已在${above.name}下面`, kept, '请选择另一个上级', 'to')
  const isBelow = chainOf(directory, parent).some((one) => one.id === id)
  if (isBelow || !ABOVE[station.tier].includes(above.tier))
    return fail('station-parent', `${above.name}不能作为${station.name}的上级`, kept, '请选择上一层级的站点', 'to')
  return success({ ...station, parent })
}

/** A station and every station above it, up to the county hall. */
export function chainOf(directory: DirectoryView, code: StationCode): readonly Station[] {
  const chain: Station[] = []
  let next: StationCode | null = code
  while (next !== null && !chain.some(({ id }) => id === next)) {
    const station: Station | undefined = directory.station(next)
    if (!station) break
    chain.push(station)
    next = station.parent
  }
  return chain
}
