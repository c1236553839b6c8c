/** The table of sections: roots, writers, keys. */
import { expect, test } from 'vitest'
import { decodeEdit, encodeEdit } from '#protocol/documents/edit.ts'
import { isSectionKey, isSectionName, mayWriteSection, SECTION_NAMES, SECTIONS } from '#protocol/documents/sections.ts'

test('G1 three sections, each with one root, a Chinese title and its writers', () => {
  expect(SECTION_NAMES).toEqual(['application', 'materials', 'office-note'])
  expect(SECTION_NAMES.map((name) => SECTIONS[name].root)).toEqual(['fields', 'materials', 'text'])
  for (const name of SECTION_NAMES) expect(SECTIONS[name].title).toMatch(/^[一-鿿]+$/)
})

test('G2 an office note is not written by villages', () => {
  const tiers = ['village', 'township', 'county'] as const
  const writers = Object.fromEntries(
    SECTION_NAMES.map((name) => [name, tiers.filter((tier) => mayWriteSection(name, tier))]),
  )
  expect(writers).toEqual({ application: tiers, materials: tiers, 'office-note': ['township', 'county'] })
})

test('G3 keys begin with a letter, are short and never a name that objects inherit', () => {
  for (const key of ['a', 'idNumber', 'id-card', 'x9', 'A'.repeat(40)]) expect(isSectionKey(key), key).toBe(true)
  const inherited = Object.getOwnPropertyNames(Object.prototype)
  for (const key of [...inherited, 'prototype', '', '9a', '-a', 'a_b', 'a.b', '姓名', 'a\n', 'A'.repeat(41)]) {
    expect(isSectionKey(key), key).toBe(false)
  }
})

test('G4 only the sections of the table have names', () => {
  expect(SECTION_NAMES.every((name) => isSectionName(name))).toBe(true)
  for (const name of ['', '__proto__', 'constructor', 'toString', 'Application'])
    expect(isSectionName(name)).toBe(false)
})

test('G30 an edit’s payload gives back section and update, and malformed payloads give nothing', () => {
  const edit = { section: 'application', update: Uint8Array.of(1, 2, 3) }
  const payload = encodeEdit(edit)
  expect(decodeEdit(payload)).toEqual(edit)
  for (let length = 0; length < payload.length; length++) expect(decodeEdit(payload.slice(0, length))).toBeUndefined()
  expect(decodeEdit(Uint8Array.from([...payload, 0]))).toBeUndefined()
})
