/** The order in which acts are offered: the first allowed one is the natural next. */
import type { GuardedKind } from '../facts/facts.ts'

/** Every guarded fact in the order in which a person meets it, and whether it is offered as an act of the whole case. */
const IS_OFFERED: Readonly<Record<GuardedKind, boolean>> = {
  received: true,
  captured: true,
  submitted: true,
  prereviewed: true,
  resubmitted: true,
  settled: true,
  accepted: true,
  supplemented: true,
  decided: true,
  assigned: true,
  handled: true,
  examined: true,
  replied: true,
  resumed: true,
  closed: true,
  delivered: true,
  archived: true,
  taken: true,
  declined: true,
  offered: true,
  retracted: true,
  notified: true,
  rejected: true,
  'sent-back': true,
  suspended: true,
  extended: true,
  reported: true,
  invited: true,
  charged: true,
  prioritised: true,
  entrusted: true,
  lapsed: true,
  concluded: true,
  withdrawn: true,
  reassigned: true,
  voided: true,
  // A case is opened before there is anything to offer; an adoption is offered beside the fact it is about.
  opened: false,
  adopted: false,
  countersigned: false,
}

export const OFFERED_KINDS = (Object.keys(IS_OFFERED) as GuardedKind[]).filter((kind) => IS_OFFERED[kind])
