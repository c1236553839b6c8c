/** When a contribution makes sense: whoever has nothing to answer is not offered to answer. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { CaseState } from '../case.ts'
import type { Invitation } from '../course/course.ts'
import { hasEnded } from '../course/stages.ts'
import type { ContributionKind } from '../facts/facts.ts'
import { awaitedMaterials } from './complete.ts'

/** What there is to say at this moment: nothing, something about the case, or something about single facts of it. */
export type Occasion = 'none' | 'case' | readonly EntryHash[]

/** Who might contribute: the station, and code and names of the person's department. */
export interface Contributor {
  readonly station: StationCode
  readonly departments: readonly string[]
  /** Whether another case is known here to have the same number. */
  readonly numberIsShared: boolean
}

type When = (state: CaseState, contributor: Contributor) => Occasion

const wheneverOpen: When = ({ stage }) => (hasEnded(stage) || stage === '00' ? 'none' : 'case')

const onFees =
  (settled: boolean): When =>
  ({ fees }) =>
    fees
      .filter(({ paid, refunded, waived }) => (paid !== null) === settled && refunded === null && waived === null)
      .map(({ fact }) => fact)

/**
 * Notices a person may answer: those to the station, by people of the department that was asked.
 * People of a hall without a department answer for those elsewhere, never for a department beside their own lead.
 */
const onNotices =
  (isOpen: (notice: Invitation) => boolean): When =>
  ({ invitations, holder }, { station, departments }) =>
    invitations
      .filter((notice) => notice.to === station && isOpen(notice))
      .filter(({ to, department }) => (departments.length === 0 ? to !== holder : departments.includes(department)))
      .map(({ fact }) => fact)

const WHEN: Readonly<Record<ContributionKind, When>> = {
  noted: () => 'case',
  renumbered: ({ number }, { numberIsShared }) => (numberIsShared || number === '' ? 'case' : 'none'),
  dismissed: ({ story }) =>
    story.filter(({ aside }) => aside !== null && aside.resolved === null).map(({ hash }) => hash),
  supplied: (state, contributor) =>
    state.stage === '25' ||
    (awaitedMaterials(state, undefined).length > 0 && wheneverOpen(state, contributor) === 'case')
      ? 'case'
      : 'none',
  contacted: wheneverOpen,
  progressed: (state, contributor) => (state.agency === null ? 'none' : wheneverOpen(state, contributor)),
  relayed: ({ report, result, stage }) =>
    report !== null && report.relayed === null && (result !== null || stage === '85') ? 'case' : 'none',
  acknowledged: onNotices(({ read }) => read === null),
  opined: onNotices(({ opinion }) => opinion === null),
  met: (state, contributor) => (state.invitations.length === 0 ? 'none' : wheneverOpen(state, contributor)),
  verified: wheneverOpen,
  paid: onFees(false),
  refunded: onFees(true),
  waived: ({ fees }, { station }) =>
    fees.filter((fee) => fee.station === station && fee.paid === null && fee.waived === null).map(({ fact }) => fact),
  rated: ({ stage, story }) =>
    ['60', '70', '90', '80', '81', '82', '83', '84', '85'].includes(stage) &&
    story.every(({ kind }) => kind !== 'rated')
      ? 'case'
      : 'none',
}

/** What somebody could contribute of a kind now. */
export const occasionFor = (kind: ContributionKind, state: CaseState, contributor: Contributor): Occasion =>
  WHEN[kind](state, contributor)
