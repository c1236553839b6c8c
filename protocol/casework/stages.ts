/** The one transition table: which guarded fact may follow at which stage, where, by whom, and why the law says so. */
import type { Stage } from './case.ts'
import type { Role, Tier } from './directory.ts'
import { FACT_KINDS, FACTS, type FactKind, type FieldValue } from './facts.ts'

/** Facts that change stage or custody. */
export type GuardedKind = {
  [Kind in FactKind]: (typeof FACTS)[Kind]['guarded'] extends true ? Kind : never
}[FactKind]

/** One way a guarded fact may take effect. */
export interface Transition {
  /** Stages it leads from; none for the fact that begins a case. */
  readonly from: readonly Stage[]
  /** The stage it leads to; null when only custody changes. */
  readonly to: Stage | null
  /** The transition holds only for this value of a field. */
  readonly when?: { readonly field: string; readonly is: string }
  /** Fields this transition needs although the fact's own rule leaves them open. */
  readonly needs?: readonly string[]
  /** Tiers whose stations may do it. */
  readonly tiers: readonly Tier[]
  /** Roles of people who may do it at such a station. */
  readonly roles: readonly Role[]
  /** Number of the transition in casework.md section 5.3; null for custody (sync.md section 8). */
  readonly number: number | null
  /** Where the rule comes from, for people. */
  readonly source: string
}

/** Who may write a guarded fact and what an open transfer means for it. */
export interface Guard {
  /** The holder, the station the open transfer names, the root's coordinator, or whoever begins the case. */
  readonly writer: 'holder' | 'receiver' | 'root' | 'opener'
  /** Whether a transfer must be open, must not be open, or does not matter. */
  readonly offer: 'open' | 'closed' | 'either'
  readonly transitions: readonly Transition[]
}

const EVERYWHERE = ['village', 'township', 'county'] as const satisfies readonly Tier[]
const WINDOWS = ['township', 'county'] as const satisfies readonly Tier[]
const CASEWORKERS = ['agent', 'clerk', 'handler', 'chief'] as const satisfies readonly Role[]
const WINDOW_STAFF = ['clerk', 'handler', 'chief'] as const satisfies readonly Role[]
const DECIDERS = ['handler', 'chief'] as const satisfies readonly Role[]
const BEFORE_DELIVERY = ['00', '10', '20', '30', '50', '51', '60'] as const satisfies readonly Stage[]

const CUSTODY_SOURCE = '移交签收规则:一件一主办,移交须经签收'

/** A guard whose transition moves custody and leaves the stage as it is. */
const moveCustody = (
  writer: Guard['writer'],
  offer: Guard['offer'],
  roles: readonly Role[],
  source: string,
): Guard => ({
  writer,
  offer,
  transitions: [{ from: BEFORE_DELIVERY, to: null, tiers: EVERYWHERE, roles, number: null, source }],
})

/** A guard of a fact the holder writes while no transfer is open. */
const byHolder = (...transitions: Transition[]): Guard => ({ writer: 'holder', offer: 'closed', transitions })

/**
 * Every guarded fact. A further transition of casework.md 5.3 is one more line here
 * (and, where it is a new act, one more fact in facts.ts); fold and acts read nothing else.
 */
export const TRANSITIONS: Readonly<Record<GuardedKind, Guard>> = {
  opened: {
    writer: 'opener',
    offer: 'either',
    transitions: [
      { from: [], to: '00', tiers: EVERYWHERE, roles: CASEWORKERS, number: 1, source: '办件流程第1项:新建' },
    ],
  },
  captured: byHolder({
    from: ['00'],
    to: '10',
    tiers: ['village'],
    roles: ['agent'],
    number: 2,
    source: '《行政许可法》第二十九条:可以委托代理人提出申请',
  }),
  received: byHolder(
    {
      from: ['10'],
      to: '20',
      tiers: WINDOWS,
      roles: WINDOW_STAFF,
      number: 3,
      source: '《行政许可法》第三十二条:收到申请材料之日起计算',
    },
    {
      from: ['00'],
      to: '20',
      tiers: WINDOWS,
      roles: WINDOW_STAFF,
      number: 4,
      source: '《行政许可法》第三十二条:收到申请材料之日起计算',
    },
  ),
  accepted: byHolder({
    from: ['20'],
    to: '30',
    tiers: WINDOWS,
    roles: WINDOW_STAFF,
    number: 11,
    source: '《行政许可法》第三十二条第一款第五项:材料齐全应当受理',
  }),
  decided: byHolder(
    {
      from: ['30'],
      to: '50',
      when: { field: 'result', is: 'granted' },
      tiers: WINDOWS,
      roles: DECIDERS,
      number: 21,
      source: '《行政许可法》第四十二条:受理之日起在法定期限内作出决定',
    },
    {
      from: ['30'],
      to: '51',
      when: { field: 'result', is: 'refused' },
      needs: ['reasons'],
      tiers: WINDOWS,
      roles: DECIDERS,
      number: 21,
      source: '《行政许可法》第三十八条:不予许可应当书面说明理由并告知救济途径',
    },
  ),
  closed: byHolder({
    from: ['50', '51'],
    to: '60',
    tiers: WINDOWS,
    roles: DECIDERS,
    number: 22,
    source: '《行政许可法》第四十四条:决定之日起十日内颁发、送达证件',
  }),
  delivered: byHolder({
    from: ['60'],
    to: '70',
    tiers: EVERYWHERE,
    roles: CASEWORKERS,
    number: 23,
    source: '《行政许可法》第四十四条:决定之日起十日内颁发、送达证件',
  }),
  offered: moveCustody('holder', 'closed', CASEWORKERS, CUSTODY_SOURCE),
  retracted: moveCustody('holder', 'open', CASEWORKERS, CUSTODY_SOURCE),
  taken: moveCustody('receiver', 'open', CASEWORKERS, CUSTODY_SOURCE),
  declined: moveCustody('receiver', 'open', CASEWORKERS, CUSTODY_SOURCE),
  reassigned: moveCustody('root', 'either', ['coordinator'], '改派规则:县中心协调员可以改派主办站点'),
  // What an adoption does to the stage is ruled by the adopted fact's own lines.
  adopted: moveCustody('holder', 'closed', CASEWORKERS, '暂不生效记录由主办站点采纳或不采纳'),
}

export const GUARDED_KINDS = FACT_KINDS.filter((kind): kind is GuardedKind => FACTS[kind].guarded)

export const isGuarded = (kind: FactKind): kind is GuardedKind => FACTS[kind].guarded

/** Facts that may be adopted once they were set aside: those that move a begun case to another stage. */
export const isAdoptable = (kind: FactKind): kind is GuardedKind =>
  isGuarded(kind) && TRANSITIONS[kind].transitions.some(({ from, to }) => from.length > 0 && to !== null)

/**
 * The transition a fact would take; undefined when stage or tier do not allow it.
 * Without fields (nothing typed yet) the first transition that could apply is meant.
 */
export function findTransition(
  kind: GuardedKind,
  stage: Stage,
  tier: Tier | undefined,
  fields?: Readonly<Record<string, FieldValue>>,
): Transition | undefined {
  if (tier === undefined) return undefined
  for (const transition of TRANSITIONS[kind].transitions) {
    if (!transition.from.includes(stage) || !transition.tiers.includes(tier)) continue
    const { when } = transition
    if (when === undefined || fields === undefined || fields[when.field] === when.is) return transition
  }
  return undefined
}

/** The first field a transition needs and the fact leaves blank; undefined when none is missing. */
export const missingField = (
  transition: Transition,
  fields: Readonly<Record<string, FieldValue>>,
): string | undefined =>
  transition.needs?.find((name) => {
    const value = fields[name]
    return typeof value !== 'string' || value.trim() === ''
  })
