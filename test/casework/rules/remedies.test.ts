/** 救济途径: composed from what a county has published, and complete when somebody writes them. */
import { expect, test } from 'vitest'
import { DEFAULT_RULES, type Department } from '#protocol/casework/directory.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { areNames, lackingRemedies, type RemedySources, remediesFor } from '#protocol/casework/rules/remedies.ts'

const item = (given: Partial<Item> = {}) => completeItem({ id: 'SL1', name: '示范', department: 'MZ', ...given })
const county = (reviewBody?: string, court?: string, own?: string): RemedySources => ({
  rules: () => ({ ...DEFAULT_RULES, ...(reviewBody ? { reviewBody } : {}), ...(court ? { court } : {}) }),
  department: (id) => (id === 'SW' && own ? ({ id, reviewBody: own } as Department) : undefined),
})

const COMPOSED =
  '不服的,可以自收到文书之日起六十日内向安县人民政府申请行政复议,也可以自收到文书之日起六个月内向安县人民法院提起行政诉讼。'

test('C159 the remedies name organ, court and days as the county has published them, and are complete', () => {
  const known = county('安县人民政府', '安县人民法院')
  expect(remediesFor(item(), known)).toBe(COMPOSED)
  expect(lackingRemedies(item(), COMPOSED)).toEqual([])
  // An organ that is led vertically is reviewed by its own upper level (行政复议法 art. 27).
  const own = remediesFor(
    item({ department: 'SW' }),
    county('安县人民政府', '安县人民法院', '国家税务总局绵阳市税务局'),
  )
  expect(own).toContain('向国家税务总局绵阳市税务局申请行政复议')
  expect(own).not.toContain('安县人民政府')
})

test.for([
  ['天津市人民政府', '天津市第一中级人民法院'],
  ['日喀则市人民政府', '日土县人民法院'],
  ['天全县人民政府', '成都铁路运输第一法院'],
  ['国家税务总局绵阳市税务局', '新疆生产建设兵团第八师中级人民法院'],
  ['向阳区人民政府(花荄镇益昌路)', '月湖区人民法院'],
] as const)('C159 real names make the sentence: %s, %s', ([reviewBody, court]) => {
  expect(areNames(reviewBody, court)).toBe(true)
})

test.for([
  ['安县人民法院', '安县人民法院'],
  ['本机关', '安县人民法院'],
  ['上级机关', '安县人民法院'],
  ['安县人民政府', '安县法院'],
  ['安县人民政府', '本县人民法院'],
  ['安县人民政府', '人民法院'],
  ['安县人民政府,益昌路', '安县人民法院'],
] as const)('C159 these are no names of where to turn: %s, %s', ([reviewBody, court]) => {
  expect(areNames(reviewBody, court)).toBe(false)
})

test('C159 nothing is composed that nobody has published, or that another level decides', () => {
  expect(remediesFor(item(), county())).toBeUndefined()
  expect(remediesFor(item(), county('安县人民政府'))).toBeUndefined()
  expect(remediesFor(item(), county(undefined, '安县人民法院'))).toBeUndefined()
  expect(remediesFor(item({ level: '3' }), county('安县人民政府', '安县人民法院'))).toBeUndefined()
  // 裁决 goes to court within the days of other laws.
  expect(remediesFor(item({ itemType: '09' }), county('安县人民政府', '安县人民法院'))).toBeUndefined()
})

test('C159 a company’s service is no act of the administration: it says where to object', () => {
  const water = item({ bodyNature: '9' })
  expect(remediesFor(water, county())).toContain('12345')
  expect(lackingRemedies(water, '。')).toEqual(['向谁提出异议'])
  expect(lackingRemedies(water, '向安县供水公司提出')).toEqual([])
})

test.for([
  ['。', ['六十日的复议期限', '受理行政复议的机关', '六个月的起诉期限', '受理行政诉讼的法院']],
  ['可在六十日内申请行政复议', ['受理行政复议的机关', '六个月的起诉期限', '受理行政诉讼的法院']],
  ['60日内向县政府申请复议,6个月内向人民法院起诉', ['受理行政诉讼的法院']],
  ['60日内向____申请行政复议,6个月内向安县人民法院起诉', ['受理行政复议的机关']],
  ['60日内向县人民政府申请行政复议,3个月内向安县人民法院起诉', ['六个月的起诉期限']],
  ['15日内向县人民政府申请行政复议,6个月内向安县人民法院起诉', ['六十日的复议期限']],
  // As people write it: full width, blanks, other words and order.
  ['60 日 内 向 安县人民政府 提出行政复议申请,6 个月内向安县人民法院提起诉讼', []],
  ['六十日内向安县人民政府(花荄镇益昌路,电话0816-4330000)申请行政复议,六个月内到安县人民法院起诉', []],
  ['行政复议机关:安县人民政府,六十天内申请;法院为安县人民法院,六个月内起诉', []],
  // Other laws give other days, or review before suit.
  ['依照《土地管理法》第十四条,三十日内向安县人民法院起诉;也可以向安县人民政府申请行政复议', []],
  ['应当先在六十日内向绵阳市税务局申请行政复议,对复议决定不服的,十五日内向安县人民法院起诉', []],
  ['应当先在六十日内向绵阳市税务局申请行政复议,复议期限内不得向人民法院起诉;不服的,十五日内向安县人民法院起诉', []],
  ['六十日内向“安县人民政府”提交行政复议申请书;起诉期限为六个月,向安县人民法院起诉', []],
  // A date is no limit.
  [
    '根据《公共场所卫生管理条例》(2024年3月15日修订)可以向安县人民政府申请行政复议,也可以向安县人民法院提起行政诉讼',
    ['六十日的复议期限', '六个月的起诉期限'],
  ],
  // Nobody in particular, blanks, other numbers, numbers that change places, and what is forbidden.
  ['160日内向安县人民政府申请行政复议,16个月内向安县人民法院起诉', ['六十日的复议期限', '六个月的起诉期限']],
  ['一百六十日内向安县人民政府申请行政复议,十六个月内向安县人民法院起诉', ['六十日的复议期限', '六个月的起诉期限']],
  ['六个月内向安县人民政府申请行政复议,也可以六十日内向安县人民法院提起诉讼', ['六十日的复议期限', '六个月的起诉期限']],
  ['60日内向有关机关申请行政复议,6个月内向有管辖权的人民法院起诉', ['受理行政复议的机关', '受理行政诉讼的法院']],
  ['60日内向XX申请行政复议,6个月内向××法院起诉', ['受理行政复议的机关', '受理行政诉讼的法院']],
  ['60日内向……申请行政复议,6个月内向————法院起诉', ['受理行政复议的机关', '受理行政诉讼的法院']],
  ['六十日内不得向安县人民政府申请复议,六个月内不得向安县人民法院起诉', ['申请人可以怎么做(写了“不得”“不能”一类的话)']],
  // The laws themselves give no other days.
  [
    '依照《行政复议法》九十日内向安县人民政府申请行政复议,依照《中华人民共和国行政诉讼法》六个月内向安县人民法院起诉',
    ['六十日的复议期限'],
  ],
  ['可以在六个月内直接向绵阳市涪城区人民法院起诉,或者在六十日内先向安县人民政府申请复议', []],
] as const)('C159 %s lacks %j', ([text, lacking]) => {
  expect(lackingRemedies(item(), text)).toEqual(lacking)
})
