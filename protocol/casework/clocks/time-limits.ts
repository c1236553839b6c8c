/** How long each clock runs, what lengthens it, and which rule says so (SOURCES.md 3.1, 3.2). */
import type { Course, Pause } from '../course/course.ts'
import type { ClockId } from '../course/spans.ts'
import { type Item, isDecidedAbove, isJoint, type TimeLimit } from '../item.ts'
import { isLicence, sourceFor } from '../item-law.ts'
import type { Register } from '../register.ts'
import { type Day, dayNumber } from '../time/days.ts'

/** A limit in its unit, with where it comes from for people. */
export interface Limit {
  readonly days: number
  readonly unit: TimeLimit['unit']
  readonly source: string
  /** What makes it longer; each only where it came before the last day that the limit has without it. */
  readonly longer?: readonly Longer[]
}

/** Further days that an act of a day gives. */
interface Longer {
  readonly on: Day
  readonly days: number
  /** Where the limit comes from then. */
  readonly source: (before: string) => string
  /** What it was, where it came too late. */
  readonly act: string
}

/** Working days to tell the applicant once what is missing (art. 32). */
export const TELLING_DAYS = 5
const DECIDING_DAYS = 20
const JOINT_DAYS = 45
const REVIEWING_DAYS = 20
const DELIVERING_DAYS = 10
/** The most that one extension may give (art. 42), alone and in joint handling. */
const [EXTENSION_DAYS, JOINT_EXTENSION_DAYS] = [10, 15]

/**
 * The first question to a department with which the catalogue has the item handled jointly; of what a former program asked
 * nobody knows which department it was.
 */
const askedJointly = (item: Item | undefined, { invitations }: Pick<Course, 'invitations'>) =>
  isJoint(item) ? invitations.find(({ code }) => code === '' || item?.coDepartments.includes(code)) : undefined

/** The most days by which the law lets a case of the item be extended. */
export const mostExtension = (item: Item | undefined, course: Pick<Course, 'invitations'>): number =>
  askedJointly(item, course) ? JOINT_EXTENSION_DAYS : EXTENSION_DAYS

interface Situation {
  readonly course: Course
  readonly item: Item | undefined
  readonly rules: Register['rules']
}

const working = (days: number, source: string): Limit => ({ days, unit: 'working', source })

/** The limit of a clock in a case; undefined when there is none or what is published of it is no number of days. */
export function limitOf(id: ClockId, course: Course, item: Item | undefined, { rules }: Register): Limit | undefined {
  const limit = LIMIT_OF[id]({ course, item, rules })
  return limit !== undefined && Number.isSafeInteger(limit.days) && limit.days >= 0 ? limit : undefined
}

const LIMIT_OF: Readonly<Record<ClockId, (situation: Situation) => Limit | undefined>> = {
  T0: ({ rules }) => working(rules.handInDays, '本地规则:村代办报送期限'),
  T1: ({ item }) => working(TELLING_DAYS, sourceFor(item, '《行政许可法》第三十二条:五日内一次告知')),
  "T1'": ({ course: { notice } }) =>
    notice === null
      ? undefined
      : {
          days: dayNumber(notice.until) - dayNumber(notice.day),
          unit: 'calendar',
          source: '补正告知书载明的期限',
        },
  T2p: ({ course, item }) => extended(item && fromCatalogue(item.promised, '事项目录:承诺时限'), course, item),
  T2s: ({ course, item }) => extended(item && jointly(statutory(item), course, item), course, item),
  T3: stepLimit,
  T4: reviewLimit,
  T43: ({ item }) => item && upperLimit(item),
  "T4'": ({ rules }) => working(rules.relayDays, '本地规则:批复后告知申请人的期限'),
  T45: ({ course }) => plannedLimit(course.pauses.at(-1)),
  T5: ({ item }) => working(DELIVERING_DAYS, sourceFor(item, '《行政许可法》第四十四条:作出决定之日起十日内送达')),
  T6: ({ rules }) => working(rules.signDays, '本地规则:移交签收期限'),
}

const fromCatalogue = ({ days, unit }: TimeLimit, source: string): Limit | undefined =>
  days === null ? undefined : { days, unit, source }

/** The item's own limit, else twenty days for a licence. */
const statutory = (item: Item): Limit | undefined =>
  fromCatalogue(item.statutory, '事项目录:法定时限') ??
  (isLicence(item) ? working(DECIDING_DAYS, '《行政许可法》第四十二条:受理之日起二十日') : undefined)

/** Whether the limit is the law's twenty days, be it that the catalogue writes them out; any other is a rule of the item's own. */
const isDefault = (item: Item): boolean =>
  isLicence(item) &&
  (item.statutory.days === null || (item.statutory.days === DECIDING_DAYS && item.statutory.unit === 'working'))

/**
 * Forty-five days instead of twenty once departments are asked about an item that is handled jointly. Where the item's own
 * rule gives another limit, that stands (art. 42 ¶1: 法律、法规另有规定的,依照其规定), and asking about other items gives nothing.
 */
function jointly(limit: Limit | undefined, course: Course, item: Item): Limit | undefined {
  const first = askedJointly(item, course)
  if (limit === undefined || first === undefined || !isDefault(item)) return limit
  const source = (before: string) => `${before};联合办理按《行政许可法》第四十二条四十五日`
  return { ...limit, longer: [{ on: first.day, days: JOINT_DAYS - DECIDING_DAYS, source, act: '联办通知' }] }
}

function extended(limit: Limit | undefined, course: Course, item: Item | undefined): Limit | undefined {
  const { extension } = course
  if (limit === undefined || extension === null || !Number.isSafeInteger(extension.days)) return limit
  const days = Math.min(extension.days, mostExtension(item, course))
  const source = (before: string) => `${before},经批准延长${days}日`
  return { ...limit, longer: [...(limit.longer ?? []), { on: extension.day, days, source, act: '延长' }] }
}

/** The upper level has the time that the law gives for the item, behind that of the review. */
function upperLimit(item: Item): Limit | undefined {
  const limit = statutory(item)
  return limit && { ...limit, source: `上级机关的办理期限,供催办:${limit.source}` }
}

/** What the applicant was told of how long a special procedure takes. */
const plannedLimit = (pause: Pause | undefined): Limit | undefined =>
  pause === undefined || pause.days === 0 ? undefined : working(pause.days, '特别程序告知书载明的所需时间')

/** The limit of the step the case is in, or was in when its special procedure began. */
function stepLimit({ course, item }: Situation): Limit | undefined {
  const stage = course.suspendedAt ?? course.stage
  const step = item?.steps.find((rule) => rule.stage === stage)
  return step === undefined || step.days === null ? undefined : working(step.days, '内部环节标准')
}

/** Only what an upper level decides is reviewed for it; of what this level decides itself the limits run on. */
function reviewLimit({ course, item }: Situation): Limit | undefined {
  if (item === undefined || !isDecidedAbove(item)) return undefined
  const promised = extended(fromCatalogue(item.promised, '事项目录:承诺时限'), course, item)
  return promised ?? working(REVIEWING_DAYS, sourceFor(item, '《行政许可法》第四十三条:受理之日起二十日内审查完毕'))
}
