/** Transitions 14 to 21 of SOURCES.md 5.3: steps, special procedures, extension, reporting up, decision; and what the holder does beside them. */
import { TIERS, WINDOW_TIERS } from '#protocol/tiers.ts'
import type { Stage } from '../../course/stages.ts'
import type { GuardedKind } from '../../facts/facts.ts'
import type { GuardName } from '../guards.ts'
import type { Guard, ItemCondition, Transition } from '../transition.ts'
import {
  ART_38,
  ART_42,
  ART_43,
  ART_45,
  byHolder,
  CASEWORKERS,
  DECIDES,
  HANDLERS,
  STEP_SOURCE,
  stays,
  UNDER_WAY,
  WINDOW_STAFF,
} from './shared.ts'

/** A decision from the stage where it is due; refusing needs reasons and remedies. */
const decide = (from: readonly Stage[], given: ItemCondition, guards: readonly GuardName[]): readonly Transition[] =>
  (['granted', 'refused'] as const).map((is) => ({
    from,
    to: is === 'granted' ? '50' : '51',
    when: { field: 'result', is },
    given,
    needs: is === 'granted' ? [] : ['reasons', 'remedies'],
    tiers: WINDOW_TIERS,
    roles: HANDLERS,
    powers: ['examine'],
    guards,
    clock: DECIDES,
    offline: false,
    number: 21,
    source: is === 'granted' ? ART_42 : ART_38,
  }))

const reply = (is: string, to: Stage): Transition => ({
  from: ['46'],
  to,
  when: { field: 'result', is },
  tiers: WINDOW_TIERS,
  roles: HANDLERS,
  clock: to === '42' ? { stop: ['T43'], start: ["T4'", 'T3'] } : { stop: ['T2p', 'T2s', 'T43'], start: ["T4'", 'T5'] },
  offline: false,
  number: 20,
  source: ART_43,
})

const step = (from: Stage, to: Stage, given: ItemCondition, guards: readonly GuardName[]): Transition => ({
  from: [from],
  to,
  given,
  tiers: WINDOW_TIERS,
  roles: HANDLERS,
  guards,
  clock: { start: ['T3'] },
  offline: true,
  number: 14,
  source: STEP_SOURCE,
})

export const HANDLING = {
  assigned: byHolder({
    from: ['30'],
    to: '40',
    tiers: WINDOW_TIERS,
    roles: WINDOW_STAFF,
    clock: { start: ['T3'] },
    offline: true,
    number: 14,
    source: STEP_SOURCE,
  }),
  entrusted: byHolder({
    ...stays(
      ['10', '20', '25', ...UNDER_WAY, '45', '46', '50', '51', '60'],
      CASEWORKERS,
      null,
      '工作交接规则:人员变动须有交接清单',
      [],
    ),
    tiers: TIERS,
  }),
  handled: byHolder(
    step('40', '41', 'examined', ['decided-alone']),
    step('40', '42', 'unexamined', ['decided-alone']),
    step('40', '42', 'simple', ['decided-alone']),
  ),
  examined: byHolder(step('41', '42', 'stepped', ['another-person'])),
  'sent-back': byHolder(
    ...(['30', '40', '41'] as const).map(
      (is): Transition => ({
        from: (['40', '41', '42'] as const).filter((stage) => stage > is),
        to: is,
        when: { field: 'stage', is },
        tiers: WINDOW_TIERS,
        roles: HANDLERS,
        clock: is === '30' ? { stop: ['T3'] } : { start: ['T3'] },
        offline: false,
        number: 15,
        source: STEP_SOURCE,
      }),
    ),
  ),
  suspended: byHolder({
    from: ['40', '41', '42'],
    to: '45',
    tiers: WINDOW_TIERS,
    roles: HANDLERS,
    guards: ['procedure-allowed'],
    clock: { pause: true, start: ['T45'] },
    offline: false,
    number: 16,
    source: ART_45,
  }),
  resumed: byHolder({
    from: ['45'],
    to: 'back',
    tiers: WINDOW_TIERS,
    roles: HANDLERS,
    clock: { resume: true, stop: ['T45'] },
    offline: false,
    number: 17,
    source: ART_45,
  }),
  extended: byHolder(
    stays(
      UNDER_WAY,
      HANDLERS,
      18,
      '《行政许可法》第四十二条:经负责人批准可以延长一次',
      ['extended-once', 'extension-limit'],
      false,
    ),
  ),
  reported: byHolder({
    from: ['41', '42'],
    to: '46',
    tiers: WINDOW_TIERS,
    roles: HANDLERS,
    clock: { stop: ['T4', 'T3', "T4'"], start: ['T43'] },
    offline: false,
    number: 19,
    source: ART_43,
  }),
  replied: byHolder(reply('granted', '50'), reply('refused', '51'), reply('returned', '42'), {
    // 转报办结 closes the local step only: the answer is still recorded and told to the applicant.
    from: ['85'],
    to: null,
    tiers: WINDOW_TIERS,
    roles: HANDLERS,
    clock: { stop: ['T43'], start: ["T4'"] },
    offline: false,
    number: 20,
    source: ART_43,
  }),
  decided: byHolder(
    ...decide(['30'], 'simple', ['upper-level-answered', 'discretion-chosen', 'co-departments-answered']),
    ...decide(['42'], 'stepped', [
      'upper-level-answered',
      'another-person',
      'discretion-chosen',
      'co-departments-answered',
    ]),
    ...decide(['42'], 'simple', ['upper-level-answered', 'discretion-chosen', 'co-departments-answered']),
  ),
  // What a department decided in its own vertical system is written down here, never decided again (SOURCES.md 9.3).
  concluded: byHolder(
    ...(['granted', 'refused'] as const).map(
      (is): Transition => ({
        from: UNDER_WAY,
        to: '60',
        when: { field: 'result', is },
        needs: ['occurredOn'],
        tiers: WINDOW_TIERS,
        roles: WINDOW_STAFF,
        powers: ['examine'],
        guards: ['co-departments-answered', 'fees-settled'],
        clock: DECIDES,
        offline: true,
        number: null,
        source: '补录规则:在部门垂直系统办结的办件,按原系统的记录补录并注明来源系统',
      }),
    ),
  ),
  prioritised: byHolder(
    stays(['20', '25', ...UNDER_WAY], WINDOW_STAFF, null, '绿色通道规则:按目录或经批准,指定联络员', ['green-rule']),
  ),
  invited: byHolder(
    stays(['20', ...UNDER_WAY], WINDOW_STAFF, null, '《行政许可法》第二十六条:统一办理、联合办理', ['due-ahead']),
  ),
  charged: byHolder(
    stays(
      ['20', '25', ...UNDER_WAY, '50', '51'],
      WINDOW_STAFF,
      null,
      '《行政许可法》第五十八条、第五十九条:收费须有法律、行政法规依据,按公布的标准',
      ['fee-listed', 'fee-standard'],
    ),
  ),
} as const satisfies Partial<Record<GuardedKind, Guard>>
