/** Checks of an act's fields before it is written: the fact's own rule, what its transition needs, the identity number. */
import { fail, type Result, success } from '#protocol/result.ts'
import { FACTS, type FactKind, type FieldRule, type FieldValue, fieldProblems } from './facts.ts'
import { checkIdentityNumber } from './identity.ts'
import { missingField, type Transition } from './stages.ts'

const KEPT = '办件没有变化,已填写的内容保留。'

const isBlank = (value: FieldValue | undefined): boolean => typeof value !== 'string' || value.trim() === ''

/**
 * The first thing wrong with the fields of an act, in the order of the form.
 * An identity number whose check fails passes with a reason (casework.md 8.1: wrong historical numbers exist).
 */
export function checkFields(
  kind: FactKind,
  fields: Readonly<Record<string, FieldValue>>,
  transition: Transition | undefined,
): Result<void> {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  const problems = fieldProblems(kind, fields)
  for (const name of [...Object.keys(rules), ...Object.keys(problems)]) {
    const problem = problems[name]
    if (problem !== undefined) return fail('field', `${problem}。`, KEPT, '请更正这个栏目后再提交。', name)
  }
  const missing = transition === undefined ? undefined : missingField(transition, fields)
  if (missing !== undefined) {
    const message = `请填写${rules[missing]?.label ?? missing}(依据:${transition?.source ?? ''})。`
    return fail('field', message, KEPT, '请更正这个栏目后再提交。', missing)
  }
  const { idNumber, idOverride } = fields
  if (typeof idNumber !== 'string' || idNumber === '' || !isBlank(idOverride)) return success(undefined)
  const identity = checkIdentityNumber(idNumber)
  if (identity.ok) return success(undefined)
  const { message, next } = identity.problem
  return fail('identity', message, KEPT, `${next}确认证件上就是这样的,请填写说明后继续。`, 'idNumber')
}
