/** Four eyes (复核): which acts wait for a second person, who signs in as herself, and who that may be. */
import type { Course } from '../course/course.ts'
import type { ClockId } from '../course/spans.ts'
import type { Role, Service, Staff } from '../directory.ts'
import type { Fields, GuardedKind } from '../facts/facts.ts'
import { filled } from '../facts/values.ts'
import type { Day } from '../time/days.ts'
import type { Transition } from './transition.ts'
import { WINDOW_STAFF } from './transitions/shared.ts'

/** A reason why an act needs a second person. */
export interface Second {
  /** The field in which the act itself asks who that is; otherwise `proposedTo`. */
  readonly named?: string
  readonly roles: readonly Role[]
  /** What is asked for is an approval: whoever may give it needs nobody else. */
  readonly isApproval?: true
}

const approval = (named: string): Second => ({ named, roles: ['chief'], isApproval: true })

/**
 * Acts that need one whatever their day. Sources: the actors of SOURCES.md 5.3; 行政许可法 art. 42 (the head of the organ
 * approves an extension), art. 45 as real systems have it (批准人), art. 32 para. 1 no. 4 (one notice).
 */
const SECONDS: Readonly<Partial<Record<GuardedKind, Second>>> = {
  voided: { named: 'second', roles: ['coordinator', 'chief'] },
  lapsed: { named: 'confirmer', roles: WINDOW_STAFF },
  suspended: approval('approver'),
  extended: approval('approver'),
  prioritised: approval('approver'),
  notified: approval('approver'),
}

/**
 * Clocks that the law or the promise gives the office for its answer: an earlier day at which one stops is worth a second pair
 * of eyes. Of delivery (clock T5) the recipient signs the day; the others are the office's own among itself.
 */
const KEPT: readonly ClockId[] = ['T1', 'T2p', 'T2s', 'T4']

/** Whether an act ends, or lets stand still, a clock that runs and that the office has to keep. */
const stopsClock = ({ clock }: Transition, { spans }: Pick<Course, 'spans'>): boolean =>
  KEPT.some((id) => spans[id]?.stop === null && (clock?.pause === true || clock?.stop?.includes(id) === true))

/** An act at the place where it would take effect. */
export interface Act {
  readonly kind: GuardedKind
  readonly course: Pick<Course, 'spans' | 'notice'>
  readonly transition: Transition
  /** Whether it counts for an earlier day than that on which it is written. */
  readonly isBackdated: boolean
}

/** Why an act needs a second person; empty when it needs none. */
export function secondsFor({ kind, course, transition, isBackdated }: Act): readonly Second[] {
  const own = SECONDS[kind]
  // The first notice needs nobody.
  const always = own === undefined || (kind === 'notified' && course.notice === null) ? [] : [own]
  const isLate = isBackdated && stopsClock(transition, course)
  return isLate ? [...always, { roles: transition.roles }] : always
}

const hasOne = (held: readonly Role[] | null, asked: readonly Role[]): boolean =>
  held === null || held.some((role) => asked.includes(role))

/** Whether somebody with these roles may do it alone; null: the county has published nobody. */
export const mayAlone = (seconds: readonly Second[], roles: readonly Role[] | null): boolean =>
  seconds.every(({ roles: asked, isApproval }) => isApproval === true && hasOne(roles, asked))

/** Whether a second signature of somebody with these roles counts; beside what needs none, that of whoever could do it. */
export const maySecond = (
  seconds: readonly Second[],
  transition: Pick<Transition, 'roles'>,
  roles: readonly Role[] | null,
): boolean => (seconds.length === 0 ? [transition] : seconds).every(({ roles: asked }) => hasOne(roles, asked))

/** Whether a fact waits for a second person by its own word (rule C153). */
export const isProposal = ({ proposedTo }: Fields): boolean => filled(proposedTo)

/** People with a service today that fits, in a role that is asked for, whose account is in use. */
export const couldSecond = (
  staffs: readonly Staff[],
  seconds: readonly Second[],
  today: Day,
  fits: (service: Service) => boolean,
): readonly Staff[] =>
  staffs.filter(
    ({ service, disabled }) =>
      disabled.at(-1)?.until !== null &&
      service.some(
        (one) =>
          (one.until === null || one.until >= today) &&
          fits(one) &&
          seconds.every(({ roles: asked }) => hasOne(one.roles, asked)),
      ),
  )
