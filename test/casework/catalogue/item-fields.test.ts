/** The table of fields: what it says of values, at the door and in the catalogue's check. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldProblems } from '#protocol/casework/catalogue/field-problems.ts'
import { choice, filledUp, line, part, rows } from '#protocol/casework/catalogue/fields.ts'
import { checkItem } from '#protocol/casework/catalogue/item-check.ts'
import { ITEM_COLUMNS, ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import { documentOf, readDirectoryRecord } from '#protocol/engine/directory/record-reading.ts'
import { LIMITS } from '#protocol/limits.ts'
import { CONTEXT, item } from './item.ts'
import { arbitraryItem, misfitsOf, standoutRecord } from './item-values.ts'

type Tree = Readonly<Record<string, unknown>>

const withValue = (record: Tree, [key = '', ...rest]: readonly string[], value: unknown): Tree => ({
  ...record,
  [key]: rest.length === 0 ? value : withValue(record[key] as Tree, rest, value),
})
/** What the door makes of a record. */
const atTheDoor = (record: Tree) => readDirectoryRecord(JSON.stringify(record), documentOf(record as unknown as Item))

/** Every field, and every field of its parts. */
const PLACES = [
  ...ITEM_COLUMNS.map(({ path, field }) => ({ path, field })),
  ...Object.entries(ITEM_FIELDS)
    .filter(([, { kind }]) => kind.is === 'part')
    .map(([name, field]) => ({ path: [name], field })),
].map(({ path, field }) => ({ name: path.join('.'), path, field }))

test('B37 an item whose fields all fit passes the door unchanged', () => {
  fc.assert(
    fc.property(arbitraryItem, (made) => {
      expect(fieldProblems(ITEM_FIELDS, { ...made })).toEqual([])
      expect(atTheDoor({ ...made })).toEqual(made)
    }),
    { numRuns: 200 },
  )
})

test.each(PLACES)(
  'B37 $name: a value of another kind is refused at the door, one beyond its bounds is read; the check names both',
  ({ name, path, field }) => {
    const misfits = misfitsOf(field.kind)
    expect(misfits.length).toBeGreaterThan(2)
    for (const { value, readable } of misfits) {
      const spoilt = withValue({ ...item() }, path, value)
      const isRead = readable && !(name === 'edition' && value === 0) // no edition has the number 0
      expect([value, atTheDoor(spoilt)]).toEqual([value, isRead ? spoilt : undefined])
      const found = checkItem(spoilt as unknown as Item, CONTEXT).filter((problem) => problem.field === name)
      expect([value, found.some(({ blocks }) => blocks)]).toEqual([value, true])
      expect(found[0]?.message).toMatch(/[一-鿿]/)
    }
  },
)

test('B37 the longest value of every text passes, counted in characters and not in units', () => {
  for (const { name, path, field } of PLACES) {
    if (field.kind.is !== 'text') continue
    const longest = withValue({ ...item() }, path, '😀'.repeat(field.kind.most))
    expect([name, fieldProblems(ITEM_FIELDS, longest)]).toEqual([name, []])
  }
})

/** As little as the first program said of an item that has something of everything. */
const EARLIER: Tree = {
  ...{ type: 'item', version: 3, id: 'A1', name: '某项许可', edition: 1 },
  materials: [{ id: 'form', name: '申请表' }],
}

test('B37 a record of an earlier program is read: fields of the item and of its materials that it lacks are filled in', () => {
  expect(atTheDoor(EARLIER)).toEqual(
    completeItem({ ...EARLIER, materials: [completeMaterial({ id: 'form', name: '申请表' })] } as unknown as Item),
  )
})

test('B37 nothing is made up: a record without a code or a name, or with a part or row that lacks something, is not read', () => {
  const whole = { ...item(), ...(standoutRecord(ITEM_FIELDS, '') as unknown as Item), id: 'A1', edition: 1 }
  expect(atTheDoor(whole)).toEqual(whole)
  const without = (record: Tree, name: string): Tree =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
  let lacking = 0
  for (const [name, { kind }] of Object.entries(ITEM_FIELDS)) {
    if (kind.is !== 'part' && kind.is !== 'rows') continue
    for (const inner of Object.keys(kind.fields)) {
      const value = (whole as unknown as Tree)[name]
      const short =
        kind.is === 'part'
          ? without(value as Tree, inner)
          : (value as readonly Tree[]).map((row) => without(row, inner))
      const isFilledIn = name === 'materials' && inner !== 'id' && inner !== 'name'
      expect([name, inner, atTheDoor({ ...whole, [name]: short }) !== undefined]).toEqual([name, inner, isFilledIn])
      lacking++
    }
  }
  expect(lacking).toBeGreaterThan(40)
  for (const name of ['id', 'name'])
    expect(readDirectoryRecord(JSON.stringify(without(EARLIER, name)), documentOf(item()))).toBeUndefined()
})

test('B37 a field that the table marks may be lacking in a part and in rows of earlier records, and only that', () => {
  const fields = { name: line('名称'), unit: line('单位') }
  const marked = { ...fields, later: choice('新栏目', { a: '甲', b: '乙' }, 'b', { mayLack: true }) }
  const table = { one: part('部分', marked), several: rows('列表', marked, { one: '项', called: 'name' }) }
  expect(filledUp(table, { one: { name: 'x' }, several: [{ name: 'y', later: 'a' }, { name: 'z' }, 7] })).toEqual({
    one: { name: 'x', later: 'b' },
    several: [{ name: 'y', later: 'a' }, { name: 'z', later: 'b' }, 7],
  })
  expect(filledUp({ one: part('部分', fields) }, { one: { name: 'x' }, other: 1 })).toEqual({
    one: { name: 'x' },
    other: 1,
  })
})

test('B37 what nothing is said of has the most cautious value', () => {
  const said = completeItem({ id: 'A', name: '甲' })
  const silent = Object.entries(said).filter(
    ([, value]) => value === '' || (Array.isArray(value) && value.length === 0),
  )
  expect(Object.fromEntries(Object.entries(said).filter((pair) => !silent.some(([name]) => name === pair[0])))).toEqual(
    {
      ...{
        type: 'item',
        version: 0,
        id: 'A',
        name: '甲',
        edition: 1,
        effectiveFrom: '2024-01-01',
        effectiveUntil: null,
      },
      change: { type: 'new', basis: '' },
      codes: { basic: '', implementation: '', business: '' },
      ...{ itemType: '20', level: '4', bodyNature: '1', clients: ['1'], caseKind: '2' },
      result: { name: '', kind: '', validity: '' },
      ...{ visits: 1, tiers: ['county'], receivingTiers: ['township', 'county'], clockStart: 'window' },
      ...{ villageMode: 'agent', villageDelivery: true, supplementDays: 30, samePerson: false },
      promised: { days: null, unit: 'working', note: '' },
      statutory: { days: null, unit: 'working', note: '' },
      presence: { due: true, present: true, reason: '' },
      ...{ commitment: false, sample: false },
    },
  )
})

test('B37 a list names a code once; texts of a list may be the same', () => {
  const green = [{ id: 'g', name: '重点', minimumAmount: null, listed: ['某某', '某某'], liaison: '王芳' }]
  expect(checkItem(item({ green }), CONTEXT)).toEqual([])
  const twice = item({
    tiers: ['county', 'county', 'county'],
    clients: ['1', '2', '1'],
    authorised: ['accept', 'accept'],
  })
  expect(checkItem(twice, CONTEXT).map(({ message }) => message)).toEqual([
    '服务对象“自然人”重复',
    '申请层级“县”重复',
    '首席授权“受理权”重复',
  ])
})

test('B37 two wrong values are both named, each row by its own name', () => {
  const [first] = item().materials
  const materials = [
    first,
    { ...first, id: 'b', name: '证明', copies: -1 },
    { ...first, id: 'c', name: '', copies: 1.5 },
  ]
  const messages = checkItem(item({ visits: 10, materials: materials as Item['materials'] }), CONTEXT).map(
    ({ message }) => message,
  )
  expect(messages).toContain('到现场次数须是 0 到 9 的整数次')
  expect(messages).toContain('材料“证明”:复印件份数须是 0 到 999 的整数')
  expect(messages).toContain('第 3 项材料:复印件份数须是 0 到 999 的整数')
  expect(messages).toContain('第 3 项材料:没有填写名称')
})

test('B40 an item too large for one entry is refused with its size, though every field is within its bounds', () => {
  const [first] = item().materials
  const many = Array.from({ length: 12 }, (_, at) => ({ ...first, id: `m${at}`, standard: '中'.repeat(4_000) }))
  const large = item({ materials: many as Item['materials'] })
  expect(fieldProblems(ITEM_FIELDS, { ...large })).toEqual([])
  const most = LIMITS.itemBytes / 1024
  expect(checkItem(large, CONTEXT).find(({ message }) => message.includes(`最多 ${most} KB`))).toMatchObject({
    blocks: true,
  })
  expect(checkItem(item({ materials: many.slice(0, 9) as Item['materials'] }), CONTEXT)).toEqual([])
})
