/** How a sample item is made from the little that tells it from others: everything else is filled by rule and marked. */
import {
  completeItem,
  completeMaterial,
  type FormField,
  type Item,
  type MaterialRule,
  type StepRule,
} from '#protocol/casework/item.ts'
import { TIERS, type Tier, WINDOW_TIERS } from '#protocol/tiers.ts'
import { SAMPLE_DEPARTMENTS } from './departments.ts'
import { SAMPLE_PINYIN } from './pinyin.ts'

const COUNTY: readonly Tier[] = ['county']

export const formField = (id: string, label: string, type: FormField['type'] = 'text', required = true): FormField => ({
  id,
  label,
  required,
  type,
})

/** A material; its basis is the item's own where none is given. */
export const material = (
  id: string,
  name: string,
  form: MaterialRule['form'] = 'copy',
  more: Partial<MaterialRule> = {},
): MaterialRule => completeMaterial({ id, name, form, copies: form === 'original' ? 0 : 1, ...more })

export const ADDRESS = formField('address', '住址')
export const HOUSEHOLD = formField('household', '户籍所在村(社区)')
export const BANK_ACCOUNT = formField('bankAccount', '本人银行账号', 'account')
export const REASON = formField('reason', '申请理由', 'longText')
export const BUSINESS = formField('businessName', '单位名称')
export const PREMISES = formField('premises', '经营地址')
export const CREDIT_CODE = formField('creditCode', '统一社会信用代码', 'creditCode', false)
export const REPRESENTATIVE = formField('representative', '负责人姓名')
export const CONTACT = formField('contact', '负责人电话', 'phone')

export const IDENTITY_CARD = material('identityCard', '居民身份证', 'both')
export const HOUSEHOLD_REGISTER = material('householdRegister', '户口簿', 'both')
export const PHOTO = material('photo', '近期免冠两寸照片', 'original')
export const APPLICATION_FORM = material('applicationForm', '申请表', 'original')
export const BANK_CARD = material('bankCard', '银行卡或存折')
export const LICENCE = material('businessLicence', '营业执照', 'copy', { issuer: '市场监督管理部门', promisable: true })

export const PROJECT = formField('project', '项目名称')
export const LOCATION = formField('location', '地点')
export const AREA = formField('area', '面积(平方米)', 'number')
export const OWNER = [BUSINESS, CREDIT_CODE, PREMISES, REPRESENTATIVE, CONTACT]
export const PLAN = material('plan', '方案和图纸', 'original')
export const LAYOUT = material('layout', '场所平面图', 'original')
export const REPRESENTATIVE_CARD = material('representativeIdentity', '负责人身份证明', 'both')

/** Green channels by amount (SOURCES.md C6) and by list. */
export const PROJECT_CHANNEL: Item['green'] = [
  {
    id: 'fiveMillion',
    name: '投资五百万元以上项目',
    minimumAmount: 500_000_000,
    listed: [],
    liaison: '审批局项目联络员',
  },
  {
    id: 'rebuilding',
    name: '灾后重建项目',
    minimumAmount: null,
    listed: ['灾后重建项目名录'],
    liaison: '审批局项目联络员',
  },
]
export const COMPANY_CHANNEL: Item['green'] = [
  {
    id: 'halfMillion',
    name: '新办投资五十万元以上',
    minimumAmount: 50_000_000,
    listed: [],
    liaison: '审批局企业联络员',
  },
]

/** 承办, 审核, 批准 with their days. */
export const steps = (handling: number, examining: number, approving: number): readonly StepRule[] => [
  { stage: '40', role: '承办人', standard: '核对申请条件,提出承办意见', days: handling },
  { stage: '41', role: '审核人', standard: '复核承办意见和依据', days: examining },
  { stage: '42', role: '首席代表', standard: '作出决定', days: approving },
]

/** What every sample says of itself; limits are working days unless given otherwise. */
export interface SampleItem extends Partial<Omit<Item, 'promised' | 'statutory'>> {
  readonly id: string
  readonly name: string
  readonly department: string
  readonly basis: string
  readonly fields: readonly FormField[]
  readonly materials: readonly MaterialRule[]
  /** 0 for what is done on the spot. */
  readonly promised: number | Item['promised']
  /** Null where the law sets none. */
  readonly statutory: number | null | Item['statutory']
}

const working = (days: number | null, note = ''): Item['promised'] => ({ days, unit: 'working', note })
/** A limit in calendar days. */
export const calendarDays = (days: number, note = ''): Item['promised'] => ({ days, unit: 'calendar', note })

const PERMISSIONS = { '3': '县级审查,报市级决定', '4': '县级决定', '5': '乡镇决定', '6': '村(社区)受理' } as const
const STEP_TITLES = { '40': '承办', '41': '审核', '42': '批准' } as const

function procedureOf({ steps: rules = [], level = '4', caseKind }: SampleItem): string {
  if (caseKind === '1') return '申请—核对材料—当场办结—领取结果'
  const inner = rules.map(({ stage }) => STEP_TITLES[stage])
  return ['申请', '收件', '受理', ...inner, ...(level === '3' ? ['上报', '批复'] : []), '决定', '送达'].join('—')
}

function codesOf({ id, itemType = '20', level = '4' }: SampleItem, creditCode: string): Item['codes'] {
  const basic = `51${itemType}9${id.slice(2)}000`
  const implementation = `${creditCode}${level}${basic}`
  return { basic, implementation, business: `${implementation}01` }
}

/** A sample item in its first edition. */
export function sampleItem(given: SampleItem): Item {
  const department = SAMPLE_DEPARTMENTS.find(({ id }) => id === given.department)
  const { promised, statutory } = given
  const phone = department?.phone ?? ''
  return completeItem({
    conditions: `符合${given.basis}规定的条件`,
    procedure: procedureOf(given),
    permissions: PERMISSIONS[(given.level ?? '4') as keyof typeof PERMISSIONS],
    place: given.level === '5' ? '乡镇便民服务中心窗口' : `县政务服务中心${department?.shortName ?? ''}窗口`,
    hours: '工作日 9:00—12:00、13:30—17:30',
    phone,
    complaintPhone: '0816-0000345',
    leaderPhone: phone.replace(/00$/, '01'),
    questions: '办理进度可凭办件编号在任一窗口查询',
    change: { type: 'new', basis: '示例事项' },
    ...given,
    pinyin: SAMPLE_PINYIN[given.id] ?? '',
    codes: codesOf(given, department?.creditCode ?? ''),
    materials: given.materials.map((rule) => ({ ...rule, basis: rule.basis || given.basis })),
    promised: typeof promised === 'number' ? working(promised, promised === 0 ? '当场办结' : '') : promised,
    statutory:
      statutory === null || typeof statutory === 'number'
        ? working(statutory, statutory === null ? '法律、法规没有规定' : '')
        : statutory,
    sample: true,
  })
}

/** A licence decided at the county in three steps, for which a letter must give the powers. */
export const licence = (given: SampleItem): Item =>
  sampleItem({
    itemType: '01',
    tiers: COUNTY,
    receivingTiers: COUNTY,
    villageMode: 'none',
    villageDelivery: false,
    clients: ['1', '2'],
    steps: steps(2, 1, 1),
    authorised: ['accept', 'examine'],
    result: { name: '许可证', kind: '证照', validity: '以证载为准' },
    ...given,
  })

/** A benefit that villages capture for people; the window decides. */
export const benefit = (given: SampleItem): Item =>
  sampleItem({
    itemType: '05',
    tiers: TIERS,
    result: { name: '待遇核定通知', kind: '批文', validity: '长期' },
    ...given,
  })

/** A public service for everybody at every tier. */
export const service = (given: SampleItem): Item =>
  sampleItem({
    tiers: TIERS,
    result: { name: '办理结果通知', kind: '其他', validity: '长期' },
    ...given,
  })

/** Done on the spot at a window. */
export const immediate = (given: SampleItem): Item =>
  sampleItem({
    caseKind: '1',
    tiers: WINDOW_TIERS,
    villageMode: 'none',
    result: { name: '办理结果通知', kind: '其他', validity: '长期' },
    ...given,
  })
