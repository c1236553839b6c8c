/** When a contribution makes sense: whoever has nothing to answer is not offered to answer. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import { type CaseState, ENDED } from './case.ts'
import type { FactKind } from './facts.ts'
import type { GuardedKind } from './transition.ts'

export type ContributionKind = Exclude<FactKind, GuardedKind>

/** What there is to say at this moment: nothing, something about the case, or something about single facts of it. */
export type Occasion = 'none' | 'case' | readonly EntryHash[]

type When = (state: CaseState, station: StationCode) => Occasion

const wheneverOpen: When = ({ stage }) => (ENDED.includes(stage) || stage === '00' ? 'none' : 'case')

const onFees =
  (settled: boolean): When =>
  ({ fees }) =>
    fees
      .filter(({ paid, refunded, waived }) => (paid !== null) === settled && refunded === null && waived === null)
      .map(({ fact }) => fact)

const WHEN: Readonly<Record<ContributionKind, When>> = {
  noted: () => 'case',
  dismissed: ({ story }) =>
    story.filter(({ aside }) => aside !== null && aside.resolved === null).map(({ hash }) => hash),
  supplied: ({ stage }) => (stage === '25' ? 'case' : 'none'),
  contacted: wheneverOpen,
  progressed: (state, station) => (state.agency === null ? 'none' : wheneverOpen(state, station)),
  relayed: ({ report, result, stage }) =>
    report !== null && report.relayed === null && (result !== null || stage === '85') ? 'case' : 'none',
  acknowledged: ({ invitations }, station) =>
    invitations.filter(({ to, read }) => to === station && read === null).map(({ fact }) => fact),
  opined: ({ invitations }, station) =>
    invitations.filter(({ to, opinion }) => to === station && opinion === null).map(({ fact }) => fact),
  met: (state, station) => (state.invitations.length === 0 ? 'none' : wheneverOpen(state, station)),
  verified: (state, station) => wheneverOpen(state, station),
  paid: onFees(false),
  refunded: onFees(true),
  waived: ({ fees }, station) =>
    fees.filter((fee) => fee.station === station && fee.paid === null && fee.waived === null).map(({ fact }) => fact),
  rated: ({ stage, story }) =>
    ['60', '70', '90', '80', '81', '82', '83', '84', '85'].includes(stage) &&
    story.every(({ kind }) => kind !== 'rated')
      ? 'case'
      : 'none',
}

/** What a station could contribute of a kind now. */
export const occasionFor = (kind: ContributionKind, state: CaseState, station: StationCode): Occasion =>
  WHEN[kind](state, station)
