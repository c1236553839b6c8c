/** Whether an application is complete (行政许可法 art. 32 para. 1 no. 5): required materials counted, others that may follow, and what still has to. */
import type { Course } from '../course/course.ts'
import type { FactKind, Fields } from '../facts/facts.ts'
import { linesOf } from '../facts/values.ts'
import type { Item, MaterialRule } from '../item.ts'
import type { Refusal } from './refusals.ts'

/** What lists of materials say of one: not looked at yet, or looked for and not brought. Anything else was brought. */
const NOT_COUNTED = ''
const NOT_BROUGHT = 'missing'

/** The list of materials as it is about to be sealed, by the id of each. */
export type CountedMaterials = Readonly<Record<string, unknown>>

/** What of a course says what was asked for and came. */
type Applied = Pick<Course, 'supplies' | 'notice' | 'days'>

function stateOf(counted: CountedMaterials, id: string): string {
  const state = (counted[id] as { readonly state?: unknown } | undefined)?.state
  return typeof state === 'string' ? state : NOT_COUNTED
}

/** What came to a window since it was asked for; what only lies at a village has not. */
const broughtSince = ({ supplies }: Pick<Course, 'supplies'>): readonly string[] =>
  supplies.filter(({ tier }) => tier !== 'village').flatMap(({ items }) => items)

/** Whether a material may be missing from the list: deferred, covered by a commitment, or asked for in the notice and brought since. */
function isExcused(course: Applied, fields: Fields, { name, promisable }: MaterialRule): boolean {
  const asked = course.notice?.missing.includes(name) === true
  const came = asked && [...linesOf(fields.items), ...broughtSince(course)].includes(name)
  return came || linesOf(fields.deferred).includes(name) || (promisable && fields.commitment === true)
}

/** Whether an act says of an application that it is complete. */
const saysComplete = (kind: FactKind, { result }: Fields): boolean =>
  kind === 'accepted' || kind === 'supplemented' || (kind === 'settled' && result === 'granted')

/**
 * Why an act may not say of an application that it is complete: required materials were not counted, or not brought. Where
 * the law has accepted already (逾期视为受理) the list says what it says.
 */
export function refuseIncomplete(
  course: Applied,
  item: Item | undefined,
  { kind, fields, counted }: { readonly kind: FactKind; readonly fields: Fields; readonly counted: CountedMaterials },
): Refusal | undefined {
  if (item === undefined || !saysComplete(kind, fields)) return undefined
  const brought = item.materials.find(
    ({ id, name }) =>
      linesOf(fields.deferred).includes(name) && ![NOT_COUNTED, NOT_BROUGHT].includes(stateOf(counted, id)),
  )
  if (brought !== undefined)
    return {
      code: 'deferred-brought',
      message: `“${brought.name}”已经收到,不用列为容缺材料。`,
      next: '请不要勾选它;其实没有收到的,请先更正材料清单。',
    }
  if (course.days.deemed !== undefined) return undefined
  const lacking = item.materials.filter(
    (rule) =>
      rule.required &&
      [NOT_COUNTED, NOT_BROUGHT].includes(stateOf(counted, rule.id)) &&
      !isExcused(course, fields, rule),
  )
  if (lacking.length === 0) return undefined
  const names = lacking.map(({ id, name }) => `${name}(${stateOf(counted, id) === NOT_COUNTED ? '未核对' : '未带'})`)
  return {
    code: 'materials-lacking',
    message: `必备材料还没有收齐:${names.join('、')}。`,
    next: '已经收到的,请在“材料清单”里逐项核对;可以容缺的列为容缺材料并写明补齐期限;其余请一次告知补正。',
    source: '《行政许可法》第三十二条第一款第五项:材料齐全应当受理',
  }
}

/** Materials that were to follow after acceptance and have not come; one that nobody has to bring is not waited for. */
export function awaitedMaterials(
  course: Pick<Course, 'deferred' | 'supplies'>,
  item: Item | undefined,
): readonly string[] {
  const brought = new Set(broughtSince(course))
  const isOptional = (name: string) => item?.materials.some((rule) => rule.name === name && !rule.required) === true
  return (course.deferred?.items ?? []).filter((name) => !brought.has(name) && !isOptional(name))
}
