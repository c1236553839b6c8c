/** A licence with everything the law can ask of one: steps, tiers of discretion, fees, co-department, deferrable material. */
import type { Department } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'

export const LICENCE_ID = 'XK0001'

export const LICENCE = completeItem({
  id: LICENCE_ID,
  name: '小餐饮经营许可',
  pinyin: 'xiaocanyinjingyingxuke xcyjyxk',
  itemType: '01',
  department: 'SC',
  coDepartments: ['HB'],
  basis: '《中华人民共和国食品安全法》第三十六条',
  tiers: ['village', 'township', 'county'],
  phone: '0816-4330000',
  place: '政务服务中心三号窗口',
  result: { name: '小餐饮经营许可证', kind: '证照', validity: '3 年' },
  materials: [
    completeMaterial({ id: 'form', name: '申请表', form: 'original', copies: 0, standard: '申请人签字,栏目齐全' }),
    completeMaterial({ id: 'lease', name: '场所使用证明', standard: '租赁合同在有效期内' }),
    completeMaterial({ id: 'plan', name: '场所平面图', deferrableDays: 5 }),
  ],
  promised: { days: 10, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
  steps: [
    { stage: '40', role: '承办人', standard: '', days: 3 },
    { stage: '41', role: '审核人', standard: '', days: 2 },
    { stage: '42', role: '批准人', standard: '', days: 1 },
  ],
  fees: [
    {
      id: 'certificate',
      name: '证照工本费',
      standard: '每证 10 元',
      basis: '川价费〔2003〕1号',
      range: { from: 1000, to: 1000 },
    },
    {
      id: 'test',
      name: '检测费',
      standard: '每次 50 至 200 元',
      basis: '川价费〔2003〕2号',
      range: { from: 5000, to: 20000 },
    },
  ],
  discretion: [
    { id: 'small', factor: '面积 50 平方米以下', standard: '准予一类', range: null },
    { id: 'large', factor: '面积 50 平方米以上', standard: '准予二类', range: null },
  ],
})

export const IMMEDIATE_ID = 'JB0001'

/** Done on the spot, with one paper. */
export const IMMEDIATE = completeItem({
  id: IMMEDIATE_ID,
  name: '居住证明',
  caseKind: '1',
  department: 'SC',
  tiers: ['township', 'county'],
  materials: [completeMaterial({ id: 'card', name: '身份证' })],
})

const department = (id: string, name: string): Department => ({
  type: 'department',
  id,
  version: 1,
  name,
  shortName: name,
  creditCode: '',
  formerNames: [{ name: `${name}(旧)`, until: '2019-01-31' as Day }],
  successor: null,
  phone: '',
  inPlace: { office: true, hall: true, items: true, authority: true, people: true },
  sample: true,
})

export const DEPARTMENTS: readonly Department[] = [
  department('SC', '县市场监督管理局'),
  department('HB', '县生态环境局'),
]
