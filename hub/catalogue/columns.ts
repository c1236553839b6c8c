/** The columns of a catalogue table: stable Chinese names, one row for each edition of an item. */
import {
  BODY_NATURES,
  CASE_KINDS,
  CLIENTS,
  type Client,
  ITEM_TYPES,
  LEVELS,
  POWERS,
  PROCEDURES,
  VILLAGE_MODES,
} from '#protocol/casework/codes.ts'
import { CHANGE_TYPES, type Item } from '#protocol/casework/item.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import {
  AMOUNT,
  COUNT,
  type Codec,
  coded,
  DAY,
  entries,
  FLAG,
  KEY,
  optional,
  RANGE,
  several,
  TEXT,
  TEXTS,
} from './codecs.ts'

export interface Column {
  readonly title: string
  /** Keys from the item to the value. */
  readonly path: readonly string[]
  readonly codec: Codec<unknown>
}

const column = (title: string, path: string, codec: Codec<unknown> = TEXT): Column => ({
  title,
  path: path.split('.'),
  codec,
})

const titlesOf = <Code extends string>(list: Readonly<Record<Code, { readonly title: string }>>) =>
  Object.fromEntries(Object.entries<{ title: string }>(list).map(([code, { title }]) => [code, title])) as Record<
    Code,
    string
  >

const TIER_TITLES = { village: '村', township: '乡镇', county: '县' } as const
const UNITS = { working: '工作日', calendar: '自然日' } as const
/** Live systems write G and Z (SOURCES.md 5.2). */
const UNIT: Codec<keyof typeof UNITS> = {
  show: (unit) => UNITS[unit],
  read: (text) => {
    const word = text.trim()
    if (word === '' || word === 'G') return success('working')
    return word === 'Z' ? success('calendar') : coded(UNITS).read(word)
  },
}
const FIELD_TYPES = {
  text: '文本',
  longText: '长文本',
  idNumber: '身份证号',
  creditCode: '信用代码',
  phone: '电话',
  date: '日期',
  number: '数字',
  account: '银行账号',
} as const
const FORMS = { original: '原件', copy: '复印件', both: '原件和复印件' } as const
const STEPS = { '40': '承办', '41': '审核', '42': '批准' } as const

export const EDITION = '版次'
export const REASON = '拒绝原因'
export const CLIENT_LIST = '服务对象代码表'
export const DEPARTMENT = '实施主体'
const CO_DEPARTMENTS = '联办机构'
const PINYIN = '拼音'
export const CLIENTS_COLUMN = '服务对象'

/** Columns without which a table cannot be read at all. */
export const REQUIRED_COLUMNS = ['事项编码', '事项名称', '事项类型', DEPARTMENT] as const

export const COLUMNS: readonly Column[] = [
  column('事项编码', 'id', KEY),
  column(EDITION, 'edition', COUNT),
  column('事项名称', 'name'),
  column(PINYIN, 'pinyin'),
  column('生效日期', 'effectiveFrom', DAY),
  column('失效日期', 'effectiveUntil', optional(DAY)),
  column('变更类型', 'change.type', coded(CHANGE_TYPES)),
  column('变更依据', 'change.basis'),
  column('基本编码', 'codes.basic', KEY),
  column('实施编码', 'codes.implementation', KEY),
  column('业务办理项编码', 'codes.business', KEY),
  column('事项类型', 'itemType', coded(ITEM_TYPES)),
  column('行使层级', 'level', coded(LEVELS)),
  column('实施主体性质', 'bodyNature', coded(BODY_NATURES)),
  column(CLIENTS_COLUMN, 'clients', several(coded(CLIENTS))),
  column('办件类型', 'caseKind', coded(CASE_KINDS)),
  column(DEPARTMENT, 'department', KEY),
  column(CO_DEPARTMENTS, 'coDepartments', several(KEY)),
  column('设定依据', 'basis'),
  column('受理条件', 'conditions'),
  column('办理流程', 'procedure'),
  column('审批权限', 'permissions'),
  column('数量限制', 'quota'),
  column('结果名称', 'result.name'),
  column('结果类型', 'result.kind'),
  column('结果有效期', 'result.validity'),
  column('办理地点', 'place'),
  column('办理时间', 'hours'),
  column('咨询电话', 'phone'),
  column('监督电话', 'complaintPhone'),
  column('部门领导电话', 'leaderPhone'),
  column('常见问题', 'questions'),
  column('到现场次数', 'visits', COUNT),
  column('申请层级', 'tiers', several(coded(TIER_TITLES))),
  column('收件层级', 'receivingTiers', several(coded(TIER_TITLES))),
  column('期限起算', 'clockStart', coded({ window: '窗口收件', capture: '村级代收' })),
  column('村级办理方式', 'villageMode', coded(VILLAGE_MODES)),
  column('村级送达', 'villageDelivery', FLAG),
  column('承诺时限', 'promised.days', optional(COUNT)),
  column('承诺时限单位', 'promised.unit', UNIT),
  column('承诺时限说明', 'promised.note'),
  column('法定时限', 'statutory.days', optional(COUNT)),
  column('法定时限单位', 'statutory.unit', UNIT),
  column('法定时限说明', 'statutory.note'),
  column('补正期限', 'supplementDays', COUNT),
  column(
    '表单栏目',
    'fields',
    entries('栏目', [
      ['编号', 'id', KEY],
      ['名称', 'label', TEXT],
      ['是否必填', 'required', FLAG],
      ['类型', 'type', coded(FIELD_TYPES)],
    ]),
  ),
  column(
    '申报材料',
    'materials',
    entries('材料', [
      ['编号', 'id', KEY],
      ['名称', 'name', TEXT],
      ['是否必备', 'required', FLAG],
      ['类型', 'form', coded(FORMS)],
      ['复印件份数', 'copies', COUNT],
      ['要求提供的依据', 'basis', TEXT],
      ['出具机构', 'issuer', TEXT],
      ['受理标准', 'standard', TEXT],
      ['容缺补齐天数', 'deferrableDays', optional(COUNT)],
      ['可告知承诺', 'promisable', FLAG],
    ]),
  ),
  column(
    '内部环节',
    'steps',
    entries('环节', [
      ['环节', 'stage', coded(STEPS)],
      ['岗位', 'role', TEXT],
      ['标准', 'standard', TEXT],
      ['时限', 'days', optional(COUNT)],
    ]),
  ),
  column('一审一核', 'samePerson', FLAG),
  column(
    '特别程序',
    'procedures',
    entries('特别程序', [
      ['种类', 'kind', coded(titlesOf(PROCEDURES))],
      ['时限', 'days', optional(COUNT)],
      ['依据', 'basis', TEXT],
    ]),
  ),
  column(
    '收费项目',
    'fees',
    entries('收费', [
      ['编号', 'id', KEY],
      ['名称', 'name', TEXT],
      ['标准', 'standard', TEXT],
      ['依据', 'basis', TEXT],
      ['金额(元)', 'range', RANGE],
    ]),
  ),
  column(
    '裁量档次',
    'discretion',
    entries('裁量', [
      ['编号', 'id', KEY],
      ['因素', 'factor', TEXT],
      ['标准', 'standard', TEXT],
      ['金额(元)', 'range', optional(RANGE)],
    ]),
  ),
  column(
    '绿色通道',
    'green',
    entries('绿色通道', [
      ['编号', 'id', KEY],
      ['名称', 'name', TEXT],
      ['最低金额(元)', 'minimumAmount', optional(AMOUNT)],
      ['名录', 'listed', TEXTS],
      ['联络员', 'liaison', TEXT],
    ]),
  ),
  column(
    '前置事项',
    'prerequisites',
    entries('前置', [
      ['事项编码', 'item', KEY],
      ['依据', 'basis', TEXT],
    ]),
  ),
  column('是否应进驻', 'presence.due', FLAG),
  column('是否进驻', 'presence.present', FLAG),
  column('未进驻理由', 'presence.reason'),
  column('首席授权', 'authorised', several(coded(POWERS))),
  column('告知承诺', 'commitment', FLAG),
  column('示例数据', 'sample', FLAG),
]

/** Lists of clients by the name a table gives them; older national lists differ (SOURCES.md 5.1). */
const CLIENT_LISTS: Readonly<Record<string, Readonly<Record<string, Client>>>> = {
  'GB/T 39046-2020': { '1': '1', '2': '2', '3': '3', '4': '4', '5': '5', '6': '6' },
  旧版国家目录: {
    ...{ '1': '1', '2': '2', '3': '3', '4': '4', '5': '6', '6': '5', '9': '6' },
    ...{ 自然人: '1', 企业法人: '2', 事业法人: '3', 社会组织法人: '4', 非法人企业: '6', 行政机关: '5', 其他: '6' },
  },
}
export const CURRENT_CLIENT_LIST = 'GB/T 39046-2020'

/** The clients of a cell in the codes of the current list; the table names the list it uses. */
export function readClients(text: string, list: string): Result<readonly Client[], string> {
  const name = list.trim() === '' ? CURRENT_CLIENT_LIST : list.trim()
  if (name === CURRENT_CLIENT_LIST) return several(coded(CLIENTS)).read(text)
  const mapping = Object.hasOwn(CLIENT_LISTS, name) ? CLIENT_LISTS[name] : undefined
  if (mapping === undefined) return failure(`没有代码表“${name}”(${Object.keys(CLIENT_LISTS).join('、')})`)
  const words = several(KEY).read(text)
  if (!words.ok) return words
  const clients = new Set<Client>()
  for (const word of words.value) {
    const [code = ''] = word.split(' ')
    const client = Object.hasOwn(mapping, code) ? mapping[code] : undefined
    if (client === undefined) return failure(`“${word}”不在${name}中`)
    clients.add(client)
  }
  return success([...clients])
}

/** A value inside an item. */
export const valueAt = (item: Item, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], item)

/** The same record with a value set; the records on the way are copied. */
export function withValue(
  record: Readonly<Record<string, unknown>>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const inner = record[key] as Readonly<Record<string, unknown>> | undefined
  return { ...record, [key]: rest.length === 0 ? value : withValue(inner ?? {}, rest, value) }
}
