/** The sample catalogue: complete, marked, and found by keyboard. */
import { pinyin } from 'pinyin-pro'
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#protocol/casework/sample-items.ts'
import { isDocumentId } from '#protocol/ids.ts'

test('C60 there are ten distinct sample items, each marked and complete', () => {
  expect(SAMPLE_ITEMS).toHaveLength(10)
  expect(new Set(SAMPLE_ITEMS.map(({ id }) => id)).size).toBe(10)
  for (const item of SAMPLE_ITEMS) {
    expect(isDocumentId(`item/${item.id}`), item.name).toBe(true)
    expect(item.sample, item.name).toBe(true)
    expect(item.tiers.length, item.name).toBeGreaterThan(0)
    expect(item.fields.length, item.name).toBeGreaterThan(1)
    expect(
      item.materials.some(({ required }) => required),
      item.name,
    ).toBe(true)
    expect(item.basis, item.name).toMatch(/《.+》/)
    expect(item.promisedWorkingDays).toBeGreaterThan(0)
    expect(item.statutoryWorkingDays).toBeGreaterThanOrEqual(item.promisedWorkingDays)
    for (const { id } of item.fields) expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/)
    for (const ids of [item.fields, item.materials]) expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length)
  }
})

test('C60 each item is found by its full pinyin and its initials', () => {
  for (const item of SAMPLE_ITEMS) {
    const syllables = pinyin(item.name, { toneType: 'none', type: 'array' })
    expect(item.pinyin).toBe(`${syllables.join('')} ${syllables.map((syllable) => syllable[0]).join('')}`)
  }
})
