/** Who is away and who stands in (去向). */
import { recordsFor } from '#edge-node/commands/reading.ts'
import { RECORD_UNKNOWN } from '#edge-node/commands/refusals.ts'
import type { Absence } from '#protocol/casework/directory.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, failure } from '#protocol/result.ts'
import {
  colleagueProblem,
  type Kept,
  keep,
  NOT_KEPT,
  newHead,
  ownRecord,
  successorProblem,
  textProblem,
} from './records.ts'

/** Absences that are not over, the ones that hold today first; people for the whole county see those of all stations. */
export function currentAbsences({ directory, today }: Office, actor: Actor): readonly Absence[] {
  const day = today()
  return recordsFor(actor, directory.absences())
    .filter(({ ended, until }) => !ended && until >= day)
    .toSorted((one, other) => (one.from < other.from ? -1 : 1))
}

/** An absence as it is typed. */
export interface NewAbsence {
  readonly person: string
  /** First day. */
  readonly from: string
  /** Last day. */
  readonly until: string
  readonly reason: string
  readonly where: string
  readonly substitute: string | null
}

function dayProblems(from: string, until: string): readonly (Failure | undefined)[] {
  const wrong = (field: string, message: string) =>
    ({ code: 'absence-days', message, kept: NOT_KEPT, next: '请更正日期', field }) satisfies Failure
  return [
    isDay(from) ? undefined : wrong('from', '请填写开始日期'),
    isDay(until) ? undefined : wrong('until', '请填写结束日期'),
    isDay(from) && isDay(until) && until < from ? wrong('until', '结束日期早于开始日期') : undefined,
  ]
}

const substituteProblem = (office: Office, actor: Actor, person: string, instead: string) =>
  successorProblem(office, actor, { field: 'substitute', person, instead, asking: '请选择本站点的另一个人顶岗' })

/** Somebody of the station is away; without a substitute it is kept and shown as a gap. */
export function keepAbsence(office: Office, actor: Actor, given: NewAbsence): Kept<Absence> {
  const { person, from, until, reason, where, substitute } = given
  const record: Absence = {
    type: 'absence',
    ...newHead(office, actor),
    person: person as PersonId,
    from: from as Day,
    until: until as Day,
    reason: reason.trim(),
    where: where.trim(),
    substitute: substitute as PersonId | null,
    ended: false,
  }
  return keep(office, actor, record, [
    colleagueProblem(office, actor, 'person', person, '请选择外出的人'),
    ...dayProblems(from, until),
    textProblem('reason', reason, LIMITS.lineCharacters, '请填写事由'),
    textProblem('where', where, LIMITS.lineCharacters),
    substitute === null ? undefined : substituteProblem(office, actor, substitute, person),
  ])
}

/** Names who stands in, where nobody did or somebody else shall. */
export async function coverAbsence(office: Office, actor: Actor, id: string, substitute: string): Kept<Absence> {
  const absence = ownRecord(actor, office.directory.absences(), id)
  if (!absence) return failure([RECORD_UNKNOWN])
  const covered = { ...absence, substitute: substitute as PersonId }
  return keep(office, actor, covered, [substituteProblem(office, actor, substitute, absence.person)])
}

/** The person is back, or the entry was a mistake. */
export async function endAbsence(office: Office, actor: Actor, id: string): Kept<Absence> {
  const absence = ownRecord(actor, office.directory.absences(), id)
  return absence ? keep(office, actor, { ...absence, ended: true }) : failure([RECORD_UNKNOWN])
}
