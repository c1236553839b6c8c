/** Checks of an act's fields before it is written: the fact's own rule, what its transition needs, numbers, back-dating. */
import { fail, type Result, success } from '#protocol/result.ts'
import { FACTS, type FactKind, type Fields, factProblems } from '../facts/facts.ts'
import type { FieldRule } from '../facts/fields.ts'
import { countsOf, filled, textOf } from '../facts/values.ts'
import { checkIdentityNumber } from '../identity/identity.ts'
import type { Item } from '../item.ts'
import { sourceFor } from '../item-law.ts'
import { lackingRemedies, refuses } from '../rules/remedies.ts'
import type { Transition } from '../rules/transition.ts'
import { missingField } from '../rules/transitions.ts'
import type { Day } from '../time/days.ts'

const KEPT = '办件没有变化,已填写的内容保留。'
const NEXT = '请更正这个栏目后再提交。'

/** What an act's fields are measured by. */
export interface FieldContext {
  readonly transition: Transition | undefined
  readonly item: Item | undefined
  /** Whether the author copies what was done elsewhere: that is kept as it was written there. */
  readonly transcribes: boolean
  readonly today: Day
  /** The day on which the case reached its present stage; a back-dated act may not lie before it. */
  readonly since: Day | undefined
}

/** 补录: the day must lie between the present stage's and today, and the reason must be written down. */
function backdatingProblem(fields: Fields, { today, since }: FieldContext): Result<void> {
  const occurred = textOf(fields.occurredOn)
  if (occurred === '') return success(undefined)
  if (occurred > today) return fail('field', '实际发生日期不能晚于今天。', KEPT, NEXT, 'occurredOn')
  if (since !== undefined && occurred < since) {
    return fail('field', `实际发生日期不能早于上一环节(${since})。`, KEPT, NEXT, 'occurredOn')
  }
  if (occurred < today && !filled(fields.occurredWhy)) {
    return fail('field', '补录须写明原因。', KEPT, '请填写补录原因后再提交。', 'occurredWhy')
  }
  return success(undefined)
}

/** An identity number whose check fails passes with a reason (SOURCES.md 8.1: wrong historical numbers exist). */
function identityProblem({ idNumber, idOverride }: Fields): Result<void> {
  if (!filled(idNumber) || filled(idOverride)) return success(undefined)
  const identity = checkIdentityNumber(textOf(idNumber))
  if (identity.ok) return success(undefined)
  const { message, next } = identity.problem
  return fail('identity', message, KEPT, `${next}确认证件上就是这样的,请填写说明后继续。`, 'idNumber')
}

/** A refusal tells where to turn, whole or not at all: whoever is not told has a year (最高法〔2018〕1号 art. 64), and the refusal a fault. */
function remediesProblem(kind: FactKind, fields: Fields, { item, transcribes }: FieldContext): Result<void> {
  const isTold = Object.hasOwn(FACTS[kind].fields, 'remedies') && refuses(kind, fields) && filled(fields.remedies)
  if (!isTold || transcribes) return success(undefined)
  const lacking = lackingRemedies(item, textOf(fields.remedies))
  if (lacking.length === 0) return success(undefined)
  const next =
    '请写全向哪个机关、在多长时间内申请行政复议,向哪个法院、在多长时间内提起诉讼;期限由别的法律规定的,写明该法律,如《土地管理法》。'
  return fail('remedies', `救济途径没有写明${lacking.join('、')}。`, KEPT, next, 'remedies')
}

/** The first thing wrong with the fields of an act, in the order of the form. */
export function checkFields(kind: FactKind, fields: Fields, context: FieldContext): Result<void> {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  const problems = factProblems(kind, fields)
  for (const name of [...Object.keys(rules), ...Object.keys(problems)]) {
    const problem = problems[name]
    if (problem !== undefined) return fail('field', `${problem}。`, KEPT, NEXT, name)
  }
  const { transition } = context
  const missing = transition === undefined ? undefined : missingField(transition, fields)
  if (missing !== undefined) {
    const message = `请填写${rules[missing]?.label ?? missing}(依据:${sourceFor(context.item, transition?.source ?? '')})。`
    return fail('field', message, KEPT, NEXT, missing)
  }
  const counted = Object.values(countsOf(fields.counts)).reduce((sum, count) => sum + count, 0)
  if (fields.counts !== undefined && counted !== fields.materials) {
    return fail('field', `逐项合计 ${counted} 份,与总份数不符。`, KEPT, '请点清后更正总份数或逐项份数。', 'materials')
  }
  const remedies = remediesProblem(kind, fields, context)
  if (!remedies.ok) return remedies
  const backdating = backdatingProblem(fields, context)
  return backdating.ok ? identityProblem(fields) : backdating
}
