/** Which items a station may open cases of, and finding one among them. */
import type { Station } from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Office } from '#protocol/engine/office.ts'

/** The items in force today; those that are planned or have ended do not count. */
export const itemsInForce = ({ directory, today }: Pick<Office, 'directory' | 'today'>): readonly Item[] => {
  const day = today()
  return directory.items().flatMap(({ id }) => directory.openable(id, day) ?? [])
}

/** The items in force that are taken in at a station's tier. */
export const itemsOffered = (office: Office, station: Station | undefined): readonly Item[] =>
  itemsInForce(office).filter(({ tiers }) => station !== undefined && tiers.includes(station.tier))

/** Items whose name, code, department or pinyin holds every word typed. */
export function matchingItems(
  items: readonly Item[],
  query: string,
  nameOf: (department: string) => string = (department) => department,
): readonly Item[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return items.filter((item) => {
    const text = `${item.name} ${item.id} ${nameOf(item.department)} ${item.pinyin}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
