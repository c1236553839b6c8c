/** The body of every act, generated from the table of facts: schema, titles of codes, example. */
import { z } from '@hono/zod-openapi'
import { isSealing } from '#protocol/casework/acts/form.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import { boundWords, fieldProblem } from '#protocol/casework/facts/field-values.ts'
import { type FieldRule, type FieldType, isStated } from '#protocol/casework/facts/fields.ts'
import { PATTERNS } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { entryId, titlesIn } from './shapes/identifiers.ts'

/** Acts of the API: every fact but the one that begins a case, which POST /cases writes. */
export const ACT_KINDS = (Object.keys(FACTS) as FactKind[]).filter((kind) => kind !== 'opened')

type Told = (issue: { readonly input?: unknown }) => string

const MATERIAL_KEYS = 40

/** Schemas of lists and counts; a wrong part is told in the words of the whole field. */
function partsSchema(type: 'lines' | 'counts', error: Told) {
  const line = z.string({ error }).min(1, { error }).max(LIMITS.lineCharacters, { error }).regex(/\S/, { error })
  if (type === 'lines') return z.array(line, { error }).min(1, { error }).max(LIMITS.factLines, { error })
  const counts = z.record(z.string().max(MATERIAL_KEYS, { error }), z.int({ error }).min(0, { error }), { error })
  return counts.refine((value) => Object.keys(value).length <= LIMITS.factLines, { error })
}

/** What a field is called here: forms ask for yuan, the API for fen. */
const nameOf = ({ type, label }: FieldRule): string => (type === 'amount' ? label.replace('(元)', '(分)') : label)

/** The schema of one field, saying the same sentence as the fact's own rule when it does not fit. */
function fieldSchema(rule: FieldRule, required: boolean) {
  const { type } = rule
  const label = nameOf(rule)
  const error: Told = ({ input }) =>
    input === undefined || input === '' ? `请填写${label}` : `${label}${fieldProblem(type, input) ?? boundWords(rule)}`
  const text = (maximum: number) =>
    z
      .string({ error })
      .min(required ? 1 : 0, { error })
      .max(maximum, { error })
  const matching = (pattern: RegExp) => z.string({ error }).regex(pattern, { error })
  if (typeof type === 'object') return z.enum(Object.keys(type.oneOf) as [string, ...string[]], { error })
  switch (type) {
    case 'text':
      return text(LIMITS.lineCharacters)
    case 'note':
      return text(LIMITS.noteCharacters)
    case 'count':
    case 'amount':
      return z
        .int({ error })
        .min(rule.least ?? 0, { error })
        .max(rule.most ?? Number.MAX_SAFE_INTEGER, { error })
    case 'station':
      return matching(PATTERNS.station)
    case 'person':
      return matching(PATTERNS.person)
    case 'hash':
      return matching(PATTERNS.entry)
    case 'day':
      return matching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/).refine((day) => fieldProblem('day', day) === undefined, { error })
    case 'flag':
      return z.boolean({ error })
    case 'lines':
    case 'counts':
      return partsSchema(type, error)
    case 'seals':
      return undefined // the node seals what it holds; nobody else can say what that was
  }
}

/** The label, the unit where it is not plain, and the titles of codes. */
const descriptionOf = (rule: FieldRule): string => {
  const { type } = rule
  if (typeof type === 'object') return `${rule.label}:${titlesIn(type.oneOf)}`
  if (rule.fill === 'remedies') return `${rule.label}:不予时须写明复议机关、法院和期限;省略的由节点按县里公布的写`
  return type === 'amount' ? `${nameOf(rule)},单位分` : rule.label
}

const EXAMPLES: Readonly<Record<Extract<FieldType, string>, unknown>> = {
  text: '示例',
  note: '示例说明',
  count: 2,
  amount: 1000,
  station: '510724',
  person: 'wang.fang',
  hash: 'a'.repeat(64),
  flag: true,
  day: '2026-11-20',
  lines: ['营业执照复印件'],
  counts: { form: 1 },
  seals: [],
}

const exampleOf = ({ type }: FieldRule): unknown =>
  typeof type === 'object' ? Object.keys(type.oneOf)[0] : EXAMPLES[type]

type FieldSchema = z.ZodType<
  string | number | boolean | readonly string[] | Readonly<Record<string, number>> | undefined
>

/** Beside the fields, of acts that seal again, or may. */
const SEEN = z.string().max(128).optional().openapi({
  description:
    '已核对其他站点在封存之后改动的内容:填查看办件时的 changesByOthers.mark,采纳时填 adoptedChanges 里该记录的 mark;没有核对、或 mark 不是本办件现有的改动时拒绝,代码 changes-unseen',
})

/** The body of an act: its fields as the table of facts has them, and the tip the caller saw. */
export function actBody(kind: FactKind) {
  const shape: Record<string, FieldSchema> = {}
  const example: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries<FieldRule>(FACTS[kind].fields)) {
    if (!isStated(rule)) continue
    // What the node reads from the application form may be left out.
    const required = rule.required && rule.fill !== 'form'
    const schema = fieldSchema(rule, required)
    if (!schema) continue
    shape[name] = (required ? schema : schema.optional()).openapi({ description: descriptionOf(rule) })
    if (required) example[name] = exampleOf(rule)
  }
  const fields = z.strictObject(shape)
  // Optional, so that an act that has none reads as one that was given none.
  const beside = (isSealing(kind) ? { changesSeen: SEEN } : {}) as {
    changesSeen: typeof SEEN
  }
  const wanted = Object.values(shape).every((schema) => schema.isOptional())
  return z
    .strictObject({
      fields: wanted ? fields.optional() : fields,
      expects: entryId
        .optional()
        .openapi({ description: '看到的最后一条记录(state.tip);办件已向前推进时拒绝,代码 case-moved-on' }),
      ...beside,
    })
    .openapi(`Act-${kind}`, { description: FACTS[kind].title, example: wanted ? {} : { fields: example } })
}
