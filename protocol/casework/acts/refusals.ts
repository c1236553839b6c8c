/** The words in which an act is refused: what forbids it and what is possible instead. */
import type { StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { CaseState } from '../case.ts'
import { STAGES, type Stage } from '../course/stages.ts'
import { ROLES, type Role } from '../directory.ts'
import { FACTS, type FactKind, isGuarded } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import { GUARDS, type GuardName } from '../rules/guards.ts'
import { type AsideReason, UNREAD } from '../rules/reasons.ts'
import { holdsFor, TRANSITIONS } from '../rules/transitions.ts'

/** Why an act is refused, for programs and people. */
export interface Refusal {
  readonly code:
    | AsideReason
    | 'already-open'
    | 'not-aside'
    | 'unknown-station'
    | 'item-tier'
    | 'item-closed'
    | 'role'
    | 'department'
    | 'offline'
    | 'nothing-to-answer'
    | 'form-closed'
    | 'not-enabled'
    | 'limit-over'
    | 'import-only'
    | 'own-rating'
    | 'beyond-level'
    | 'materials-lacking'
    | 'deferred-too-long'
    | 'deferred-awaited'
    | 'deferred-brought'
    | 'materials-untold'
  readonly message: string
  readonly next: string
  /** Where the very condition comes from; without one the act's own source stands. */
  readonly source?: string
}

/** What a refusal speaks about. */
export interface About {
  readonly kind: FactKind
  readonly state?: CaseState
  readonly station?: StationCode
  readonly tier?: Tier | undefined
  readonly item?: Item | undefined
}

const TIER_NAMES: Readonly<Record<Tier, string>> = { village: '村级代办点', township: '乡镇中心', county: '县中心' }

const join = (names: readonly string[]): string => [...new Set(names)].join('、')
const quote = (kind: FactKind): string => `“${FACTS[kind].title}”`
const stageNames = (stages: readonly Stage[]): string => join(stages.map((stage) => STAGES[stage]))

function explainStage({ kind, state, tier, item }: About): Omit<Refusal, 'code'> {
  const transitions = isGuarded(kind) ? TRANSITIONS[kind].transitions.filter(({ given }) => holdsFor(given, item)) : []
  if (state?.offer && isGuarded(kind) && TRANSITIONS[kind].offer === 'closed') {
    return {
      message: `办件已移交站点${state.offer.to}、尚未签收,此时不能办理${quote(kind)}。`,
      next: '请等待对方签收或退回;需要继续办理的,先撤回移交。',
    }
  }
  const here = transitions.filter(({ from }) => state !== undefined && from.includes(state.stage))
  if (here.length > 0 && tier !== undefined && here.every(({ tiers }) => !tiers.includes(tier))) {
    const tiers = join(here.flatMap((transition) => transition.tiers).map((each) => TIER_NAMES[each]))
    return { message: `${TIER_NAMES[tier]}不能办理${quote(kind)},须由${tiers}办理。`, next: `请移交给${tiers}。` }
  }
  const stage = state === undefined ? '' : STAGES[state.stage]
  return {
    message: `当前环节是“${stage}”,不能办理${quote(kind)}。`,
    next:
      transitions.length === 0
        ? `本事项不设${quote(kind)},请按办件的环节选择其他办理。`
        : `${quote(kind)}可在以下环节办理:${stageNames(transitions.flatMap(({ from }) => from))}。`,
  }
}

function explainOffer({ kind, state }: About): Omit<Refusal, 'code'> {
  if (state?.offer) {
    return {
      message: `这次移交的接收站点是${state.offer.to},本站点不能办理${quote(kind)}。`,
      next: '请由接收站点签收或退回;移交有误的,由主办站点撤回后重新移交。',
    }
  }
  return { message: `没有等待签收的移交,不能办理${quote(kind)}。`, next: '需要交接的,请主办站点先移交。' }
}

function words(code: Refusal['code'], about: About): Omit<Refusal, 'code'> {
  const { kind, state, station, tier, item } = about
  switch (code) {
    case 'not-holder':
      return {
        message: `办件现由站点${state?.holder ?? ''}主办,本站点不能办理${quote(kind)}。`,
        next: '请由主办站点办理,或请主办站点移交给本站点;可以先写备注。',
      }
    case 'no-offer':
      return explainOffer(about)
    case 'not-authorised':
      return { message: `${quote(kind)}只能由县中心的协调员办理。`, next: '请联系县中心协调员。' }
    case 'fork':
      return {
        message: '同一环节出现了不止一条记录,在县中心协调员改派之前不能继续办理。',
        next: '请联系县中心协调员改派确定主办站点;可以先写备注。',
      }
    case 'already-open':
      return { message: '办件已经建立,不能再次建件。', next: '需要另办一件的,请新建办件。' }
    case 'malformed':
      return {
        message: `所选的${quote(kind)}记录缺少必填内容,不能采纳。`,
        next: '请按现在的环节重新办理,并将该记录标记为不采纳。',
      }
    case 'no-letter':
      return {
        message: `本站点没有办理${quote(kind)}所需的授权书。`,
        next: '请移交给有权的窗口,或请部门签订授权书后再办。',
      }
    case 'letter-revoked':
      return {
        message: `办理${quote(kind)}依据的授权书已经撤销。`,
        next: '请移交给有权的窗口办理。',
      }
    case 'deemed':
      return {
        message: '五日内没有告知申请人,依法自收到申请材料之日起即为受理。',
        next: '请按已受理继续办理;当时确已告知的,请补录告知的实际日期。',
      }
    case 'offline':
      return {
        message: `${quote(kind)}须在与上级联网时办理,本机现在离线。`,
        next: '请联网后办理;可以先写备注。',
      }
    case 'department':
      return {
        message: `这个事项由另一个部门实施,您所在的部门不能办理${quote(kind)}。`,
        next: '请由实施部门的人员办理;需要您部门意见的,由主办部门发联办通知。',
      }
    case 'nothing-to-answer':
      return { message: `现在没有需要${quote(kind)}的事项。`, next: '请查看办件的经过。' }
    case 'unread':
      return UNREAD
    case 'not-enabled':
      return {
        message: `${quote(kind)}要等全县节点升级后才能使用。`,
        next: '全县都升级后自动启用;现在请按已有的方式办理。',
      }
    case 'item-closed':
      return {
        message: `“${item?.name ?? ''}”现在不能建件:事项尚未生效或已经取消。`,
        next: '请从事项目录中选择现行的事项;已收件的按收件时的版本继续办理。',
      }
    case 'not-aside':
      return { message: '所选记录不是等待处理的暂不生效记录。', next: '请刷新后在暂不生效记录中重新选择。' }
    case 'unknown-station':
      return {
        message: `站点${station ?? ''}不在站点目录中,不能办理${quote(kind)}。`,
        next: '请联系管理员核对站点,或联网同步目录后再试。',
      }
    case 'item-tier':
      return {
        message: `“${item?.name ?? ''}”不能在${tier === undefined ? '本站点' : TIER_NAMES[tier]}建件。`,
        next: `请申请人到${join((item?.tiers ?? []).map((each) => TIER_NAMES[each]))}办理。`,
      }
    default:
      return explainStage(about)
  }
}

/** A refusal in words. */
export function explain(code: Refusal['code'], about: About): Refusal {
  if (!isGuardName(code)) return { code, ...words(code, about) }
  const { text, next, source } = GUARDS[code]
  return { code, message: `${text}。`, next, source }
}

const isGuardName = (code: string): code is GuardName => Object.hasOwn(GUARDS, code)

/** Refuses an act to a person none of whose roles may do it; undefined when one may. */
export function roleRefusal(kind: FactKind, held: readonly Role[], allowed: readonly Role[]): Refusal | undefined {
  if (allowed.some((role) => held.includes(role))) return undefined
  const names = join(allowed.map((role) => ROLES[role]))
  return {
    code: 'role',
    message: `${quote(kind)}须由${names}办理,您的岗位不能办理。`,
    next: `请由本站点的${names}办理,或请管理员核对您的岗位。`,
  }
}
