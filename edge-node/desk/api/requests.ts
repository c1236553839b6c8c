/** What callers may send: parameters, bodies, and the fields of every act, generated from the table of facts. */
import { z } from '@hono/zod-openapi'
import { FACTS, type FactKind, type FieldRule, fieldProblem } from '#protocol/casework/facts.ts'
import { SECTIONS } from '#protocol/documents/sections.ts'
import { LIMITS } from '#protocol/limits.ts'
import { stageNames } from './shapes.ts'

/** Acts of the API: every fact but the one that begins a case, which POST /cases writes. */
export const ACT_KINDS = (Object.keys(FACTS) as FactKind[]).filter((kind) => kind !== 'opened')

/** What the node reads from the application form when the caller leaves it out. */
export const FROM_THE_FORM: readonly string[] = ['applicant', 'idNumber', 'phone']

/** The schema of one field, saying the same sentence as the fact's own rule when it does not fit. */
function fieldSchema({ type, label }: FieldRule, required: boolean) {
  const error = (issue: { readonly input?: unknown }) =>
    issue.input === undefined || issue.input === ''
      ? `请填写${label}`
      : `${label}${fieldProblem(type, issue.input) ?? '不符合要求'}`
  const text = (maximum: number) =>
    z
      .string({ error })
      .min(required ? 1 : 0, { error })
      .max(maximum, { error })
  if (typeof type === 'object') return z.enum(type.oneOf as [string, ...string[]], { error })
  switch (type) {
    case 'text':
      return text(200)
    case 'note':
      return text(LIMITS.noteCharacters)
    case 'count':
      return z.int({ error }).min(0, { error })
    case 'station':
      return z.string({ error }).regex(/^[0-9]{6,15}$/, { error })
    case 'hash':
      return z.string({ error }).regex(/^[0-9a-f]{64}$/, { error })
    case 'flag':
      return z.boolean({ error })
    case 'seals':
      return undefined // the node seals what it holds; nobody else can say what that was
  }
}

/** The body of an act: its fields as the table of facts has them, and the tip the caller saw. */
export function actBody(kind: FactKind) {
  const shape: Record<string, z.ZodType<string | number | boolean | undefined>> = {}
  for (const [name, rule] of Object.entries<FieldRule>(FACTS[kind].fields)) {
    const required = rule.required && !FROM_THE_FORM.includes(name)
    const schema = fieldSchema(rule, required)
    if (schema) shape[name] = (required ? schema : schema.optional()).openapi({ description: rule.label })
  }
  const fields = z.strictObject(shape)
  const wanted = Object.values(shape).every((schema) => schema.isOptional())
  return z
    .strictObject({
      fields: wanted ? fields.optional() : fields,
      expects: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional()
        .openapi({ description: '看到的最后一条记录(state.tip);办件已向前推进时拒绝,代码 case-moved-on' }),
    })
    .openapi(`Act-${kind}`, { description: FACTS[kind].title })
}

export const SignInBody = z
  .strictObject({ name: z.string().min(1).max(100), password: z.string().min(1).max(1000) })
  .openapi('SignInRequest')

export const OpenBody = z
  .strictObject({ item: z.string().min(1).max(100).openapi({ description: '事项代码' }) })
  .openapi('OpenRequest')

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
  .openapi('EditRequest', { description: '按键设置或删除;文字栏目给出全文' })

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

export const CasesQuery = z.object({
  text: z.string().max(100).optional().openapi({ description: '编号、姓名、证件号码或电话的一部分' }),
  stage: z
    .union([z.enum(stageNames), z.array(z.enum(stageNames)).max(stageNames.length)])
    .optional()
    .openapi({ description: '环节,可以重复' }),
  inTransfer: flag.openapi({ description: '只要移交途中的' }),
  aside: flag.openapi({ description: '只要有暂不生效记录的' }),
  scope: z
    .enum(['mine', 'incoming', 'all'])
    .default('mine')
    .openapi({ description: '本站点主办的、移交给本站点待签收的、全部' }),
  after: z.string().max(300).optional().openapi({ description: '上一页的 next' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.pageRows)
    .default(LIMITS.pageRows)
    .openapi({ type: 'integer', minimum: 1, maximum: LIMITS.pageRows, default: LIMITS.pageRows }),
})
