/** The item (事项): everything the catalogue says of what can be applied for, one record per edition. */
import { filledUp, initialOf } from './catalogue/fields.ts'
import { ITEM_FIELDS, type ItemRecord } from './catalogue/item-fields.ts'
import { MATERIAL_FIELDS } from './catalogue/item-parts.ts'
import { ABOVE_COUNTY } from './codes.ts'

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

/** Whether an upper level decides, as far as the item is known here (行政许可法 art. 43). */
export const isDecidedAbove = (item: Item | undefined): boolean =>
  item !== undefined && ABOVE_COUNTY.includes(item.level)

/** Whether the catalogue names departments that handle it jointly (联合办理, arts. 26 and 42 ¶2). */
export const isJoint = (item: Item | undefined): boolean => (item?.coDepartments.length ?? 0) > 0

type Named = 'id' | 'name'

/** What is filled in; a record without a code or a name stays without, and is no item. */
const { id: _item, name: _itemName, ...BLANK_ITEM } = initialOf(ITEM_FIELDS)
const { id: _material, name: _materialName, ...BLANK_MATERIAL } = initialOf(MATERIAL_FIELDS)

/**
 * An item from what is given of it: every other field is the most cautious answer, but nothing is made up inside its parts
 * and rows. Reads records of earlier versions too.
 */
export const completeItem = (given: Partial<Item> & Pick<Item, Named>): Item =>
  ({ type: 'item', version: 0, ...BLANK_ITEM, ...filledUp(ITEM_FIELDS, given) }) as Item // wrong types are the door's

/** A material from what is given of it. */
export const completeMaterial = (given: Partial<MaterialRule> & Pick<MaterialRule, Named>): MaterialRule => ({
  ...BLANK_MATERIAL,
  ...given,
})
