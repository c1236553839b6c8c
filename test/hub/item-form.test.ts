/** An item's form read back, and files of calendars. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { textOfFile } from '#edge-node/commands/csv.ts'
import type { Typed } from '#edge-node/desk/forms.ts'
import { ASKED, contentOf, typedOf } from '#hub/pages/item-typed.ts'
import { readCalendar } from '#hub/register/calendars.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { completeItem } from '#protocol/casework/item.ts'

test('P114 every sample item is read back from its form unchanged', () => {
  for (const item of SAMPLE_ITEMS) {
    const { content, problems } = contentOf(typedOf(item))
    expect([item.id, problems]).toEqual([item.id, {}])
    expect({ ...item, ...content }).toEqual(item)
  }
  expect(SAMPLE_ITEMS.length).toBeGreaterThan(50)
  // Everything but code, edition, validity and change is in the form.
  const asked = new Set(ASKED.map(({ path }) => path[0]))
  const apart = ['change', 'edition', 'effectiveFrom', 'effectiveUntil', 'id', 'type', 'version']
  const rest = Object.keys(completeItem({ id: 'A', name: 'A' })).filter((key) => !asked.has(key))
  expect(rest.toSorted()).toEqual(apart)
})

const cell = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\r', ''))
const blank = typedOf(completeItem({ id: 'A', name: 'A' }))
const read = (typed: Typed) => contentOf({ ...blank, ...typed })

test('P114 prerequisites with any text come back; a spreadsheet’s tabs part cells like bars', () => {
  const rows = fc.array(fc.record({ item: fc.constantFrom('A1', 'B2', 'C3'), basis: cell }), { maxLength: 20 })
  fc.assert(
    fc.property(rows, (prerequisites) => {
      const item = completeItem({ id: 'A', name: 'A', prerequisites })
      expect(read(typedOf(item)).content.prerequisites).toEqual(prerequisites)
    }),
  )
  expect(read({ prerequisites: 'A1\t条例第三条\nB2\t' }).content.prerequisites).toEqual([
    { item: 'A1', basis: '条例第三条' },
    { item: 'B2', basis: '' },
  ])
})

test('P114 new rows get ids of their own; a line that cannot be read is named', () => {
  const fees = 'f1|工本费|每证|价费|10.00\n|检测费|每次|价费|20.50\n|公告费|每次|价费|1.00-2.00'
  expect(read({ fees }).content.fees).toMatchObject([
    { id: 'f1' },
    { id: 'f2', range: { from: 2050, to: 2050 } },
    { id: 'f3', range: { from: 100, to: 200 } },
  ])
  expect(read({ steps: '承办|经办人|齐全|3\n复核|科长|合法|2' }).problems.steps).toContain('复核')
  expect(read({ prerequisites: 'a|b|c' }).problems.prerequisites).toContain('a|b|c')
})

test('P105 calendars are read from JSON and from CSV in both encodings', () => {
  const [year] = SAMPLE_CALENDARS.filter(({ id }) => id === '2026')
  expect(readCalendar(JSON.stringify(year), '')).toMatchObject({
    ok: true,
    value: { id: '2026', off: year?.off, work: year?.work },
  })
  const lines = new TextEncoder().encode('\uFEFF日期,类型\r\n2026-01-01/2026-01-03,放假\r\n2026-01-04,上班\r\n')
  const rows = { ok: true, value: { year: 2026, off: ['2026-01-01/2026-01-03'], work: ['2026-01-04'] } }
  expect(readCalendar(textOfFile(lines), '通知')).toMatchObject(rows)
  // 日期,类型 / 放假 in GB 18030, as spreadsheets in China save it.
  const national = Uint8Array.from([
    ...[0xc8, 0xd5, 0xc6, 0xda, 0x2c, 0xc0, 0xe0, 0xd0, 0xcd, 0x0a],
    ...new TextEncoder().encode('2026-05-01,'),
    0xb7,
    0xc5,
    0xbc,
    0xd9,
  ])
  expect(readCalendar(textOfFile(national), '通知')).toMatchObject({ ok: true, value: { off: ['2026-05-01'] } })
  expect(readCalendar('{"year":2026}', '')).toMatchObject({ ok: false })
})
