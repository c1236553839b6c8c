/** Whose act a paper is: the item's department, and of a township's item the government of that township (SOURCES.md 8.3). */
import type { StationCode } from '#protocol/ids.ts'
import type { Department, Region } from '../directory.ts'
import type { Item } from '../item.ts'

/** What a county has published of its organs and places. */
export interface OrganSources {
  regions(): readonly Region[]
  department(id: string): Department | undefined
}

export interface Organ {
  readonly name: string
  /** As it stands in numbers of documents. */
  readonly shortName: string
}

/** Digits of the code of a township; codes below it begin with them. */
const TOWNSHIP_DIGITS = 9
/** 001–099 are 街道, which have an office (派出机关); towns and townships have a government. */
const FIRST_TOWN = 100

/**
 * The organ for which a station acts on an item; undefined where the county has published none. One department stands for
 * all township governments in a catalogue, and none of them has its name.
 */
export function organOf(county: OrganSources, item: Item | undefined, station: StationCode): Organ | undefined {
  const code = station.slice(0, TOWNSHIP_DIGITS)
  const place = item?.level === '5' ? county.regions().find(({ id }) => id === code) : undefined
  if (place === undefined || code.length < TOWNSHIP_DIGITS) return county.department(item?.department ?? '')
  const isTown = Number(code.slice(-3)) >= FIRST_TOWN
  return {
    name: `${place.name}${isTown ? '人民政府' : '办事处'}`,
    shortName: `${place.name}${isTown ? '政府' : '办事处'}`,
  }
}
