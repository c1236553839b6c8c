/** Rows of a vertical system's file: what they say, and every reason for which they cannot be taken in. */
import { expect, test } from 'vitest'
import { VERTICAL_COLUMNS, type VerticalRow } from '#protocol/casework/exchange/vertical.ts'
import { readVertical } from '#protocol/casework/exchange/vertical-rows.ts'
import { itemByCode, sourceMark, verticalSteps } from '#protocol/casework/exchange/vertical-steps.ts'
import { FACTS, factProblems } from '#protocol/casework/facts/facts.ts'
import { completeItem } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'

const TODAY = '2026-11-20' as Day

const ROW: VerticalRow = {
  system: '不动产登记系统',
  reference: 'BDC-0012',
  item: 'SL0002',
  applicant: '王小明',
  idNumber: '11010519491231002x',
  materials: '3',
  state: '90',
  received: '20261102',
  accepted: '2026-11-03',
  result: '准予',
  opinion: '符合条件',
  document: '安不动产〔2026〕12号',
  closed: '2026年11月10日',
  delivered: '',
  recipient: '',
}

const reading = (change: VerticalRow = {}) => readVertical({ ...ROW, ...change }, 'epoint', TODAY)
const problemsOf = (change: VerticalRow) => {
  const read = reading(change)
  return read.ok ? [] : read.problems
}

test('X20 a row is read by its columns, days in any common form', () => {
  const read = reading()
  expect(read).toMatchObject({
    ok: true,
    value: {
      idNumber: '11010519491231002X',
      materials: 3,
      target: '60',
      received: '2026-11-02',
      accepted: '2026-11-03',
      closed: '2026-11-10',
      result: 'granted',
    },
  })
})

test.each([
  [{ system: '' }, '请填写来源系统'],
  [{ reference: ' ' }, '请填写来源办件编号'],
  [{ applicant: '' }, '请填写申请者名称'],
  [{ received: '' }, '请填写收件时间'],
  [{ state: '' }, '请填写办件状态'],
  [{ state: '31' }, '办件状态“31”不在新点办件状态中'],
  [{ state: '99' }, '作废的办件不补录'],
  [{ state: '12' }, '预审待审的办件不补录'],
  [{ state: '30', accepted: '' }, '请填写受理时间'],
  [{ closed: '' }, '请填写办结时间'],
  [{ result: '' }, '请填写办理结果'],
  [{ result: '也许' }, '办理结果“也许”须为准予或不予'],
  [{ state: '28' }, '请填写补正告知时间'],
  [{ received: '20260230' }, '收件时间“20260230”不是日期'],
  [{ closed: '20261121' }, '办结时间晚于今天'],
  [{ accepted: '20261101' }, '受理时间早于收件时间'],
  [{ closed: '20261102' }, '办结时间早于受理时间'],
  [{ materials: '三份' }, '材料份数“三份”须为 0 至 999 的整数'],
  [{ applicant: '王'.repeat(201) }, '申请者名称超过 200 字'],
])('X21 %o cannot be taken in: %s', (change, words) => {
  expect(problemsOf(change).join(';')).toContain(words)
})

test('X21 all problems of a row are told at once', () => {
  expect(problemsOf({ system: '', received: '昨天', result: '' })).toEqual([
    '请填写来源系统',
    '请填写办理结果',
    '收件时间“昨天”不是日期,须如 20261121',
  ])
})

test('X22 a row becomes back-dated facts that say where they came from and fit the table of facts', () => {
  const read = reading({ state: '90', delivered: '20261112', recipient: '王大明' })
  if (!read.ok) throw new Error(read.problems.join())
  const steps = verticalSteps({ ...read.value, target: '70' })
  expect(steps.map(({ kind, fields }) => [kind, fields.occurredOn])).toEqual([
    ['received', '2026-11-02'],
    ['accepted', '2026-11-03'],
    ['concluded', '2026-11-10'],
    ['delivered', '2026-11-12'],
  ])
  for (const { kind, fields } of steps) {
    expect(fields.occurredWhy).toBe(sourceMark(read.value))
    expect(factProblems(kind, 'seals' in FACTS[kind].fields ? { ...fields, seals: [] } : fields)).toEqual({})
  }
  expect(steps.at(-1)?.fields).toMatchObject({ recipient: '王大明', relationship: '见来源系统' })
})

test('X22 what is under way in the other system is taken in as accepted; its steps are not ours', () => {
  const read = readVertical({ ...ROW, state: 'SPCL2' }, 'guangdong-steps', TODAY)
  if (!read.ok) throw new Error(read.problems.join())
  expect(verticalSteps(read.value).map(({ kind }) => kind)).toEqual(['received', 'accepted'])
})

test('X22 an old identity number of 15 digits passes with its reason, and a missing document number is the reference', () => {
  const read = reading({ idNumber: '110105491231002', document: '' })
  if (!read.ok) throw new Error(read.problems.join())
  const [received, , concluded] = verticalSteps(read.value)
  expect(received?.fields.idOverride).toContain('15位')
  expect(concluded?.fields.document).toBe('BDC-0012')
})

test('X23 items are found by this network’s code or by a national one', () => {
  const items = [
    completeItem({ id: 'SL0001', name: '甲' }),
    completeItem({
      id: 'SL0002',
      name: '乙',
      codes: { basic: '440118009000', implementation: '11440100007482575H3440118009000', business: '' },
    }),
  ]
  expect(itemByCode(items, 'SL0001')?.name).toBe('甲')
  expect(itemByCode(items, '440118009000')?.name).toBe('乙')
  expect(itemByCode(items, '11440100007482575H3440118009000')?.name).toBe('乙')
  expect(itemByCode(items, '')).toBeUndefined()
  expect(Object.values(VERTICAL_COLUMNS).length).toBe(new Set(Object.values(VERTICAL_COLUMNS)).size)
})
