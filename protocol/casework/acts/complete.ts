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

function stateOf(counted: CountedMaterials, id: string): string {
  const state = (counted[id] as { readonly state?: unknown } | undefined)?.state
  return typeof state === 'string' ? state : NOT_COUNTED
}

/** Names that an act says may be missing: deferred in it, covered by a commitment, or named in the notice and brought since. */
function excusedBy(
  { supplies }: Pick<Course, 'supplies'>,
  fields: Fields,
  { name, promisable }: MaterialRule,
): boolean {
  const named = [...linesOf(fields.deferred), ...linesOf(fields.items), ...supplies.flatMap(({ items }) => items)]
  return named.includes(name) || (promisable && fields.commitment === true)
}

/** Whether an act says of an application that it is complete. */
const saysComplete = (kind: FactKind, { result }: Fields): boolean =>
  kind === 'accepted' || kind === 'supplemented' || (kind === 'settled' && result === 'granted')

/**
 * Why an act may not say of an application that it is complete: required materials were not counted, or not brought. Where
 * the law has accepted already (逾期视为受理) the list says what it says.
 */
export function refuseIncomplete(
  course: Pick<Course, 'supplies' | 'days'>,
  item: Item | undefined,
  { kind, fields, counted }: { readonly kind: FactKind; readonly fields: Fields; readonly counted: CountedMaterials },
): Refusal | undefined {
  if (item === undefined || !saysComplete(kind, fields) || course.days.deemed !== undefined) return undefined
  const lacking = item.materials.filter(
    (rule) =>
      rule.required &&
      [NOT_COUNTED, NOT_BROUGHT].includes(stateOf(counted, rule.id)) &&
      !excusedBy(course, fields, rule),
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

/** Materials that were to follow after acceptance and have not come; what only lies at a village has not. */
export function awaitedMaterials({ deferred, supplies }: Pick<Course, 'deferred' | 'supplies'>): readonly string[] {
  const brought = new Set(supplies.filter(({ tier }) => tier !== 'village').flatMap(({ items }) => items))
  return (deferred?.items ?? []).filter((name) => !brought.has(name))
}
