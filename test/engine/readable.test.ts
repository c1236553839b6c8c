/**
 * What a program can read of a disk is told by its version: only when it differs is read again what the program before
 * could not read (S124). So what is readable is pinned in readable.json under the version: when this fails, raise the
 * version in package.json (`npm version --no-git-tag-version`) and pin what is printed under it.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { VERSION } from '#edge-node/version.ts'
import type { FieldTable, Kind } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import { SECTIONS } from '#protocol/documents/sections.ts'
import { RECORD_SHAPES } from '#protocol/engine/directory/record-shapes.ts'
import { KIND } from '#protocol/log/entry.ts'
import pinned from './readable.json' with { type: 'json' }

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

const READABLE = {
  kinds: KIND,
  records: Object.entries(RECORD_SHAPES).map(([type, shape]) => [
    type,
    z.toJSONSchema(shape, { unrepresentable: 'any' }),
  ]),
  items: fieldsRead(ITEM_FIELDS),
  facts: factsRead,
  sections: Object.entries(SECTIONS).map(([name, { shape, root, writers }]) => [name, shape, root, writers]),
}

const mark = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)

test('S126 what a program can read is pinned under its version', () => {
  const now = Object.fromEntries(Object.entries(READABLE).map(([name, value]) => [name, mark(value)]))
  const words = `Another program reads otherwise. Raise the version in package.json, then pin under it:\n${JSON.stringify(now)}`
  expect((pinned as Readonly<Record<string, unknown>>)[VERSION], words).toEqual(now)
})
