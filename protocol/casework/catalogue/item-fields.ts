/** Everything the catalogue says of an item, told once: the type, the door, tables, forms, pages, guide and API come from here. */
import { LIMITS } from '#protocol/limits.ts'
import { TIERS } from '#protocol/tiers.ts'
import {
  BODY_NATURES,
  CASE_KINDS,
  CHANGE_TYPES,
  CLIENTS,
  ITEM_TYPES,
  LEVELS,
  POWERS,
  TIER_TITLES,
  VILLAGE_MODES,
} from '../codes.ts'
import type { Day } from '../time/days.ts'
import {
  bounded,
  type ColumnKind,
  choice,
  count,
  dayField,
  department,
  type Field,
  type FieldTable,
  flag,
  key,
  line,
  long,
  optional,
  part,
  type RecordOf,
  rows,
  several,
} from './fields.ts'
import {
  DISCRETION_FIELDS,
  FEE_FIELDS,
  FORM_FIELDS,
  GREEN_FIELDS,
  limitFields,
  MATERIAL_FIELDS,
  PREREQUISITE_FIELDS,
  PROCEDURE_FIELDS,
  STEP_FIELDS,
} from './item-parts.ts'

/** The cards of the form and of the page, in their order. What an edition is, is asked and shown apart. */
export const ITEM_SECTIONS = {
  edition: '版次',
  identity: '基本信息',
  basis: '依据和程序',
  papers: '材料和申请表',
  limits: '时限和环节',
  money: '收费、裁量和绿色通道',
  places: '在哪里办',
  public: '结果和公开',
  presence: '进驻和标记',
} as const
export type ItemSection = keyof typeof ITEM_SECTIONS

/** An item is adjusted a few times in its life; a longer number is a typing error. */
const MOST_EDITIONS = 9_999
/** A syllable has at most six letters and gives one initial. */
const PINYIN_CHARACTERS = 7 * LIMITS.lineCharacters + 1
const MOST_SUPPLEMENT_DAYS = 365
const MOST_VISITS = 9

/** Says of fields in which section they stand. */
const inSection = <Of extends FieldTable>(section: ItemSection, fields: Of) =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, section }])) as {
    readonly [Name in keyof Of]: Of[Name] & { readonly section: ItemSection }
  }

/** The order is that of the columns of an exported table. */
export const ITEM_FIELDS = {
  ...inSection('edition', {
    /** 地方编码: the item's code in this network. Codes of standards have no fixed width (SOURCES.md section 0 no. 16). */
    id: key('事项编码', LIMITS.itemCodeCharacters, { note: '地方编码', required: true, guide: 'about' }),
    /** Edition, from 1; the record of each edition stays. */
    edition: count('版次', { least: 1, most: MOST_EDITIONS }, 1, { note: '在办件按收件时的版次办理' }),
  }),
  ...inSection('identity', {
    name: line('事项名称', { required: true }),
    /** Full pinyin and initials, for finding by keyboard. */
    pinyin: bounded('拼音', PINYIN_CHARACTERS, { note: '供键盘查找;留空自动生成,多音字可以改' }),
  }),
  ...inSection('edition', {
    effectiveFrom: dayField('生效日期', '2024-01-01' as Day),
    /** The last day on which cases may be opened under it; null while it is open-ended. */
    effectiveUntil: optional(
      dayField('失效日期', '2024-01-01' as Day, { note: '可以开新办件的最后一天;没有定为空', empty: '没有定' }),
    ),
    change: part('变更', { type: choice('变更类型', CHANGE_TYPES, 'new'), basis: line('变更依据') }),
  }),
  ...inSection('identity', {
    codes: part('编码', {
      basic: key('基本编码', LIMITS.itemCodeCharacters),
      implementation: key('实施编码', LIMITS.itemCodeCharacters, { guide: 'about', quiet: true }),
      business: key('业务办理项编码', LIMITS.itemCodeCharacters),
    }),
    itemType: choice('事项类型', ITEM_TYPES, '20', { guide: 'about' }),
    level: choice('行使层级', LEVELS, '4'),
    bodyNature: choice('实施主体性质', BODY_NATURES, '1'),
    clients: several(
      choice('服务对象', CLIENTS, '1', { required: true, guide: 'about' }),
      Object.keys(CLIENTS).length,
      ['1'],
    ),
    caseKind: choice('办件类型', CASE_KINDS, '2', { guide: 'about' }),
    department: department('实施主体', { guide: 'about' }),
    /** Codes of the co-departments of a joint item (联办机构). */
    coDepartments: several(department('联办机构', { empty: '没有' }), LIMITS.coDepartments),
  }),
  ...inSection('basis', {
    basis: long('设定依据', { guide: 'about' }),
    conditions: long('受理条件', { note: '不需要材料的请写明“无需提交材料”', guide: 'about' }),
    /** In words; the steps with their limits are in `steps`. */
    procedure: long('办理流程', { guide: 'handling' }),
    permissions: long('审批权限', { note: '权限划分' }),
    quota: line('数量限制', { empty: '没有', guide: 'handling', quiet: true }),
  }),
  ...inSection('public', {
    result: part(
      '办理结果',
      { name: line('结果名称'), kind: line('结果类型'), validity: line('结果有效期') },
      { guide: 'handling' },
    ),
    place: line('办理地点', { guide: 'where' }),
    hours: line('办理时间', { guide: 'where' }),
    phone: line('咨询电话', { guide: 'where' }),
    complaintPhone: line('监督电话', { guide: 'where' }),
    leaderPhone: line('部门领导电话'),
    questions: long('常见问题', { guide: 'questions' }),
  }),
  ...inSection('places', {
    visits: count('到现场次数', { most: MOST_VISITS, unit: '次' }, 1, { guide: 'handling' }),
    tiers: several(
      choice('申请层级', TIER_TITLES, 'county', { note: '哪些层级可以建件', required: true }),
      TIERS.length,
      ['county'],
    ),
    /** Tiers whose windows count as the agency's: 收件 there starts the clock (SOURCES.md section 0 no. 5). */
    receivingTiers: several(
      choice('收件层级', TIER_TITLES, 'county', {
        note: '这些层级的窗口收到材料,即视为行政机关收件,期限开始计算',
        required: true,
      }),
      TIERS.length,
      ['township', 'county'],
    ),
    /** `capture`: a village that is a receiving point starts the five days; `window`: the competent window does. */
    clockStart: choice('期限起算', { window: '窗口收件', capture: '村级代收' }, 'window'),
    villageMode: choice('村级办理方式', VILLAGE_MODES, 'agent'),
    villageDelivery: flag('村级送达', true),
  }),
  ...inSection('limits', {
    promised: part('承诺时限', limitFields('承诺时限'), { guide: 'handling' }),
    statutory: part('法定时限', limitFields('法定时限'), { guide: 'handling' }),
    /** Days an applicant gets to bring what is missing. */
    supplementDays: count('补正期限', { least: 1, most: MOST_SUPPLEMENT_DAYS, unit: '天' }, 30, { note: '自然日' }),
  }),
  ...inSection('papers', {
    fields: rows('表单栏目', FORM_FIELDS, { one: '栏目', called: 'label' }, { empty: '没有' }),
    materials: rows(
      '申报材料',
      MATERIAL_FIELDS,
      { one: '材料', called: 'name' },
      { empty: '没有', guide: 'materials' },
    ),
  }),
  ...inSection('limits', {
    /** Empty: the window decides alone (a simple matter). */
    steps: rows(
      '内部环节',
      STEP_FIELDS,
      { one: '环节', called: 'role' },
      { empty: '不设内部环节,由窗口决定', guide: 'handling', quiet: true },
    ),
    /** One person may both handle and examine. */
    samePerson: flag('一审一核', false),
    /** Special procedures besides those of art. 45 need an entry here. */
    procedures: rows(
      '特别程序',
      PROCEDURE_FIELDS,
      { one: '特别程序', called: 'kind' },
      { note: '所需时间不计入时限', empty: '只按法律规定', guide: 'handling', quiet: true },
    ),
  }),
  ...inSection('money', {
    fees: rows('收费项目', FEE_FIELDS, { one: '收费', called: 'name' }, { empty: '不收费', guide: 'handling' }),
    discretion: rows('裁量档次', DISCRETION_FIELDS, { one: '裁量', called: 'factor' }, { empty: '没有' }),
    green: rows('绿色通道', GREEN_FIELDS, { one: '绿色通道', called: 'name' }, { empty: '没有' }),
    prerequisites: rows('前置事项', PREREQUISITE_FIELDS, { one: '前置', called: 'item' }, { empty: '没有' }),
  }),
  ...inSection('presence', {
    presence: part('进驻', {
      due: flag('是否应进驻', true),
      present: flag('是否进驻', true),
      reason: long('未进驻理由', { note: '应进未进的写明批准文号' }),
    }),
  }),
  ...inSection('places', {
    /** Powers for which whoever acts needs an authorisation letter (首席授权). */
    authorised: several(
      choice('首席授权', POWERS, 'accept', { note: '勾选的权项须凭授权书行使', empty: '不需要' }),
      Object.keys(POWERS).length,
    ),
    commitment: flag('告知承诺', false, { note: '可以选择告知承诺制' }),
  }),
  ...inSection('presence', {
    sample: flag('示例数据', false, { note: '对照依据核对过以后取消;有标记的内容不得作为办事依据' }),
  }),
}

export type ItemField = keyof typeof ITEM_FIELDS

/** The value of every field of an item. */
export type ItemRecord = RecordOf<typeof ITEM_FIELDS>

/** One column of an item: a field, or a field of one of its parts. */
export interface ItemColumn {
  /** Keys from the item to the value. */
  readonly path: readonly string[]
  readonly field: Field<unknown, ColumnKind>
  readonly section: ItemSection
}

/** Every column of an item, in the order of the table. */
export const ITEM_COLUMNS: readonly ItemColumn[] = Object.entries(ITEM_FIELDS).flatMap(([name, field]) => {
  const { kind, section } = field
  if (kind.is !== 'part') return [{ path: [name], field: field as Field<unknown, ColumnKind>, section }]
  return Object.entries(kind.fields).map(([inner, column]) => ({ path: [name, inner], field: column, section }))
})
