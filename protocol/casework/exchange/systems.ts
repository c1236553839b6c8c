/**
 * Exchange: cases in the words of other systems, out and in.
 * Here how those name stages, endings and steps (SOURCES.md 5.2), mapped to and from this network's.
 */
import type { Stage } from '../course/stages.ts'
import type { FactKind } from '../facts/facts.ts'

/** One code of another system. */
export interface ForeignState {
  readonly title: string
  readonly stage: Stage
}

/** 办件状态 of 新点 (Epoint). */
const EPOINT = {
  '12': { title: '外网申报已提交', stage: '05' },
  '14': { title: '预审退回', stage: '06' },
  '16': { title: '预审通过', stage: '07' },
  '24': { title: '待接件', stage: '00' },
  '26': { title: '已接件', stage: '20' },
  '28': { title: '待补办', stage: '25' },
  '30': { title: '已受理', stage: '30' },
  '40': { title: '审批不通过', stage: '51' },
  '50': { title: '审批通过', stage: '50' },
  '90': { title: '正常办结', stage: '60' },
  '97': { title: '不予受理', stage: '80' },
  '98': { title: '撤销申请', stage: '83' },
  '99': { title: '异常终止', stage: '86' },
} as const satisfies Record<string, ForeignState>

/** 办件状态 of the Guangdong exchange. */
const GUANGDONG = {
  '0': { title: '在办', stage: '30' },
  '1': { title: '办结', stage: '60' },
  '2': { title: '作废', stage: '86' },
  '3': { title: '补交挂起', stage: '25' },
  '4': { title: '特别程序', stage: '45' },
  '5': { title: '暂存', stage: '00' },
  '6': { title: '已归档', stage: '90' },
} as const satisfies Record<string, ForeignState>

/** 环节 of the Guangdong standard. */
const GUANGDONG_STEPS = {
  SB: { title: '申办', stage: '20' },
  WSYSL: { title: '网上预受理', stage: '05' },
  SL: { title: '受理', stage: '30' },
  SPCL1: { title: '审批(承办)', stage: '40' },
  SPCL2: { title: '审批(审核)', stage: '41' },
  SPCL3: { title: '审批(批准)', stage: '42' },
  BJGZ: { title: '补交告知', stage: '25' },
  BJSL: { title: '补交受理', stage: '30' },
  TBCXSQ: { title: '特别程序申请', stage: '45' },
  TBCXJG: { title: '特别程序结果', stage: '40' },
  BJ: { title: '办结', stage: '60' },
  LQDJ: { title: '领取登记', stage: '70' },
} as const satisfies Record<string, ForeignState>
export type ForeignStep = keyof typeof GUANGDONG_STEPS

/** 办结类型 BJJGDM; 7 is one vendor's. */
const CLOSINGS = {
  '0': { title: '出证办结', stage: '60' },
  '1': { title: '退回办结', stage: '82' },
  '2': { title: '作废办结', stage: '86' },
  '3': { title: '删除办结', stage: '87' },
  '4': { title: '转报办结', stage: '85' },
  '5': { title: '补交不来办结', stage: '84' },
  '6': { title: '办结', stage: '60' },
  '7': { title: '纸质办结', stage: '60' },
} as const satisfies Record<string, ForeignState>

/** The lists an import may name. */
export const STATE_LISTS = {
  epoint: { title: '新点办件状态', states: EPOINT },
  guangdong: { title: '广东办件状态', states: GUANGDONG },
  'guangdong-steps': { title: '广东环节', states: GUANGDONG_STEPS },
  closing: { title: '办结类型', states: CLOSINGS },
} as const satisfies Record<string, { title: string; states: Record<string, ForeignState> }>
export type StateList = keyof typeof STATE_LISTS

/** What a code of a list means here; undefined when the list does not have it. */
export function foreignState(list: StateList, code: string): ForeignState | undefined {
  const states: Readonly<Record<string, ForeignState>> = STATE_LISTS[list].states
  return Object.hasOwn(states, code) ? states[code] : undefined
}

/** 办件状态 as it leaves this network: code to title. */
export const EXCHANGE_STATES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(GUANGDONG).map(([code, { title }]) => [code, title]),
)

/** 办件状态 of the Guangdong exchange for each stage. */
export const EXCHANGE_STATE: Readonly<Record<Stage, keyof typeof GUANGDONG>> = {
  '00': '5',
  '05': '5',
  '06': '5',
  '07': '5',
  '10': '5',
  '20': '0',
  '25': '3',
  '30': '0',
  '40': '0',
  '41': '0',
  '42': '0',
  '45': '4',
  '46': '0',
  '50': '0',
  '51': '0',
  '60': '1',
  '70': '1',
  '80': '1',
  '81': '1',
  '82': '1',
  '83': '1',
  '84': '1',
  '85': '1',
  '86': '2',
  '87': '2',
  '90': '6',
}

/** 业务动作 (GB/T 39046). */
export type ExchangeAction = '通过' | '退回' | '其他'

/**
 * The step of the Guangdong standard a fact belongs to, and its 业务动作 unless its own result says more.
 * Null for a fact that is no step of the standard: it is not exported.
 */
export const EXPORTED_STEPS: Readonly<
  Record<FactKind, { readonly step: ForeignStep; readonly action: ExchangeAction } | null>
> = {
  opened: null,
  captured: { step: 'SB', action: '其他' },
  submitted: { step: 'SB', action: '其他' },
  prereviewed: { step: 'WSYSL', action: '其他' },
  resubmitted: null,
  received: { step: 'SB', action: '其他' },
  rejected: { step: 'SL', action: '退回' },
  notified: { step: 'BJGZ', action: '其他' },
  supplemented: { step: 'BJSL', action: '通过' },
  lapsed: { step: 'BJ', action: '其他' },
  accepted: { step: 'SL', action: '通过' },
  settled: { step: 'SPCL3', action: '其他' },
  assigned: null,
  entrusted: null,
  handled: { step: 'SPCL1', action: '通过' },
  examined: { step: 'SPCL2', action: '通过' },
  'sent-back': { step: 'SPCL2', action: '退回' },
  suspended: { step: 'TBCXSQ', action: '其他' },
  resumed: { step: 'TBCXJG', action: '其他' },
  extended: null,
  reported: null,
  replied: { step: 'SPCL3', action: '其他' },
  decided: { step: 'SPCL3', action: '其他' },
  closed: { step: 'BJ', action: '通过' },
  concluded: null,
  delivered: { step: 'LQDJ', action: '其他' },
  archived: null,
  withdrawn: { step: 'BJ', action: '其他' },
  voided: { step: 'BJ', action: '其他' },
  prioritised: null,
  invited: null,
  charged: null,
  offered: null,
  retracted: null,
  taken: null,
  declined: null,
  reassigned: null,
  adopted: null,
  countersigned: null,
  dismissed: null,
  supplied: null,
  contacted: null,
  progressed: null,
  relayed: null,
  acknowledged: null,
  opined: null,
  met: null,
  verified: null,
  paid: null,
  refunded: null,
  waived: null,
  rated: null,
  renumbered: null,
  noted: null,
}

/** 业务动作 of a fact: what its own result says, otherwise what its kind means. */
export function actionOf(kind: FactKind, result: unknown): ExchangeAction {
  if (result === 'granted' || result === 'passed') return '通过'
  if (result === 'refused' || result === 'returned') return '退回'
  return EXPORTED_STEPS[kind]?.action ?? '其他'
}
