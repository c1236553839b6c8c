/** What a program can read, as plain data: kinds of entries, records, item fields, facts and sections. */
import * as z from 'zod'
import type { FieldTable, Kind } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import { SECTIONS } from '#protocol/documents/sections.ts'
import { RECORD_SHAPES } from '#protocol/engine/directory/record-shapes.ts'
import { KIND } from '#protocol/log/entry.ts'

/** The fields of a catalogue record that reading looks at: bounds and words are judged where records are written. */
const fieldsRead = (fields: FieldTable): unknown => Object.entries(fields).map(([name, { kind }]) => [name, read(kind)])

function read(kind: Kind): unknown {
  switch (kind.is) {
    case 'choice':
      return kind.open ? 'text' : Object.keys(kind.titles).sort()
    case 'optional':
    case 'several':
      return [kind.is, read(kind.of)]
    case 'rows':
    case 'part':
      return [kind.is, fieldsRead(kind.fields)]
    default:
      return kind.is
  }
}

const factsRead = Object.entries(FACTS).map(([kind, { fields }]) => [
  kind,
  Object.entries<FieldRule>(fields).map(([name, { type, required, least, most }]) => [
    name,
    typeof type === 'object' ? Object.keys(type.oneOf).sort() : type,
    required,
    least,
    most,
  ]),
])

/** By what of a program it is. */
export const READABLE = {
  kinds: KIND,
  records: Object.entries(RECORD_SHAPES).map(([type, shape]) => [
    type,
    z.toJSONSchema(shape, { unrepresentable: 'any' }),
  ]),
  items: fieldsRead(ITEM_FIELDS),
  facts: factsRead,
  sections: Object.entries(SECTIONS).map(([name, { shape, root, writers }]) => [name, shape, root, writers]),
}
