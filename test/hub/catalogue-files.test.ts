/** The catalogue as files, through the hub's pages. */
import { beforeAll, expect, test } from 'vitest'
import { readCsv, writeCsv } from '#hub/catalogue/csv.ts'
import { itemTable } from '#hub/catalogue/rows.ts'
import { readXlsx } from '#hub/catalogue/xlsx.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { formOf, type Place, type Visitor } from '#test/desk/place.ts'
import { openHall, submitFile } from './register.ts'

const IMPORT = '/hub/catalogue/import'

const ITEM: Item = completeItem({
  id: 'QT0900',
  name: '户外广告备案',
  pinyin: 'huwaiguanggaobeian hwggba',
  itemType: '10',
  department: 'ZF',
  villageMode: 'none',
  basis: '城市市容管理条例',
  procedure: '当场登记',
  conditions: '无需提交材料',
  promised: { days: 1, unit: 'working', note: '' },
  effectiveFrom: '2026-01-01' as Day,
})
const WRONG: Item = { ...ITEM, id: 'QT0901', name: '没有依据的事项', basis: '', department: 'NONE' }
const FILE = { name: '目录.csv', bytes: writeCsv(itemTable([ITEM, WRONG])) as Uint8Array<ArrayBuffer> }

let place: Place
let admin: Visitor
beforeAll(async () => {
  place = await openHall()
  admin = await place.as('admin')
})

const download = async (path: string): Promise<{ readonly headers: Headers; readonly bytes: Uint8Array }> => {
  const cookie = [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await place.desk.request(path, { headers: { cookie } })
  return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}

test('P116 a file is checked first; good rows are published when told to, refused ones come back with their reasons', async () => {
  const page = await admin.get(IMPORT)
  const checked = await submitFile(place, admin, page, IMPORT, FILE)
  expect(checked.status).toBe(200)
  expect(checked.text).toContain('检查完毕,没有发布')
  expect(checked.text).toMatch(/新版次 1 行 .*没有变化 0 行 .*拒绝 1 行/)
  expect(checked.text).toContain('没有填写')
  expect(place.office.directory.item('QT0900')).toBeUndefined()
  const refused = await download(`${IMPORT}/refused`)
  expect(refused.headers.get('content-disposition')).toContain('refused-rows.csv')
  const table = readCsv(refused.bytes)
  expect(table).toMatchObject({ ok: true, value: { rows: [expect.arrayContaining(['QT0901', '没有依据的事项'])] } })
  expect(table.ok && table.value.rows[0]?.at(-1)).toContain('NONE')

  const told = {
    ...page,
    html: page.html.replace('id="field-publish" value="yes"', 'id="field-publish" value="yes" checked'),
  }
  const published = await submitFile(place, admin, told, IMPORT, FILE)
  expect(published.text).toContain('已发布 1 行')
  expect(place.office.directory.item('QT0900')).toMatchObject({ name: '户外广告备案', edition: 1 })
  expect(place.office.directory.item('QT0901')).toBeUndefined()
  const again = await submitFile(place, admin, told, IMPORT, FILE)
  expect(again.text).toMatch(/新版次 0 行 .*没有变化 1 行/)
})

test('P116 without a file, or with one of another kind, the form says what to choose', async () => {
  const page = await admin.get(IMPORT)
  const empty = await submitFile(place, admin, page, IMPORT, { name: '', bytes: new Uint8Array() })
  expect(empty.status).toBe(422)
  expect(empty.text).toContain('请选择 .xlsx 或 .csv 文件')
  const broken = await submitFile(place, admin, page, IMPORT, { name: 'x.xlsx', bytes: Uint8Array.of(1, 2, 3) })
  expect(broken.status).toBe(422)
  expect(broken.text).toContain('没有导入任何内容')
})

test('P116 a file may be larger than a form, but only from somebody who has signed in', async () => {
  const bytes = new Uint8Array(LIMITS.requestBytes + 1024).fill(0x61)
  const page = await admin.get(IMPORT)
  expect((await submitFile(place, admin, page, IMPORT, { name: 'big.csv', bytes })).status).toBe(422)
  const stranger = place.visitor()
  expect((await submitFile(place, stranger, page, IMPORT, { name: 'big.csv', bytes })).status).toBe(401)
  const { csrf = '' } = formOf(await admin.get('/'), '/sign-out')
  expect((await admin.post('/hub/settings/regions', { csrf, name: 'a'.repeat(LIMITS.requestBytes) })).status).toBe(413)
})

test('P116 a file of a stranger is not read, not even one whose length is not said', async () => {
  let pieces = 0
  const body = new ReadableStream({
    pull(stream) {
      pieces += 1
      if (pieces > 100) stream.close()
      else stream.enqueue(new Uint8Array(1024 * 1024))
    },
  })
  const headers = { 'content-type': 'multipart/form-data; boundary=x', 'transfer-encoding': 'chunked' }
  const answer = await place.desk.request(IMPORT, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
  expect(answer.status).toBe(401)
  expect(pieces).toBeLessThan(3)
})

test('P117 the exported catalogue is read back row by row, as spreadsheet and as CSV', async () => {
  const xlsx = await download('/hub/catalogue/export?format=xlsx')
  expect(xlsx.headers.get('content-disposition')).toContain('catalogue-2026-11-20.xlsx')
  const csv = await download('/hub/catalogue/export?format=csv')
  const [first, second] = [await readXlsx(xlsx.bytes), readCsv(csv.bytes)]
  expect(first.ok && second.ok && first.value.rows.length).toBe(place.office.directory.items().length)
  expect(first).toEqual(second)
})
