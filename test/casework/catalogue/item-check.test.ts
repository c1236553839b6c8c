/** Every field of an item is checked in words. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { blocking, checkItem } from '#protocol/casework/catalogue/item-check.ts'
import { completeMaterial, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { CONTEXT, item } from './item.ts'

const STEP = { role: '承办人', standard: '', days: 1 }
const GREEN = { id: 'g', name: '五百万', minimumAmount: 500, listed: [], liaison: '联络员' }
const TIER = { id: 't1', factor: '一般', standard: '轻', range: null }
const FEE = { id: 'fee', name: '工本费', standard: '20元', basis: '某文件', range: { from: 2000, to: 2000 } }
const form = (changes: object) => [{ ...completeMaterial({ id: 'form', name: '申请表', basis: '某法' }), ...changes }]
const wrong = (value: unknown) => value as never
const working = (days: number | null) => ({ days, unit: 'working', note: '' }) as const

/** Rule, what is changed, what the words must say, whether it blocks. */
const CASES: readonly (readonly [rule: string, changes: Partial<Item>, words: RegExp, blocks: boolean])[] = [
  ['B11', { id: '有 空格' }, /事项编码/, true],
  ['B11', { id: 'x'.repeat(37) }, /事项编码/, true],
  ['B11', { edition: 0 }, /版次/, true],
  ['B11', { codes: { basic: '0'.repeat(37), implementation: '', business: '' } }, /基本编码.*36/, true],
  ['B11', { codes: { basic: '51-1', implementation: '', business: '' } }, /基本编码/, true],
  ['B11', { codes: { basic: '12345', implementation: '', business: '' } }, /5 位.*10、12/, false],
  ['B11', { codes: { basic: '', implementation: `11440300MB2D0722474440127028001`, business: '' } }, /信用代码/, false],
  ['B11', { itemType: wrong('99') }, /事项类型/, true],
  ['B11', { level: wrong('8') }, /行使层级/, true],
  ['B11', { bodyNature: wrong('5') }, /实施主体性质/, true],
  ['B11', { clients: [wrong('9')] }, /服务对象/, true],
  ['B11', { clients: [] }, /服务对象/, true],
  ['B11', { receivingTiers: [] }, /收件层级/, true],
  ['B16', { basis: '《某法》\u0000' }, /控制字符/, true],
  ['B16', { fields: [{ id: 'a', label: '住\ud800址', required: true, type: 'text' }] }, /控制字符/, true],
  ['B11', { caseKind: wrong('3') }, /办件类型/, true],
  ['B11', { authorised: [wrong('all')] }, /授权/, true],
  ['B11', { department: 'XX' }, /实施主体“XX”没有登记/, true],
  ['B11', { coDepartments: ['MZ'] }, /不能是实施主体自己/, true],
  ['B11', { coDepartments: ['XX'] }, /联办机构“XX”/, true],
  ['B11', { coDepartments: ['ZR', 'ZR'] }, /重复/, true],
  ['B11', { name: 'x'.repeat(201) }, /事项名称.*200/, true],
  ['B11', { basis: 'x'.repeat(4001) }, /设定依据.*4000/, true],
  ['B5', { effectiveFrom: '2026-02-30' as Day }, /生效日期/, true],
  ['B5', { effectiveUntil: '2020-01-01' as Day }, /失效日期早于生效日期/, true],
  ['B5', { edition: 2 }, /第二版起/, true],
  ['B5', { edition: 2, change: { type: 'adjusted', basis: '' } }, /依据文件/, true],
  ['B6', { edition: 2, change: { type: 'cancelled', basis: '某文件' } }, /只作记录/, true],
  ['B12', { promised: working(21) }, /不能长于法定时限/, true],
  ['B12', { promised: working(31), statutory: { days: 30, unit: 'calendar', note: '' } }, /不能长于/, true],
  ['B12', { promised: working(null) }, /须有承诺时限/, true],
  ['B12', { promised: working(1.5) }, /整数/, true],
  ['B12', { statutory: working(9999) }, /法定时限须是/, true],
  ['B12', { statutory: working(null) }, /第四十二条/, false],
  ['B12', { statutory: { days: 20, unit: 'calendar', note: '' } }, /工作日计算/, false],
  ['B12', { caseKind: '1', promised: working(2) }, /即办件/, true],
  [
    'B12',
    {
      caseKind: '1',
      promised: working(0),
      steps: [
        { stage: '40', ...STEP },
        { stage: '42', ...STEP },
      ],
    },
    /即办件/,
    true,
  ],
  ['B12', { caseKind: '1', promised: working(0), coDepartments: ['ZR'] }, /联办件不能是即办件/, true],
  ['B12', { supplementDays: 0 }, /补正期限/, true],
  ['B12', { visits: -1 }, /到现场次数/, true],
  [
    'B13',
    {
      steps: [
        { stage: '41', ...STEP },
        { stage: '42', ...STEP },
      ],
    },
    /从承办开始/,
    true,
  ],
  [
    'B13',
    {
      steps: [
        { stage: '40', ...STEP },
        { stage: '40', ...STEP },
        { stage: '42', ...STEP },
      ],
    },
    /各一次/,
    true,
  ],
  [
    'B13',
    {
      steps: [
        { stage: '40', ...STEP },
        { stage: '42', ...STEP, role: '' },
      ],
    },
    /岗位/,
    true,
  ],
  [
    'B13',
    {
      steps: [
        { stage: '40', ...STEP, days: 9 },
        { stage: '42', ...STEP, days: 9 },
      ],
    },
    /合计 18 天/,
    false,
  ],
  ['B13', { procedures: [{ kind: 'site-survey', days: 5, basis: '' }] }, /现场踏勘.*依法应当计入期限/, true],
  ['B13', { procedures: [{ kind: wrong('party'), days: 5, basis: '某法' }] }, /特别程序/, true],
  ['B13', { procedures: [{ kind: 'hearing', days: 0, basis: '' }] }, /听证.*整数天/, true],
  ['B14', { tiers: ['village', 'county'] }, /不能有村/, true],
  ['B14', { villageMode: 'agent' }, /须有村/, true],
  ['B14', { tiers: ['village'], villageMode: 'direct' }, /直办须以村为收件点/, true],
  ['B14', { receivingTiers: ['village'] }, /收件点.*须有村/, true],
  ['B14', { clockStart: 'capture' }, /自窗口收件起算/, true],
  ['B15', { materials: form({ basis: '' }) }, /没有写明要求提供的依据/, false],
  ['B15', { materials: form({ name: '' }) }, /没有填写名称/, true],
  ['B15', { materials: form({ form: 'scan' }) }, /类型/, true],
  ['B15', { materials: form({ copies: 0 }) }, /份数不能是 0/, true],
  ['B15', { materials: form({ copies: 1000 }) }, /份数/, true],
  ['B15', { materials: form({ deferrableDays: 0 }) }, /容缺/, true],
  ['B15', { materials: [...form({}), ...form({})] }, /“form”重复/, true],
  ['B15', { fields: [{ id: '1a', label: '住址', required: true, type: 'text' }] }, /编号“1a”/, true],
  ['B15', { fields: [{ id: 'a', label: '', required: true, type: 'text' }] }, /没有填写名称/, true],
  ['B15', { fields: [{ id: 'a', label: '住址', required: true, type: wrong('colour') }] }, /类型/, true],
  ['B2', { fees: [{ ...FEE, range: { from: 5, to: 1 } }] }, /金额范围/, true],
  ['B15', { discretion: [TIER, { ...TIER, id: 't2', factor: '' }] }, /因素或标准/, true],
  ['B15', { discretion: [TIER] }, /只有一档/, false],
  ['B15', { green: [{ ...GREEN, liaison: '' }] }, /联络员/, true],
  ['B15', { green: [{ ...GREEN, minimumAmount: null }] }, /既没有金额也没有名录/, true],
  ['B4', { prerequisites: [{ item: 'A1', basis: '某法' }] }, /以自己为前置/, true],
  ['B4', { prerequisites: [{ item: 'B1', basis: '' }] }, /擅自增设/, false],
  ['B8', { presence: { due: true, present: false, reason: '' } }, /理由和批准文号/, true],
]

test('B16 the item of these tests has no problem at all', () => {
  expect(checkItem(item(), CONTEXT)).toEqual([])
})

test.each(CASES)('B11 B12 B13 B14 B15 B16 %s %o is said in words', (_rule, changes, words, blocks) => {
  const problems = checkItem(item(changes), CONTEXT)
  const found = problems.filter(({ message }) => words.test(message))
  expect(found.length, JSON.stringify(problems)).toBeGreaterThan(0)
  expect(found.some((problem) => problem.blocks)).toBe(blocks)
  if (!blocks) expect(blocking(problems)).toEqual([])
})

test.each([
  ['5101900110', '', ''],
  ['510190011000', '11440300MB2D0722464440127028001', '11440300MB2D072246444012702800102'],
  ['XK0010100Y', '114403006939513773442015', ''],
])('B11 codes of live systems pass: %s', (basic, implementation, business) => {
  expect(checkItem(item({ codes: { basic, implementation, business } }), CONTEXT)).toEqual([])
})

test('B16 whatever texts and numbers an item holds, the check answers', () => {
  const keys = [
    'id',
    'name',
    'basis',
    'level',
    'itemType',
    'caseKind',
    'effectiveFrom',
    'phone',
    'villageMode',
  ] as const
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.string(), (key, broken) => {
      const problems = checkItem(item({ [key]: broken }), CONTEXT)
      for (const { message } of problems) expect(message).toMatch(/[一-鿿]/)
    }),
  )
})
