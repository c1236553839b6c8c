/** The catalogue in the API: every field of an item's edition. */
import { z } from '@hono/zod-openapi'
import * as codes from '#protocol/casework/codes.ts'
import { TIERS } from '#protocol/casework/directory.ts'
import { CHANGE_TYPES } from '#protocol/casework/item.ts'
import { coded, day, fen, list } from './identifiers.ts'

const days = z.int().min(0).max(9999)
const tiers = list(z.enum(TIERS))
const range = z.object({ from: fen.min(0), to: fen.min(0) })

const FormField = z
  .object({
    id: z.string(),
    label: z.string(),
    required: z.boolean(),
    type: z.enum(['text', 'longText', 'idNumber', 'creditCode', 'phone', 'date', 'number', 'account']),
  })
  .openapi('FormField')

const MaterialRule = z
  .object({
    id: z.string(),
    name: z.string(),
    required: z.boolean(),
    form: z.enum(['original', 'copy', 'both']),
    copies: z.int(),
    basis: z.string().openapi({ description: '要求提供的依据' }),
    issuer: z.string().openapi({ description: '来源渠道、出具机构' }),
    standard: z.string().openapi({ description: '填报须知、受理标准' }),
    deferrableDays: days.nullable().openapi({ description: '可容缺:受理后多少天内补齐;不可容缺为空' }),
    promisable: z.boolean().openapi({ description: '可告知承诺' }),
  })
  .openapi('MaterialRule')

const TimeLimit = z
  .object({
    days: days.nullable(),
    unit: z.enum(['working', 'calendar']).openapi({ description: 'working 工作日、calendar 自然日' }),
    note: z.string(),
  })
  .openapi('TimeLimit')

const StepRule = z
  .object({
    stage: z.enum(['40', '41', '42']).openapi({ description: '40 承办、41 审核、42 批准' }),
    role: z.string(),
    standard: z.string(),
    days: days.nullable().openapi({ description: '工作日;没有环节时限为空' }),
  })
  .openapi('StepRule')

const identity = {
  id: z.string().openapi({ description: '地方编码' }),
  version: z.int().openapi({ description: '目录记录的版本' }),
  edition: z.int().openapi({ description: '事项版次;在办件按收件时的版次办理' }),
  effectiveFrom: day,
  effectiveUntil: day.nullable(),
  change: z.object({ type: coded(CHANGE_TYPES), basis: z.string() }),
  name: z.string(),
  pinyin: z.string(),
  codes: z.object({
    basic: z.string().openapi({ description: '基本编码' }),
    implementation: z.string().openapi({ description: '实施编码' }),
    business: z.string().openapi({ description: '业务办理项编码' }),
  }),
  itemType: coded(codes.ITEM_TYPES, '事项类型'),
  level: coded(codes.LEVELS, '行使层级'),
  bodyNature: coded(codes.BODY_NATURES, '实施主体性质'),
  clients: list(coded(codes.CLIENTS, '服务对象')),
  caseKind: coded(codes.CASE_KINDS, '办件类型'),
  department: z.string().openapi({ description: '实施部门代码' }),
  coDepartments: list(z.string()).openapi({ description: '联办部门代码' }),
}

const disclosure = {
  basis: z.string().openapi({ description: '设定依据' }),
  conditions: z.string().openapi({ description: '受理条件' }),
  procedure: z.string().openapi({ description: '办理流程' }),
  permissions: z.string().openapi({ description: '权限划分' }),
  quota: z.string().openapi({ description: '数量限制' }),
  result: z.object({ name: z.string(), kind: z.string(), validity: z.string() }),
  place: z.string(),
  hours: z.string(),
  phone: z.string(),
  complaintPhone: z.string(),
  leaderPhone: z.string(),
  questions: z.string(),
  visits: z.int().openapi({ description: '到现场次数' }),
}

const handling = {
  tiers: tiers.openapi({ description: '哪些层级可以建件' }),
  receivingTiers: tiers.openapi({ description: '哪些层级的窗口收件即开始计时' }),
  clockStart: z.enum(['capture', 'window']).openapi({ description: 'capture 村级代收起计时、window 窗口收件起计时' }),
  villageMode: coded(codes.VILLAGE_MODES, '村级办理方式'),
  villageDelivery: z.boolean(),
  fields: list(FormField),
  materials: list(MaterialRule),
  promised: TimeLimit,
  statutory: TimeLimit,
  supplementDays: z.int().openapi({ description: '补正期限(自然日)' }),
  steps: list(StepRule),
  samePerson: z.boolean().openapi({ description: '一审一核' }),
}

const rules = {
  procedures: list(z.object({ kind: coded(codes.PROCEDURES, '特别程序'), days: days.nullable(), basis: z.string() })),
  fees: list(z.object({ id: z.string(), name: z.string(), standard: z.string(), basis: z.string(), range })),
  discretion: list(z.object({ id: z.string(), factor: z.string(), standard: z.string(), range: range.nullable() })),
  green: list(
    z.object({
      id: z.string(),
      name: z.string(),
      minimumAmount: fen.nullable(),
      listed: list(z.string()),
      liaison: z.string(),
    }),
  ),
  prerequisites: list(z.object({ item: z.string(), basis: z.string() })),
  presence: z.object({ due: z.boolean(), present: z.boolean(), reason: z.string() }),
  authorised: list(coded(codes.POWERS, '须有授权书的权力')),
  commitment: z.boolean().openapi({ description: '可告知承诺' }),
  sample: z.boolean().openapi({ description: '示例数据,不是法定事项' }),
}

/** An edition of an item. */
export const Item = z
  .object({ type: z.literal('item'), ...identity, ...disclosure, ...handling, ...rules })
  .openapi('Item')

export const CatalogueShape = z.object({ version: z.int(), items: list(Item) }).openapi('Catalogue')
export const EditionsShape = z
  .object({ editions: list(Item).openapi({ description: '旧版次在前' }) })
  .openapi('Editions')
