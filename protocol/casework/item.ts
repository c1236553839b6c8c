/** The item (事项): everything the catalogue says of what can be applied for, one record per edition. */
import { filledUp, initialOf } from './catalogue/fields.ts'
import { ITEM_FIELDS, type ItemRecord } from './catalogue/item-fields.ts'
import { MATERIAL_FIELDS } from './catalogue/item-parts.ts'

/** What can be applied for, in one edition. Open cases keep the edition they were received under. */
export interface Item extends ItemRecord {
  readonly type: 'item'
  /** Version of the record; set by the office. */
  readonly version: number
}

export type MaterialRule = Item['materials'][number]
export type FormField = Item['fields'][number]
/** A limit in days; licensing periods are working days (art. 82), some items have calendar days. */
export type TimeLimit = Item['promised']
export type StepRule = Item['steps'][number]
export type FeeRule = Item['fees'][number]

const BLANK: Item = { type: 'item', version: 0, ...initialOf(ITEM_FIELDS) }

/** An item from what is given of it: everything else is the most cautious answer. Reads records of earlier versions too. */
export const completeItem = (given: Partial<Item> & Pick<Item, 'id' | 'name'>): Item =>
  ({ ...BLANK, ...filledUp(ITEM_FIELDS, given) }) as Item // what was given with a wrong type is the door's to refuse

/** A material from what is given of it. */
export const completeMaterial = (given: Partial<MaterialRule> & Pick<MaterialRule, 'id' | 'name'>): MaterialRule => ({
  ...initialOf(MATERIAL_FIELDS),
  ...given,
})
