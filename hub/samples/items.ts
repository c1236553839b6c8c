/** The sample catalogue: real kinds of items of a county; limits and bases are illustrative and every record is marked. */
import type { Item } from '#protocol/casework/item.ts'
import { BUSINESS_ITEMS } from './business-items.ts'
import { CITY_ITEMS } from './city-items.ts'
import { FIRST_ITEMS } from './first-items.ts'
import { LAND_ITEMS } from './land-items.ts'
import { NATURE_ITEMS } from './nature-items.ts'
import { PEOPLE_ITEMS } from './people-items.ts'
import { SOCIETY_ITEMS } from './society-items.ts'

/** The simple items of the beginning come first. */
export const SAMPLE_ITEMS: readonly Item[] = [
  ...FIRST_ITEMS,
  ...PEOPLE_ITEMS,
  ...LAND_ITEMS,
  ...NATURE_ITEMS,
  ...BUSINESS_ITEMS,
  ...SOCIETY_ITEMS,
  ...CITY_ITEMS,
]
