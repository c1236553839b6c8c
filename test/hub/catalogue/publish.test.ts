/** The catalogue at a real root: imported from a file, exported again. */
import { expect, test } from 'vitest'
import { exportCatalogue, importCatalogue } from '#hub/catalogue/catalogue.ts'
import { readCsv, writeCsv } from '#hub/catalogue/csv.ts'
import { itemTable } from '#hub/catalogue/rows.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { COUNTY, nodeRecord, openNode, person, publish, STATIONS } from '#test/engine/county.ts'

async function openRoot() {
  const root = await openNode({ station: COUNTY, lease: 1 })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_DEPARTMENTS])
  return root.engine.office
}
const withoutVersion = (items: readonly Item[]) => items.map((item) => ({ ...item, version: 0 }))
const administrator = person(COUNTY, ['administrator'], 'admin')

test('B28 checking publishes nothing, importing publishes the good rows, exporting gives them back', async () => {
  const office = await openRoot()
  const { header, rows } = itemTable(SAMPLE_ITEMS)
  const file = writeCsv({
    header,
    rows: rows.map((row, at) => (at === 3 ? row.with(header.indexOf('办件类型'), '7') : row)),
  })
  const checked = await importCatalogue(office, administrator, file, 'csv', 'check')
  expect(checked).toMatchObject({ ok: true, value: { loaded: SAMPLE_ITEMS.length - 1 } })
  expect(office.directory.items()).toEqual([])
  const done = await importCatalogue(office, administrator, file, 'csv', 'publish')
  if (!done.ok) throw new Error(done.problem.message)
  expect(done.value.loaded).toBe(SAMPLE_ITEMS.length - 1)
  const refused = readCsv(done.value.refusedFile ?? new Uint8Array())
  expect(refused.ok && refused.value.rows.map((row) => row[0])).toEqual([SAMPLE_ITEMS[3]?.id])
  const kept = SAMPLE_ITEMS.filter((_, at) => at !== 3)
  expect(withoutVersion(office.directory.items())).toEqual(
    kept.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  )
  const exported = await exportCatalogue(office, 'xlsx')
  if (!exported.ok) throw new Error(exported.problem.message)
  const again = await importCatalogue(office, administrator, exported.value, 'xlsx')
  expect(again).toMatchObject({
    ok: true,
    value: { loaded: 0, unchanged: kept.length, records: [], refusedFile: null },
  })
})

test('B28 more records than one commit holds are published, and an adjustment is in force from its day', async () => {
  const office = await openRoot()
  const [first] = SAMPLE_ITEMS as readonly [Item]
  const many = Array.from({ length: 1_100 }, (_, at) => ({ ...first, id: `N${at}` }))
  await importCatalogue(office, administrator, writeCsv(itemTable(many)), 'csv')
  expect(office.directory.items()).toHaveLength(1_100)
  const from = '2027-01-01' as Day
  const next: Item = {
    ...first,
    id: 'N7',
    edition: 2,
    name: '改了名',
    effectiveFrom: from,
    change: { type: 'adjusted', basis: '某文件' },
  }
  const done = await importCatalogue(office, administrator, writeCsv(itemTable([next])), 'csv')
  expect(done).toMatchObject({ ok: true, value: { loaded: 1 } })
  expect(office.directory.openable('N7', '2026-12-31' as Day)).toMatchObject({
    edition: 1,
    effectiveUntil: '2026-12-31',
  })
  expect(office.directory.openable('N7', from)).toMatchObject({ edition: 2, name: '改了名' })
})
