/** How long each clock runs and which rule says so (SOURCES.md 3.1, 3.2). */
import { ABOVE_COUNTY } from '../codes.ts'
import type { Course } from '../course/course.ts'
import type { ClockId } from '../course/spans.ts'
import type { Item, TimeLimit } from '../item.ts'
import type { Register } from '../register.ts'
import { dayNumber } from '../time/days.ts'

/** A limit in its unit, with where it comes from for people. */
export interface Limit {
  readonly days: number
  readonly unit: TimeLimit['unit']
  readonly source: string
}

/** Working days to tell the applicant once what is missing (art. 32). */
export const TELLING_DAYS = 5
const DECIDING_DAYS = 20
const JOINT_DAYS = 45
const REVIEWING_DAYS = 20
const DELIVERING_DAYS = 10

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
  T1: () => working(TELLING_DAYS, '《行政许可法》第三十二条:五日内一次告知'),
  "T1'": ({ course: { notice } }) =>
    notice === null
      ? undefined
      : {
          days: dayNumber(notice.until) - dayNumber(notice.day),
          unit: 'calendar',
          source: '补正告知书载明的期限',
        },
  T2p: ({ course, item }) =>
    item === undefined ? undefined : extended(fromCatalogue(item.promised, '事项目录:承诺时限'), course),
  T2s: ({ course, item }) => (item === undefined ? undefined : extended(statutory(course, item), course)),
  T3: stepLimit,
  T4: reviewLimit,
  "T4'": ({ rules }) => working(rules.relayDays, '本地规则:批复后告知申请人的期限'),
  T5: () => working(DELIVERING_DAYS, '《行政许可法》第四十四条:作出决定之日起十日内送达'),
  T6: ({ rules }) => working(rules.signDays, '本地规则:移交签收期限'),
}

const fromCatalogue = ({ days, unit }: TimeLimit, source: string): Limit | undefined =>
  days === null ? undefined : { days, unit, source }

/** Twenty days unless the item's own rule gives another limit; joint handling of a licence has forty-five. */
function statutory({ invitations }: Course, item: Item): Limit | undefined {
  const licence = item.itemType === '01'
  const own = fromCatalogue(item.statutory, '事项目录:法定时限')
  if (licence && invitations.length > 0 && (own === undefined || own.days < JOINT_DAYS)) {
    return working(JOINT_DAYS, '《行政许可法》第四十二条:统一、联合、集中办理四十五日')
  }
  return own ?? (licence ? working(DECIDING_DAYS, '《行政许可法》第四十二条:受理之日起二十日') : undefined)
}

const extended = (limit: Limit | undefined, { extension }: Course): Limit | undefined =>
  limit === undefined || extension === null
    ? limit
    : { ...limit, days: limit.days + extension.days, source: `${limit.source},经批准延长${extension.days}日` }

/** The limit of the step the case is in, or was in when its special procedure began. */
function stepLimit({ course, item }: Situation): Limit | undefined {
  const stage = course.suspendedAt ?? course.stage
  const step = item?.steps.find((rule) => rule.stage === stage)
  return step === undefined || step.days === null ? undefined : working(step.days, '内部环节标准')
}

/** Only what an upper level decides is reviewed and reported up: by the item's level, or because it was done. */
function reviewLimit({ course, item }: Situation): Limit | undefined {
  const decidedAbove = item !== undefined && ABOVE_COUNTY.includes(item.level)
  if (!decidedAbove && course.report === null) return undefined
  const promised = item === undefined ? undefined : fromCatalogue(item.promised, '事项目录:承诺时限')
  return promised ?? working(REVIEWING_DAYS, '《行政许可法》第四十三条:受理之日起二十日内审查完毕')
}
