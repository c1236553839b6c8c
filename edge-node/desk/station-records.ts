/** What a station keeps of itself (去向, 首问, 交接): who may write what, as results that API and pages can show. */
import { ENDED, STAGES } from '#protocol/casework/case.ts'
import type { Day } from '#protocol/casework/days.ts'
import type { Absence, Consultation, Handover, StationRecord } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/storage.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail, failure, type Result, success } from '#protocol/result.ts'
import { newRecordId } from './records.ts'
import { hasRole } from './visit.ts'

const KEPT = '没有登记'

const isColleague = (office: Office, actor: Actor, person: string): boolean => {
  const known = office.directory.person(person as PersonId)
  return known !== undefined && !known.disabled && known.station === actor.station
}

const stranger = (field: string): Result<never> =>
  fail('not-a-colleague', '须是本站点在用的账号', KEPT, '请从本站点的人员中选择', field)

async function keep<Kept extends StationRecord>(office: Office, actor: Actor, record: Kept): Promise<Result<Kept>> {
  const kept = await office.keepRecord(actor, record)
  return kept.ok ? success(record) : kept
}

const head = (office: Office, { station }: Actor) => ({ id: newRecordId({ office }, station), version: 0, station })

export interface NewAbsence {
  readonly person: string
  readonly from: Day
  readonly until: Day
  readonly reason: string
  readonly where: string
  readonly substitute: string | null
}

/** Somebody of the station is away; without a substitute it is kept and shown as a gap. */
export function keepAbsence(office: Office, actor: Actor, given: NewAbsence): Promise<Result<Absence>> | Result<never> {
  const { person, from, until, substitute } = given
  if (!isColleague(office, actor, person)) return stranger('person')
  if (until < from) return fail('absence-days', '结束日期早于开始日期', KEPT, '请更正日期', 'until')
  if (substitute === person) return fail('absence-substitute', '顶岗的须是另一个人', KEPT, '请选择同事', 'substitute')
  if (substitute !== null && !isColleague(office, actor, substitute)) return stranger('substitute')
  const { reason, where } = given
  return keep(office, actor, {
    type: 'absence',
    ...head(office, actor),
    person: person as PersonId,
    from,
    until,
    reason,
    where,
    substitute: substitute as PersonId | null,
    ended: false,
  })
}

/** The person is back, or the entry was a mistake. */
export const endAbsence = (office: Office, actor: Actor, absence: Absence): Promise<Result<Absence>> =>
  keep(office, actor, { ...absence, ended: true })

/** A question at the counter: whoever writes it down is the one asked first. */
export const keepConsultation = (
  office: Office,
  actor: Actor,
  given: Pick<Consultation, 'matter' | 'asker' | 'phone'>,
): Promise<Result<Consultation>> =>
  keep(office, actor, {
    type: 'consultation',
    ...head(office, actor),
    first: actor.person,
    person: actor.person,
    asked: office.now(),
    ...given,
    offeredTo: null,
    answer: '',
    answered: null,
  })

const MOVED_ON: Failure = {
  code: 'consultation-moved-on',
  message: '这条咨询不在您手上,或已经答复',
  kept: KEPT,
  next: '请看现在由谁负责,再决定怎么办',
}

/** What can be done with a consultation: the one who has it answers or offers it, the one it is offered to takes it. */
export type ConsultationStep =
  | { readonly step: 'answer'; readonly answer: string }
  | { readonly step: 'offer'; readonly to: string }
  | { readonly step: 'take' }

export async function moveConsultation(
  office: Office,
  actor: Actor,
  each: Consultation,
  given: ConsultationStep,
): Promise<Result<Consultation>> {
  const mayDo = given.step === 'take' ? each.offeredTo === actor.person : each.person === actor.person
  if (!mayDo || each.answered !== null) return failure(MOVED_ON)
  switch (given.step) {
    case 'answer':
      return keep(office, actor, { ...each, answer: given.answer, answered: office.now(), offeredTo: null })
    case 'take':
      return keep(office, actor, { ...each, person: actor.person, offeredTo: null })
    case 'offer':
      if (given.to === actor.person || !isColleague(office, actor, given.to)) return stranger('to')
      return keep(office, actor, { ...each, offeredTo: given.to as PersonId })
  }
}

const OPEN_STAGES = Object.keys(STAGES).filter((stage) => !(ENDED as readonly string[]).includes(stage))

async function openWork(office: Office, actor: Actor, person: PersonId): Promise<readonly CaseRow[]> {
  const rows: CaseRow[] = []
  let after: string | undefined
  do {
    const query = { assignees: [person], holders: [actor.station], stages: OPEN_STAGES, order: 'due' } as const
    const found = await office.find({ ...query, ...(after === undefined ? {} : { after }) })
    rows.push(...found.rows)
    after = found.next ?? undefined
  } while (after !== undefined && rows.length < LIMITS.handoverCases)
  return rows.slice(0, LIMITS.handoverCases)
}

/** All open work of a person on one list: one's own, or a colleague's when the chief signs for somebody who has left. */
export async function giveWork(
  office: Office,
  actor: Actor,
  { from, to, reason }: { readonly from: string; readonly to: string; readonly reason: string },
): Promise<Result<Handover>> {
  if (from !== actor.person && !hasRole(actor, 'chief'))
    return fail('not-authorised', '只能交出自己的工作', KEPT, '同事已离岗的,请由首席代表代为交出', 'from')
  if (to === from || !isColleague(office, actor, to)) return stranger('to')
  const work = await openWork(office, actor, from as PersonId)
  if (work.length === 0) return fail('nothing-to-give', '没有在办件可以交接', KEPT, '请核对人员', 'from')
  return keep(office, actor, {
    type: 'handover',
    ...head(office, actor),
    from: from as PersonId,
    to: to as PersonId,
    time: office.now(),
    reason,
    cases: work.map(({ number }) => number),
    taken: null,
  })
}

/** A case on a list that could not be moved, and why. */
export interface NotMoved {
  readonly number: string
  readonly why: string
}

async function entrust(office: Office, actor: Actor, each: Handover, number: string): Promise<NotMoved | undefined> {
  const row = await office.byNumber(number)
  if (!row || row.assignee !== each.from || row.holder !== each.station) return undefined // it went another way meanwhile
  const done = await office.act(actor, row.id, 'entrusted', { to: each.to, reason: each.reason, list: each.id })
  return done.ok ? undefined : { number, why: done.problem.message }
}

/** The receiver signs: every case still with the giver gets its fact, the list its time. Can be repeated for what failed. */
export async function takeWork(
  office: Office,
  actor: Actor,
  each: Handover,
): Promise<Result<{ readonly handover: Handover; readonly notMoved: readonly NotMoved[] }>> {
  if (actor.person !== each.to) return fail('not-authorised', '交接清单由接收人签收', KEPT, '请由接收人登录后签收')
  const moved = await Promise.all(each.cases.map((number) => entrust(office, actor, each, number)))
  const notMoved = moved.filter((one) => one !== undefined)
  if (each.taken !== null) return success({ handover: each, notMoved })
  const signed = await keep(office, actor, { ...each, taken: office.now() })
  return signed.ok ? success({ handover: signed.value, notMoved }) : signed
}
