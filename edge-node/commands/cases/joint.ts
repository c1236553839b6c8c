/** Joint handling (联办) as a co-department's station meets it: which notices were sent to it. */
import { appendAll } from '#protocol/append-all.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Invitation } from '#protocol/casework/course/course.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import type { StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** Stages in which a notice may wait for its answer. */
const JOINT_STAGES = ['20', '25', '30', '40', '41', '42', '45', '46']

/** A notice with the case it is about. */
export interface JointNotice {
  readonly row: CaseRow
  readonly state: CaseState
  readonly invitation: Invitation
}

export interface JointNotices {
  readonly notices: readonly JointNotice[]
  /** Whether there may be more: the search ends at a bound. */
  readonly cut: boolean
}

const byDue = (one: JointNotice, other: JointNotice): number => (one.invitation.due < other.invitation.due ? -1 : 1)

/** Notices to a station, the earliest due first; lists know which cases are joint, the cases know who was asked. */
export async function noticesTo(office: Office, station: StationCode): Promise<JointNotices> {
  const notices: JointNotice[] = []
  let after: string | undefined
  for (let seen = 0; seen < LIMITS.feeSearchRows; seen += LIMITS.pageRows) {
    const found = await office.find({ stages: JOINT_STAGES, ...(after ? { after } : {}) })
    for (const row of found.rows.filter(({ kinds }) => kinds.includes('joint'))) {
      const state = await office.state(row.id)
      if (!state.ok) continue
      const own = state.value.invitations.filter(({ to }) => to === station)
      appendAll(
        notices,
        own.map((invitation) => ({ row, state: state.value, invitation })),
      )
    }
    if (found.next === null) return { notices: notices.toSorted(byDue), cut: false }
    after = found.next
  }
  return { notices: notices.toSorted(byDue), cut: true }
}
