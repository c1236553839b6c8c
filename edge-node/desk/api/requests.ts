/** What callers may send: parameters, queries and bodies; the bodies of acts are generated in act-bodies.ts. */
import { z } from '@hono/zod-openapi'
import { CHANNELS } from '#protocol/casework/codes.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import { SECTIONS } from '#protocol/documents/sections.ts'
import { LIMITS } from '#protocol/limits.ts'
import { caseId, coded, day, personId, stageNames } from './shapes/identifiers.ts'

export const SignInBody = z
  .strictObject({ name: z.string().min(1).max(100), password: z.string().min(1).max(1000) })
  .openapi('SignInRequest', { example: { name: 'wang.fang', password: '……' } })

export const OpenBody = z
  .strictObject({
    item: z.string().min(1).max(100).openapi({ description: '事项代码' }),
    channel: coded(CHANNELS, '申报来源').optional(),
    master: caseId.optional().openapi({ description: '联办主件标识' }),
  })
  .openapi('OpenRequest', { example: { item: 'SL0002', channel: '1' } })

const scalar = z.union([z.string().max(LIMITS.noteCharacters), z.int()])
const sectionValue = z.union([scalar, z.record(z.string().max(40), scalar)])
const key = z.string().min(1).max(40)

/** Changes of a map section by key, or the whole text of a text section. */
export const EditBody = z
  .union([
    z.strictObject({
      set: z.record(key, sectionValue).optional(),
      remove: z.array(key).max(LIMITS.sectionKeys).optional(),
    }),
    z.strictObject({ text: z.string().max(LIMITS.updateBytes) }),
  ])
  .openapi('EditRequest', {
    description: '按键设置或删除;文字栏目给出全文',
    example: { set: { applicant: '王小明', phone: '13812345678' } },
  })

export const CaseParameter = z.object({
  id: z
    .string()
    .min(1)
    .max(80)
    .openapi({ param: { name: 'id', in: 'path' }, description: '办件标识或办件编号' }),
})

export const SectionParameters = CaseParameter.extend({
  section: z.enum(Object.keys(SECTIONS) as [string, ...string[]]).openapi({ param: { name: 'section', in: 'path' } }),
})

export const KeyHeader = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: `同一个键只写入一次,${LIMITS.keptAnswerHours} 小时内再问得到同样的回答` }),
})

const flag = z.enum(['true', 'false']).optional()
/** One value or several of the same name in the address. */
const several = <Part extends z.ZodType>(part: Part, most: number) =>
  z.union([part, z.array(part).max(most)]).optional()

const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(LIMITS.pageRows)
  .default(LIMITS.pageRows)
  .openapi({ type: 'integer', minimum: 1, maximum: LIMITS.pageRows, default: LIMITS.pageRows })

export const CasesQuery = z.object({
  text: z
    .string()
    .max(100)
    .optional()
    .openapi({ description: '编号、姓名或其拼音、证件号码或电话:姓名从任一字起,号码从开头、横线后或末几位' }),
  stage: several(z.enum(stageNames), stageNames.length).openapi({ description: '环节,可以重复' }),
  item: several(z.string().min(1).max(100), 20).openapi({ description: '事项代码,可以重复' }),
  assignee: several(personId, 20).openapi({ description: '承办人账号,可以重复' }),
  master: caseId.optional().openapi({ description: '某个联办主件的分件' }),
  dueBefore: day.optional().openapi({ description: '只要在这一天之前到期的,最早到期的在前' }),
  order: z.enum(['due']).optional().openapi({ description: 'due 按到期日排列;不填按最近变动' }),
  inTransfer: flag.openapi({ description: '只要移交途中的' }),
  aside: flag.openapi({ description: '只要有暂不生效记录的' }),
  scope: z
    .enum(['mine', 'incoming', 'all'])
    .default('mine')
    .openapi({ description: '本站点主办的、移交给本站点待签收的、全部' }),
  after: z.string().max(300).optional().openapi({ description: '上一页的 next' }),
  limit,
})

/** A stretch that does not count, as `from/until`. */
const pauseText = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}\/([0-9]{4}-[0-9]{2}-[0-9]{2})?$/, {
    error: '须为 开始日/结束日,如 2026-02-24/2026-02-27',
  })
  .refine((text) => text.split('/').every((day) => day === '' || isDay(day)), { error: '须为存在的日期' })

export const DeadlineQuery = z.object({
  start: day.openapi({ description: '起算日,当日不计', example: '2026-02-13' as Day }),
  workingDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.deadlineDays)
    .openapi({ type: 'integer', minimum: 1, maximum: LIMITS.deadlineDays, description: '工作日数', example: 20 }),
  pause: several(pauseText, LIMITS.deadlinePauses).openapi({
    description: '不计入的时间(特别程序),开始日/结束日;可以重复,可以重叠;结束日不填表示还在暂停',
    example: '2026-02-24/2026-02-27',
  }),
})
