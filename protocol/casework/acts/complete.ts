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

/** An act that says of an application what it lacks, with the list of materials that it goes by. */
export interface ListedAct {
  readonly kind: FactKind
  readonly fields: Fields
  /** Read only where it is asked. */
  readonly counted: () => CountedMaterials
  /** Whether the list may still be put right: of what nobody counted in a closed one nobody can say anything any more. */
  readonly isOpen: boolean
}

/**
 * Required materials that an act passes over. Whoever was told once what is missing and brought that is accepted (art. 32
 * para. 1 no. 5), so that after a notice only what it names is asked for, and the notice has to name everything that was
 * not brought and cannot follow.
 */
const PASSED_OVER: Readonly<
  Partial<Record<FactKind, (rule: MaterialRule, state: string, course: Applied, fields: Fields) => boolean>>
> = {
  accepted: (rule, state, course, fields) => isLacking(state) && !isExcused(course, fields, rule),
  settled: (rule, state, course, fields) =>
    fields.result === 'granted' && isLacking(state) && !isExcused(course, fields, rule),
  supplemented: (rule, state, course, fields) =>
    course.notice?.missing.includes(rule.name) === true && isLacking(state) && !isExcused(course, fields, rule),
  notified: ({ name, deferrableDays, promisable }, state, _course, { missing }) =>
    state === NOT_BROUGHT &&
    deferrableDays === null &&
    !promisable &&
    !linesOf(missing).some((line) => line.includes(name)),
}
const isLacking = (state: string): boolean => state === NOT_COUNTED || state === NOT_BROUGHT

/**
 * Why an act may not be written about an application as its list of materials is. Where the law has accepted already
 * (逾期视为受理) the list says what it says.
 */
export function refuseIncomplete(
  course: Applied,
  item: Item | undefined,
  { kind, fields, counted, isOpen }: ListedAct,
): Refusal | undefined {
  const isPassedOver = PASSED_OVER[kind]
  if (item === undefined || isPassedOver === undefined) return undefined
  const list = counted()
  const states = item.materials
    .map((rule) => ({ rule, state: stateOf(list, rule.id) }))
    .filter(({ state }) => isOpen || state !== NOT_COUNTED)
  const brought = states.find(({ rule, state }) => linesOf(fields.deferred).includes(rule.name) && !isLacking(state))
  if (brought !== undefined)
    return {
      code: 'deferred-brought',
      message: `“${brought.rule.name}”已经收到,不用列为容缺材料。`,
      next: '请不要勾选它;其实没有收到的,请先更正材料清单。',
    }
  if (course.days.deemed !== undefined) return undefined
  const lacking = states.filter(({ rule, state }) => rule.required && isPassedOver(rule, state, course, fields))
  if (lacking.length === 0) return undefined
  const names = lacking
    .map(({ rule, state }) => `${rule.name}(${state === NOT_COUNTED ? '未核对' : '未带'})`)
    .join('、')
  return kind === 'notified' ? untold(names) : incomplete(names)
}

const incomplete = (names: string): Refusal => ({
  code: 'materials-lacking',
  message: `必备材料还没有收齐:${names}。`,
  next: '已经收到的,请在“材料清单”里逐项核对;可以容缺的列为容缺材料并写明补齐期限;其余请一次告知补正。',
  source: '《行政许可法》第三十二条第一款第五项:材料齐全应当受理',
})
const untold = (names: string): Refusal => ({
  code: 'materials-untold',
  message: `补正告知没有写到${names}。`,
  next: '请一次写全:以后再要就是第二次告知;其实已经收到的,请先更正材料清单。',
  source: '《行政许可法》第三十二条第一款第四项:一次告知需要补正的全部内容',
})

/** Materials that were to follow after acceptance and have not come; one that nobody has to bring is not waited for. */
export function awaitedMaterials(
  course: Pick<Course, 'deferred' | 'supplies'>,
  item: Item | undefined,
): readonly string[] {
  const brought = new Set(broughtSince(course))
  const isOptional = (name: string) => item?.materials.some((rule) => rule.name === name && !rule.required) === true
  return (course.deferred?.items ?? []).filter((name) => !brought.has(name) && !isOptional(name))
}
