/** All open work of a person on one list, given and taken (工作交接). */
import { RECORD_UNKNOWN } from '#edge-node/commands/refusals.ts'
import { hasRole, mayEdit } from '#edge-node/commands/roles.ts'
import { appendAll } from '#protocol/append-all.ts'
import { OPEN_STAGES } from '#protocol/casework/course/stages.ts'
import type { Handover } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, failure, success } from '#protocol/result.ts'
import { type Kept, keep, NOT_KEPT, newHead, ownRecord, successorProblem, textProblem } from './records.ts'

/** The open cases of a person at the actor's station, at most as many as one list holds. */
export async function openWork(office: Office, actor: Actor, person: PersonId): Promise<readonly CaseRow[]> {
  const rows: CaseRow[] = []
  let after: string | undefined
  do {
    const query = { assignees: [person], holders: [actor.station], stages: OPEN_STAGES, order: 'due' } as const
    const found = await office.find({ ...query, ...(after === undefined ? {} : { after }) })
    appendAll(rows, found.rows)
    after = found.next ?? undefined
  } while (after !== undefined && rows.length < LIMITS.handoverCases)
  return rows.slice(0, LIMITS.handoverCases)
}

/** One's own work; the chief also signs for a colleague who has left. */
export const mayGive = (actor: Actor, person: string): boolean => person === actor.person || hasRole(actor, 'chief')

const NOT_HANDLING: Failure = {
  code: 'not-authorised',
  message: '您的岗位不办理办件',
  kept: NOT_KEPT,
  next: '请由窗口人员、承办人或首席代表交接',
}

const NOT_ONES_OWN: Failure = {
  code: 'not-authorised',
  message: '只能交出自己的工作',
  kept: NOT_KEPT,
  next: '同事已离岗的,请由首席代表代为交出',
}

const NOTHING_TO_GIVE: Failure = {
  code: 'nothing-to-give',
  message: '没有在办件可以交接',
  kept: NOT_KEPT,
  next: '请核对人员',
}

const NOT_THE_RECEIVER: Failure = {
  code: 'not-authorised',
  message: '交接清单由接收人签收',
  kept: NOT_KEPT,
  next: '请由接收人登录后签收',
}

/** The giver, or the chief instead, signs a list of all open work. */
export async function giveWork(
  office: Office,
  actor: Actor,
  { from, to, reason }: { readonly from: string; readonly to: string; readonly reason: string },
): Kept<Handover> {
  const work = await openWork(office, actor, from as PersonId)
  const record: Handover = {
    type: 'handover',
    ...newHead(office, actor),
    from: from as PersonId,
    to: to as PersonId,
    time: office.time(),
    reason: reason.trim(),
    cases: work.map(({ number, id }) => number || id),
    taken: null,
  }
  return keep(office, actor, record, [
    mayEdit(actor) ? undefined : NOT_HANDLING,
    mayGive(actor, from) ? undefined : NOT_ONES_OWN,
    successorProblem(office, actor, { field: 'to', person: to, instead: from, asking: '请选择接办的人' }),
    textProblem('reason', reason, LIMITS.lineCharacters, '请填写交接原因'),
    work.length > 0 ? undefined : NOTHING_TO_GIVE,
  ])
}

/** Whether a case of the list is still to be moved; it may have gone another way meanwhile. */
export const isWaiting = (each: Handover, row: CaseRow | undefined): row is CaseRow =>
  row !== undefined && row.assignee === each.from && row.holder === each.station

/** A case on a list that could not be moved, and why. */
export interface NotMoved {
  readonly number: string
  readonly why: string
}

async function entrust(office: Office, actor: Actor, each: Handover, number: string): Promise<NotMoved | undefined> {
  const row = (await office.byNumber(number)).find((one) => isWaiting(each, one))
  if (row === undefined) return undefined
  const done = await office.act(actor, row.id, 'entrusted', { to: each.to, reason: each.reason, list: each.id })
  return done.ok ? undefined : { number, why: done.problem.message }
}

/** Cases entrusted at the same time; the queue commits them in few writes. */
const AT_ONCE = 20

async function entrustAll(office: Office, actor: Actor, each: Handover): Promise<readonly NotMoved[]> {
  const notMoved: NotMoved[] = []
  for (let start = 0; start < each.cases.length; start += AT_ONCE) {
    const part = each.cases.slice(start, start + AT_ONCE)
    const moved = await Promise.all(part.map((number) => entrust(office, actor, each, number)))
    appendAll(
      notMoved,
      moved.filter((one) => one !== undefined),
    )
  }
  return notMoved
}

/** The receiver signs: every case still with the giver gets its fact, the list its time. Can be repeated for what failed. */
export async function takeWork(
  office: Office,
  actor: Actor,
  id: string,
): Kept<{ readonly handover: Handover; readonly notMoved: readonly NotMoved[] }> {
  const each = ownRecord(actor, office.directory.handovers(), id)
  if (!each) return failure([RECORD_UNKNOWN])
  if (!mayEdit(actor)) return failure([NOT_HANDLING])
  if (actor.person !== each.to) return failure([NOT_THE_RECEIVER])
  const notMoved = await entrustAll(office, actor, each)
  if (each.taken !== null) return success({ handover: each, notMoved })
  const signed = await keep(office, actor, { ...each, taken: office.time() })
  return signed.ok ? success({ handover: signed.value, notMoved }) : signed
}
