/**
 * What is asked only of whoever writes an act now. A fact that was signed without it takes effect all the same: an older
 * program let it pass, and every node must fold alike; its lateness is kept by the clocks, whatever it says (rule Q78).
 */
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { CaseState } from '../case.ts'
import { mostExtension } from '../clocks/time-limits.ts'
import { LEVELS, POWERS } from '../codes.ts'
import { FACTS, type Fields, type GuardedKind } from '../facts/facts.ts'
import { linesOf, textOf } from '../facts/values.ts'
import { type Item, isDecidedAbove } from '../item.ts'
import type { Register } from '../register.ts'
import { GUARDS } from '../rules/guards.ts'
import { estimating, lastDay } from '../time/counting.ts'
import type { Day } from '../time/days.ts'
import { awaitedMaterials } from './complete.ts'
import type { Refusal } from './refusals.ts'

/** What a condition of the door may look at. */
interface Writing {
  readonly state: CaseState
  readonly item: Item | undefined
  readonly register: Pick<Register, 'calendar' | 'powerOf'>
  readonly tier: Tier | undefined
  readonly station: StationCode
  readonly person: PersonId | ''
  /** The day for which the act would count. */
  readonly day: Day
  /** Undefined while nothing is typed. */
  readonly fields: Fields | undefined
  readonly transcribes: boolean
}

type Condition = (writing: Writing) => Refusal | undefined

/** The limit that the law gives for deciding, or the promise where it gives none, has not run out. */
const isInTime: Condition = ({ state: { clocks }, day }) => {
  const clock = clocks.find(({ id }) => id === 'T2s') ?? clocks.find(({ id }) => id === 'T2p')
  if (!clock || clock.due === null || day <= clock.due) return undefined
  return {
    code: 'limit-over',
    message: `${clock.title}期限已在${clock.due}届满,不能再延长。`,
    next: '请尽快作出决定,超期的事实会保留;期限内确已批准延长而没有登记的,可以写在备注里。',
    source: '《行政许可法》第四十二条:延长须在期限届满前经批准',
  }
}

const isShortEnough: Condition = ({ state, item, fields }) => {
  const most = mostExtension(item, state)
  if (fields === undefined || typeof fields.days !== 'number' || fields.days <= most) return undefined
  return {
    code: 'extension-limit',
    message: `本事项延长不得超过${most}个工作日。`,
    next: '事项目录列有联办机构的联办事项才可以延长十五个工作日;请更正延长的天数。',
    source: '《行政许可法》第四十二条',
  }
}

/** What a department decided in its own system is read from there: nobody decides a case by writing that it was decided elsewhere. */
const isTranscribed: Condition = ({ transcribes }) =>
  transcribes
    ? undefined
    : {
        code: 'import-only',
        message: `“${FACTS.concluded.title}”只能从部门系统的文件导入,不能手工填写。`,
        next: '请在“数据交换”页导入部门系统的办件文件;在本系统办理的,请按环节作出决定。',
        source: '《行政许可法》第四十二条;部门系统的记录是依据',
      }

/** Tiers at which the organ of an item sits, by its level (行使层级); other levels decide elsewhere or are shared (分级管理). */
const DECIDING_TIER: Readonly<Partial<Record<Item['level'], Tier>>> = { '4': 'county', '5': 'township' }

/** The item's organ decides, or who holds a letter that gives the power for it: 审核权, and 受理权 for not accepting. */
function isCompetent(power: 'accept' | 'examine', writing: Writing): Refusal | undefined {
  const { item, tier, station, person, day, register } = writing
  if (item === undefined) return undefined
  if (power === 'examine' && isDecidedAbove(item))
    return {
      code: 'beyond-level',
      message: `“${item.name}”是${LEVELS[item.level]}事项,由上级机关决定,不能当场办结。`,
      next: '请受理后按上报件办理。',
      source: '《行政许可法》第四十三条:下级机关审查后报上级机关决定',
    }
  const wanted = DECIDING_TIER[item.level]
  if (wanted === undefined || wanted === tier) return undefined
  if (register.powerOf({ power, item, station, person, day }) === 'held') return undefined
  return {
    code: 'beyond-level',
    message: `“${item.name}”是${LEVELS[item.level]}事项,本站点没有对它的${POWERS[power]},不能${power === 'accept' ? '受理、补正告知或者不予受理' : '作出决定'}。`,
    next: `请移交给${wanted === 'county' ? '县政务服务中心' : '乡镇便民服务中心'}办理;部门已经授权的,请县中心管理员登记载明${POWERS[power]}的授权书。`,
    source: '《行政许可法》第二十四条、第六十九条:不得超越法定职权,委托须有依据并公告',
  }
}

/** What may follow follows within the days that the catalogue gives it, counted from the acceptance. */
const isDeferredInTime: Condition = ({ item, day, fields, register }) => {
  const until = textOf(fields?.deferredUntil)
  for (const name of linesOf(fields?.deferred)) {
    // Two materials may have one name: what is named means both.
    const days =
      item?.materials.filter((rule) => rule.name === name).map(({ deferrableDays }) => deferrableDays ?? 0) ?? []
    const most = Math.min(...days)
    if (days.length === 0 || most === 0 || until === '') return { code: 'deferrable', ...told(GUARDS.deferrable) }
    const last = lastDay(estimating(register.calendar), day, most, []) ?? day
    if (day <= until && until <= last) continue
    return {
      code: 'deferred-too-long',
      message: `容缺材料“${name}”须在受理后${most}个工作日内补齐,最早${day},最迟${last}。`,
      next: '请更正补齐期限;到期补不齐的,不列为容缺,按补正告知办理。',
      source: '事项目录:容缺补齐天数',
    }
  }
  return undefined
}

const told = ({ text, next, source }: typeof GUARDS.deferrable) => ({ message: `${text}。`, next, source })

/** What was to follow is there before the application is granted. */
const hasEverything: Condition = ({ state, item, fields, transcribes }) => {
  if (transcribes) return undefined
  const awaited = fields?.result === 'granted' ? awaitedMaterials(state, item) : []
  if (awaited.length === 0) return undefined
  return {
    code: 'deferred-awaited',
    message: `容缺材料还没有补齐:${awaited.join('、')}(期限${state.deferred?.until ?? '未定'})。`,
    next: '送来的,请先办“代收补正材料”登记;催告后仍不补的,不能准予,可以作出不予决定或者由申请人撤回。',
    source: '补办件(容缺受理)规则:所缺材料补齐后作出决定',
  }
}

const DOOR: Readonly<Partial<Record<GuardedKind, readonly Condition[]>>> = {
  accepted: [isDeferredInTime],
  decided: [hasEverything],
  replied: [hasEverything],
  extended: [isInTime, isShortEnough],
  concluded: [isTranscribed],
}

/** 受理 and what stands in its place: each speaks for the organ to the applicant. */
const ACCEPTING: readonly GuardedKind[] = ['accepted', 'supplemented', 'notified', 'rejected']

/**
 * Why nobody at a station decides a case, whatever the role; where it is so the case goes to whom it belongs. A reply that
 * is typed is a decision of this county unless an upper level has it by law; one read from that level's file is copied.
 */
export function refuseBeyondLevel(kind: GuardedKind, writing: Writing): Refusal | undefined {
  const { item, fields, transcribes } = writing
  if (transcribes) return undefined
  if (kind === 'settled') return isCompetent('examine', writing)
  // Whoever is not competent says so (art. 32 para. 1 no. 2).
  if (kind === 'rejected' && (fields === undefined || fields.outcome === 'not-competent')) return undefined
  if (ACCEPTING.includes(kind)) return isCompetent('accept', writing)
  // What an upper level decides is decided here by its reply: the transition asks for that.
  if (isDecidedAbove(item)) return undefined
  if (kind === 'decided') return isCompetent('examine', writing)
  const isTypedReply = kind === 'replied' && fields !== undefined && fields.result !== 'returned'
  return isTypedReply ? isCompetent('examine', writing) : undefined
}

/** What is asked of whoever adopts a decision as of whoever writes it. */
export const refuseAdopting = (kind: GuardedKind, writing: Writing): Refusal | undefined =>
  refuseBeyondLevel(kind, writing) ?? (kind === 'decided' || kind === 'replied' ? hasEverything(writing) : undefined)

/** Why an act that would take effect is not written. */
export function refuseAtDoor(kind: GuardedKind, writing: Writing): Refusal | undefined {
  for (const condition of DOOR[kind] ?? []) {
    const refusal = condition(writing)
    if (refusal) return refusal
  }
  return undefined
}
