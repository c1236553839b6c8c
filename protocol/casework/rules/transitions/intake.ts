/** Transitions 1 to 13 of SOURCES.md 5.3: from the draft to acceptance, refusal to accept, or deciding on the spot. */
import { TIERS, WINDOW_TIERS } from '#protocol/tiers.ts'
import type { Decision } from '../../codes.ts'
import type { Stage } from '../../course/stages.ts'
import type { GuardedKind } from '../../facts/facts.ts'
import type { GuardName } from '../guards.ts'
import type { Guard, Transition } from '../transition.ts'
import {
  ACCEPTS,
  ART_29,
  ART_32,
  ART_32_4,
  ART_32_5,
  byHolder,
  CASEWORKERS,
  ENDS,
  RECEIVERS,
  STARTS_FIVE_DAYS,
  WINDOW_STAFF,
} from './shared.ts'

/** Receiving at a window; where a village is a receiving point of the agency, there as well. */
const receive = (from: Stage, number: number, guards: readonly GuardName[] = []): readonly Transition[] => {
  const one = {
    from: [from],
    to: '20',
    roles: RECEIVERS,
    powers: ['accept'],
    guards,
    clock: STARTS_FIVE_DAYS,
    offline: true,
    number,
    source: `${ART_32}:收到申请材料之日起计算`,
  } as const
  return [
    { ...one, tiers: WINDOW_TIERS, roles: WINDOW_STAFF },
    { ...one, tiers: ['village'], given: 'village-receives' },
  ]
}

const CAPTURE = {
  from: ['00'],
  to: '10',
  roles: ['agent', 'clerk'],
  offline: true,
  number: 2,
  source: ART_29,
} as const satisfies Partial<Transition>

const NOTIFY = {
  tiers: TIERS,
  roles: RECEIVERS,
  powers: ['accept'],
  offline: true,
  number: 8,
  source: ART_32_4,
} as const satisfies Partial<Transition>

const reject = (outcome: string, to: Stage, source: string): Transition => ({
  from: ['20'],
  to,
  when: { field: 'outcome', is: outcome },
  needs: outcome === 'not-required' ? [] : outcome === 'not-competent' ? ['organ', 'remedies'] : ['remedies'],
  tiers: TIERS,
  roles: RECEIVERS,
  powers: ['accept'],
  clock: ENDS,
  offline: true,
  number: 7,
  source,
})

const settle = (is: Decision): Transition => ({
  from: ['20'],
  to: '60',
  when: { field: 'result', is },
  needs: is === 'granted' ? [] : ['reasons', 'remedies'],
  tiers: TIERS,
  roles: RECEIVERS,
  powers: ['accept', 'examine'],
  guards: ['immediate-item', 'fees-settled'],
  clock: { stop: ['T1'], start: ['T5'] },
  offline: true,
  number: 13,
  source: '《行政许可法》第三十四条:能够当场作出决定的,应当当场作出',
})

export const INTAKE = {
  opened: {
    writer: 'opener',
    offer: 'either',
    transitions: [
      {
        from: [],
        to: '00',
        tiers: TIERS,
        roles: CASEWORKERS,
        offline: true,
        number: 1,
        source: '办件流程第1项:新建',
      },
    ],
  },
  captured: byHolder(
    { ...CAPTURE, tiers: ['village'], given: 'capture-starts', clock: { start: ['T0', 'T1'] } },
    { ...CAPTURE, tiers: ['village', 'township'], clock: { start: ['T0'] } },
  ),
  submitted: byHolder({
    from: ['00'],
    to: '05',
    tiers: WINDOW_TIERS,
    roles: WINDOW_STAFF,
    offline: true,
    number: 5,
    source: '《行政许可法》第二十九条:可以通过电子数据交换等方式提出申请',
  }),
  prereviewed: byHolder(
    ...(['passed', 'returned'] as const).map(
      (is): Transition => ({
        from: ['05'],
        to: is === 'passed' ? '07' : '06',
        when: { field: 'result', is },
        tiers: WINDOW_TIERS,
        roles: WINDOW_STAFF,
        offline: true,
        number: 5,
        source: '网上预审规则:预审结果告知申请人',
      }),
    ),
  ),
  resubmitted: byHolder({
    from: ['06'],
    to: '05',
    tiers: WINDOW_TIERS,
    roles: WINDOW_STAFF,
    offline: true,
    number: 5,
    source: '网上预审规则:退回后可以修改再提交',
  }),
  received: byHolder(...receive('10', 3), ...receive('00', 4), ...receive('07', 6, ['originals-seen'])),
  rejected: byHolder(
    reject('not-required', '81', `${ART_32}第一款第一项:依法不需要办理的,即时告知不受理`),
    reject('not-competent', '80', `${ART_32}第一款第二项:不属于本机关职权的,即时不予受理并告知应当申请的机关`),
    reject('returned', '82', `${ART_32}:不予受理应当出具加盖专用印章和注明日期的书面凭证`),
  ),
  // A second notice is against the law's once; where it is unavoidable, somebody answers for it and supervision sees it.
  notified: byHolder(
    { ...NOTIFY, from: ['20'], to: '25', clock: { stop: ['T1'], start: ["T1'"] } },
    { ...NOTIFY, from: ['25'], to: null, guards: ['first-notice'], clock: { start: ["T1'"] } },
  ),
  supplemented: byHolder({
    from: ['25'],
    to: '30',
    tiers: TIERS,
    roles: RECEIVERS,
    powers: ['accept'],
    guards: ['all-supplied'],
    clock: ACCEPTS,
    offline: true,
    number: 9,
    source: ART_32_5,
  }),
  lapsed: byHolder({
    from: ['25'],
    to: '84',
    tiers: WINDOW_TIERS,
    roles: WINDOW_STAFF,
    guards: ['notice-expired', 'contact-attempted', 'confirmed-by-another'],
    clock: ENDS,
    offline: true,
    number: 10,
    source: '补正告知规则:期满未补并经联系、确认后办结',
  }),
  accepted: byHolder(
    {
      from: ['20'],
      to: '30',
      tiers: TIERS,
      roles: RECEIVERS,
      powers: ['accept'],
      guards: ['deferrable'],
      clock: ACCEPTS,
      offline: true,
      number: 11,
      source: ART_32_5,
    },
    // 逾期视为受理 is derived, not written; its written notice still has to be issued.
    {
      from: ['30'],
      to: null,
      tiers: TIERS,
      roles: RECEIVERS,
      powers: ['accept'],
      guards: ['deemed-unconfirmed'],
      offline: true,
      number: 12,
      source: `${ART_32}:逾期不告知的,自收到申请材料之日起即为受理`,
    },
  ),
  settled: byHolder(settle('granted'), settle('refused')),
} as const satisfies Partial<Record<GuardedKind, Guard>>
