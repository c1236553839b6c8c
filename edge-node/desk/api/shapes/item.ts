/** The catalogue in the API: every field of an item's edition, as the table of fields has it. */
import { z } from '@hono/zod-openapi'
import type { Field, FieldTable, Kind } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { FORM_FIELDS, limitFields, MATERIAL_FIELDS, STEP_FIELDS } from '#protocol/casework/catalogue/item-parts.ts'
import { coded, day, fen, list, titlesIn } from './identifiers.ts'

const shapesOf = <Of extends FieldTable>(fields: Of) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, shapeOf(field)])) as {
    readonly [Name in keyof Of]: z.ZodType<Of[Name]['initial']>
  }

const named = (name: string, fields: FieldTable): z.ZodType => z.object(shapesOf(fields)).openapi(name)
const TimeLimit = named('TimeLimit', limitFields('时限'))

/** Records that have a name of their own in the document. */
const NAMED: ReadonlyMap<FieldTable, z.ZodType> = new Map<FieldTable, z.ZodType>([
  [FORM_FIELDS, named('FormField', FORM_FIELDS)],
  [MATERIAL_FIELDS, named('MaterialRule', MATERIAL_FIELDS)],
  [STEP_FIELDS, named('StepRule', STEP_FIELDS)],
  [ITEM_FIELDS.promised.kind.fields, TimeLimit],
  [ITEM_FIELDS.statutory.kind.fields, TimeLimit],
])
const recordOf = (fields: FieldTable): z.ZodType => NAMED.get(fields) ?? z.object(shapesOf(fields))

/** Bounds are told in the document: nothing is published beyond them now, but earlier programs had others. */
function typeOf(kind: Kind): z.ZodType {
  switch (kind.is) {
    case 'text':
    case 'key':
      return z.string().openapi({ maxLength: kind.most })
    case 'count':
      return z.int().openapi({ minimum: kind.least, maximum: kind.most })
    case 'amount':
      return fen.openapi({ minimum: kind.least })
    case 'range':
      return z.object({ from: fen.min(0), to: fen.min(0) })
    case 'flag':
      return z.boolean()
    case 'day':
      return day
    case 'choice':
      return kind.open ? z.string() : coded(kind.titles)
    case 'optional':
      return typeOf(kind.of).nullable()
    case 'several':
      return list(typeOf(kind.of)).openapi({ maxItems: kind.most })
    case 'rows':
      return list(recordOf(kind.fields)).openapi({ maxItems: kind.most })
    case 'part':
      return recordOf(kind.fields)
  }
}

/** What the kind of a field says of its values, beside the title of the field. */
function kindWords(kind: Kind): string {
  if (kind.is === 'optional' || kind.is === 'several') return kindWords(kind.of)
  if (kind.is === 'choice') return titlesIn(kind.titles)
  if (kind.is === 'key' && kind.department) return '部门代码'
  return kind.is === 'day' ? '日期,如 2026-11-21' : kind.is === 'amount' ? '金额,单位分' : ''
}

function shapeOf({ title, note = '', kind }: Field): z.ZodType {
  const type = typeOf(kind)
  if (kind.is === 'part' && NAMED.has(kind.fields)) return type // a named record is described where it is named
  const words = [title, kindWords(kind)].filter(Boolean).join(':')
  return type.openapi({ description: [words, note].filter(Boolean).join('。') })
}

/** An edition of an item. */
export const ItemShape = z
  .object({
    type: z.literal('item'),
    version: z.int().openapi({ description: '目录记录的版本' }),
    ...shapesOf(ITEM_FIELDS),
  })
  .openapi('Item')

export const CatalogueShape = z.object({ version: z.int(), items: list(ItemShape) }).openapi('Catalogue')
export const EditionsShape = z
  .object({ editions: list(ItemShape).openapi({ description: '旧版次在前' }) })
  .openapi('Editions')
