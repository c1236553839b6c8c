/** How other systems name stages and endings (SOURCES.md 5.2), mapped to and from this network's stages. */
import type { Stage } from '../case.ts'
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
export function exchangeState(stage: Stage): keyof typeof GUANGDONG {
  if (stage < '20') return '5'
  if (stage === '25') return '3'
  if (stage === '45') return '4'
  if (stage === '86' || stage === '87') return '2'
  if (stage === '90') return '6'
  return stage < '60' ? '0' : '1'
}

/** The step of the Guangdong standard a fact belongs to; facts that are no step of it are not exported. */
export const EXPORTED_STEPS: Readonly<Partial<Record<FactKind, ForeignStep>>> = {
  submitted: 'SB',
  captured: 'SB',
  received: 'SB',
  prereviewed: 'WSYSL',
  rejected: 'SL',
  accepted: 'SL',
  notified: 'BJGZ',
  supplemented: 'BJSL',
  handled: 'SPCL1',
  examined: 'SPCL2',
  'sent-back': 'SPCL2',
  decided: 'SPCL3',
  replied: 'SPCL3',
  settled: 'SPCL3',
  suspended: 'TBCXSQ',
  resumed: 'TBCXJG',
  lapsed: 'BJ',
  closed: 'BJ',
  withdrawn: 'BJ',
  voided: 'BJ',
  delivered: 'LQDJ',
}

/** 业务动作 (GB/T 39046). */
export type ExchangeAction = '通过' | '退回' | '其他'

const PASSING: readonly FactKind[] = ['accepted', 'supplemented', 'handled', 'examined', 'closed']
const RETURNING: readonly FactKind[] = ['sent-back', 'rejected']

/** 业务动作 of a fact: what its own result says, otherwise what its kind means. */
export function actionOf(kind: FactKind, result: unknown): ExchangeAction {
  if (result === 'granted' || result === 'passed') return '通过'
  if (result === 'refused' || result === 'returned') return '退回'
  if (PASSING.includes(kind)) return '通过'
  return RETURNING.includes(kind) ? '退回' : '其他'
}
