/** The 35 departments of the model county, by their names since the reform of 2018; codes and numbers are invented. */
import type { Department } from '#protocol/casework/directory.ts'
import { isCreditCode } from '#protocol/casework/identity/credit-code.ts'
import type { Day } from '#protocol/casework/time/days.ts'

type Former = readonly (readonly [name: string, until: string])[]

/** Code, full name without the county's, short name, earlier names with their last days. */
const DEPARTMENTS: readonly (readonly [id: string, name: string, shortName: string, former?: Former])[] = [
  ['FG', '发展和改革局', '发改局', [['发展计划局', '2005-12-31']]],
  ['JX', '经济信息化和科学技术局', '经信科技局', [['经济商务和信息化局', '2019-02-28']]],
  ['JY', '教育和体育局', '教体局', [['教育局', '2015-06-30']]],
  ['GA', '公安局', '公安局'],
  ['MZ', '民政局', '民政局'],
  ['SF', '司法局', '司法局'],
  ['CZ', '财政局', '财政局'],
  ['RS', '人力资源和社会保障局', '人社局', [['劳动和社会保障局', '2010-06-30']]],
  ['ZR', '自然资源局', '自然资源局', [['国土资源局', '2019-02-28']]],
  ['HJ', '生态环境局', '生态环境局', [['环境保护局', '2019-02-28']]],
  ['ZJ', '住房和城乡建设局', '住建局', [['建设局', '2010-06-30']]],
  ['JT', '交通运输局', '交通局', [['交通局', '2010-06-30']]],
  ['SL', '水利局', '水利局', [['水务局', '2019-02-28']]],
  ['NY', '农业农村局', '农业农村局', [['农业局', '2019-02-28']]],
  ['SW', '商务和经济合作局', '商务局', [['商务局', '2019-02-28']]],
  ['WL', '文化广播电视和旅游局', '文旅局', [['文化广电新闻出版局', '2019-02-28']]],
  [
    'WJ',
    '卫生健康局',
    '卫健局',
    [
      ['卫生局', '2014-12-31'],
      ['卫生和计划生育局', '2019-02-28'],
    ],
  ],
  ['TY', '退役军人事务局', '退役军人局'],
  ['YJ', '应急管理局', '应急局', [['安全生产监督管理局', '2019-02-28']]],
  [
    'SC',
    '市场监督管理局',
    '市监局',
    [
      ['工商行政管理局', '2015-06-30'],
      ['工商质量技术监督管理局', '2019-02-28'],
    ],
  ],
  ['YB', '医疗保障局', '医保局'],
  ['LY', '林业和草原局', '林草局', [['林业局', '2019-02-28']]],
  ['ZF', '综合行政执法局', '综合执法局', [['城市管理行政执法局', '2019-02-28']]],
  ['SP', '行政审批局', '审批局', [['政务服务管理办公室', '2019-02-28']]],
  [
    'SS',
    '税务局',
    '税务局',
    [
      ['国家税务局', '2018-07-19'],
      ['地方税务局', '2018-07-19'],
    ],
  ],
  ['CL', '残疾人联合会', '残联'],
  ['XF', '消防救援大队', '消防大队', [['公安消防大队', '2018-10-08']]],
  ['QX', '气象局', '气象局'],
  ['YC', '烟草专卖局', '烟草局'],
  ['DA', '档案局', '档案局'],
  ['MW', '民族宗教事务局', '民宗局'],
  ['GJ', '住房公积金管理部', '公积金'],
  ['XZ', '乡镇人民政府', '乡镇政府'],
  ['GD', '供电公司', '供电公司', [['电力公司', '2012-12-31']]],
  ['GS', '自来水公司', '自来水公司'],
]

/** Organs that are led vertically are reviewed by their upper level (行政复议法 art. 27), a city's office by the city (art. 24). */
const VERTICAL = { SS: '国家税务总局绵阳市税务局', YC: '绵阳市烟草专卖局', GJ: '绵阳市人民政府' } as const

const CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** A credit code with a right check character and an organisation number of zeros, which no real organ has. */
function sampleCreditCode(index: number): string {
  const body = `11510724${String(index + 1).padStart(9, '0')}`
  const check = [...CHARACTERS].find((character) => isCreditCode(body + character))
  return body + check
}

export const SAMPLE_DEPARTMENTS: readonly Department[] = DEPARTMENTS.map(
  ([id, name, shortName, former = []], index) => ({
    type: 'department',
    id,
    version: 0,
    name: `安县${name}`,
    shortName,
    creditCode: sampleCreditCode(index),
    formerNames: former.map(([earlier, until]) => ({ name: `安县${earlier}`, until: until as Day })),
    successor: null,
    phone: `0816-000${String(index + 1).padStart(2, '0')}00`,
    // Three departments have their people in the hall and kept the decisions in the office behind it (SOURCES.md A13).
    inPlace: {
      office: true,
      hall: true,
      items: true,
      authority: !['HJ', 'XF', 'YJ'].includes(id),
      people: true,
    },
    sample: true,
    ...(Object.hasOwn(VERTICAL, id) ? { reviewBody: VERTICAL[id as keyof typeof VERTICAL] } : {}),
  }),
)
