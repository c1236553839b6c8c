/** Transitions 22 to 26 of SOURCES.md 5.3: closing, delivery, archive, withdrawal, voiding; and custody. */
import { TIERS, WINDOW_TIERS } from '#protocol/tiers.ts'
import type { Role } from '../../directory.ts'
import type { GuardedKind } from '../../facts/facts.ts'
import type { ClockEffect, Guard, Transition } from '../transition.ts'
import {
  ART_43,
  ART_44,
  BEFORE_ARCHIVE,
  BEFORE_DECISION,
  byHolder,
  CASEWORKERS,
  CUSTODY_SOURCE,
  ENDS,
  HANDLERS,
  PASSED_ON,
  WINDOW_STAFF,
} from './shared.ts'

/** A guard whose transition moves custody and leaves the stage as it is. */
const moveCustody = (
  writer: Guard['writer'],
  offer: Guard['offer'],
  roles: readonly Role[],
  source: string,
  clock: ClockEffect,
): Guard => ({
  writer,
  offer,
  transitions: [{ from: BEFORE_ARCHIVE, to: null, tiers: TIERS, roles, clock, offline: true, number: null, source }],
})

export const ENDING = {
  closed: byHolder(
    {
      from: ['50', '51'],
      to: '60',
      tiers: WINDOW_TIERS,
      roles: WINDOW_STAFF,
      guards: ['fees-settled', 'closing-fits'],
      offline: false,
      number: 22,
      source: ART_44,
    },
    {
      from: ['46'],
      to: '85',
      when: { field: 'closing', is: '4' },
      tiers: WINDOW_TIERS,
      roles: HANDLERS,
      clock: PASSED_ON,
      offline: false,
      number: 22,
      source: ART_43,
    },
  ),
  delivered: byHolder(
    ...([{ tiers: WINDOW_TIERS }, { tiers: ['village'], given: 'village-delivers' }] as const).map(
      (place): Transition => ({
        from: ['60'],
        to: '70',
        ...place,
        roles: CASEWORKERS,
        guards: ['recipient-related'],
        clock: { stop: ['T5'] },
        offline: true,
        number: 23,
        source: ART_44,
      }),
    ),
  ),
  archived: byHolder({
    from: ['70', '80', '81', '82', '83', '84', '85'],
    to: '90',
    tiers: WINDOW_TIERS,
    roles: WINDOW_STAFF,
    guards: ['papers-complete', 'answer-relayed'],
    // Facts of former programs were filed when the applicant had been told anything at all, also without a reply.
    clock: { stop: ['T43'] },
    offline: true,
    number: 24,
    source: '归档规则:必备文书齐全方可归档',
  }),
  withdrawn: byHolder({
    from: BEFORE_DECISION,
    to: '83',
    tiers: TIERS,
    roles: CASEWORKERS,
    guards: ['written-request'],
    clock: ENDS,
    offline: true,
    number: 25,
    source: '申请人可以在作出决定前书面撤回申请',
  }),
  voided: {
    writer: 'root',
    offer: 'either',
    transitions: (['void', 'error'] as const).map((is) => ({
      from: BEFORE_ARCHIVE,
      to: is === 'void' ? '86' : '87',
      when: { field: 'as', is },
      tiers: TIERS,
      roles: ['coordinator'],
      guards: ['second-person'],
      clock: ENDS,
      offline: true,
      number: 26,
      source: '作废规则:作废、误录须有理由和复核人,记录永久保留',
    })),
  },
  offered: moveCustody('holder', 'closed', CASEWORKERS, CUSTODY_SOURCE, { start: ['T6'] }),
  retracted: moveCustody('holder', 'open', CASEWORKERS, CUSTODY_SOURCE, { stop: ['T6'] }),
  taken: moveCustody('receiver', 'open', CASEWORKERS, CUSTODY_SOURCE, { stop: ['T6'] }),
  declined: moveCustody('receiver', 'open', CASEWORKERS, CUSTODY_SOURCE, { stop: ['T6'] }),
  reassigned: moveCustody('root', 'either', ['coordinator'], '改派规则:县中心协调员可以改派主办站点', { stop: ['T6'] }),
  // What a countersignature does to the stage is ruled by the fact that waited for it (rules/four-eyes.ts).
  countersigned: moveCustody(
    'holder-or-root',
    'either',
    [...CASEWORKERS, 'coordinator', 'supervisor'],
    '复核规则:须两人办理的事项,由第二人登录本人账号复核后生效',
    {},
  ),
  // What an adoption does to the stage is ruled by the adopted fact's own lines.
  adopted: moveCustody('holder', 'closed', CASEWORKERS, '暂不生效记录由主办站点采纳或不采纳', {}),
} as const satisfies Partial<Record<GuardedKind, Guard>>
