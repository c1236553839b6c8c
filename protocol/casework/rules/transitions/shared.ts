/** Who and where, clock effects and sources that several parts of the transition table name. */
import { WINDOW_TIERS } from '#protocol/tiers.ts'
import { CLOCK_IDS } from '../../course/spans.ts'
import type { Stage } from '../../course/stages.ts'
import type { Role } from '../../directory.ts'
import type { GuardName } from '../guards.ts'
import type { ClockEffect, Guard, Transition } from '../transition.ts'

export const CASEWORKERS = ['agent', 'clerk', 'handler', 'chief'] as const satisfies readonly Role[]
export const WINDOW_STAFF = ['clerk', 'handler', 'chief'] as const satisfies readonly Role[]
/** Whoever sits at a counter with the power to receive; at a village that is the agent with a letter. */
export const RECEIVERS = CASEWORKERS
export const HANDLERS = ['handler', 'chief'] as const satisfies readonly Role[]
export const UNDER_WAY = ['30', '40', '41', '42'] as const satisfies readonly Stage[]
export const BEFORE_DECISION = [
  '10',
  '20',
  '25',
  '30',
  '40',
  '41',
  '42',
  '45',
  '46',
] as const satisfies readonly Stage[]
const BEFORE_DELIVERY = [
  '00',
  '05',
  '06',
  '07',
  ...BEFORE_DECISION,
  '50',
  '51',
  '60',
] as const satisfies readonly Stage[]
export const BEFORE_ARCHIVE = [
  ...BEFORE_DELIVERY,
  '70',
  '80',
  '81',
  '82',
  '83',
  '84',
  '85',
] as const satisfies readonly Stage[]
export const ART_29 = '《行政许可法》第二十九条:可以委托代理人提出申请'
export const ART_32 = '《行政许可法》第三十二条'
export const ART_32_4 = '《行政许可法》第三十二条第一款第四项:五日内一次告知需要补正的全部内容'
export const ART_32_5 = '《行政许可法》第三十二条第一款第五项:材料齐全应当受理'
export const ART_38 = '《行政许可法》第三十八条:不予的应当书面说明理由并告知救济途径'
export const ART_42 = '《行政许可法》第四十二条:受理之日起在法定期限内作出决定'
export const ART_43 = '《行政许可法》第四十三条:下级机关审查后上报'
export const ART_44 = '《行政许可法》第四十四条:决定之日起十日内颁发、送达证件'
export const ART_45 = '《行政许可法》第四十五条:听证、检验等所需时间不计入期限,并书面告知申请人'
export const CUSTODY_SOURCE = '移交签收规则:一件一主办,移交须经签收'
export const STEP_SOURCE = '内部环节规则:承办、审核、批准分别由不同的人办理'
/** Where the village is a receiving point of the agency, the five days run since the capture. */
export const STARTS_FIVE_DAYS: ClockEffect = { stop: ['T0'], begin: ['T1'] }
export const ACCEPTS: ClockEffect = { stop: ['T1', "T1'"], start: ['T2p', 'T2s', 'T4'] }
export const DECIDES: ClockEffect = { stop: ['T2p', 'T2s', 'T3', 'T4'], start: ['T5'] }
export const ENDS: ClockEffect = { stop: CLOCK_IDS }
/** The window stays responsible until the applicant was told what the upper level answered. */
export const PASSED_ON: ClockEffect = { stop: CLOCK_IDS.filter((id) => id !== 'T43') }

/** A guard of a fact the holder writes while no transfer is open. */
export const byHolder = (...transitions: Transition[]): Guard => ({ writer: 'holder', offer: 'closed', transitions })

/** A fact of the holder that leaves the stage as it is. */
export const stays = (
  from: readonly Stage[],
  roles: readonly Role[],
  number: number | null,
  source: string,
  guards: readonly GuardName[],
  offline = true,
): Transition => ({ from, to: null, tiers: WINDOW_TIERS, roles, guards, offline, number, source })
