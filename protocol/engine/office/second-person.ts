/** Whom an act waits for (复核): somebody whom the county has published, and who could sign at the station or at the root. */
import { askedSecond, secondsOfAct } from '#protocol/casework/acts/second.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { type FactKind, type Fields, isGuarded } from '#protocol/casework/facts/facts.ts'
import type { Register } from '#protocol/casework/register.ts'
import { couldSecond, type Second } from '#protocol/casework/rules/four-eyes.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import type { DirectoryView } from '../directory/directory-view.ts'
import type { Actor } from '../office.ts'
import { workActor } from './work-actor.ts'

const KEPT = '办件没有变化,已填写的内容保留。'

/** Everybody who could sign beside somebody at a station: its own people, and those of the county hall. */
export function secondPeople(
  directory: Pick<DirectoryView, 'stations' | 'staffs'>,
  { today }: Register,
  station: StationCode,
  seconds: readonly Second[],
) {
  const halls = directory.stations().flatMap(({ id, parent }) => (parent === null ? [id] : []))
  return couldSecond(directory.staffs(), seconds, [station, ...halls], today)
}

/** The person for whom an act waits; empty where it takes effect at once. A failure belongs to the field that names her. */
export function secondOf(
  core: Core,
  actor: Actor,
  { state, register }: { readonly state: CaseState; readonly register: Register },
  kind: FactKind,
  fields: Fields,
): Result<PersonId | ''> {
  if (!isGuarded(kind)) return success('')
  const worker = workActor(core, actor)
  const seconds = secondsOfAct(state, register, worker, kind, fields)
  const asked = askedSecond(seconds, worker, fields)
  if (!asked.ok || asked.value === '') return asked
  if (core.directory.staffs().length === 0) return asked // a county that has published nobody
  const person = asked.value
  if (secondPeople(core.directory, register, actor.station, seconds).some(({ id }) => id === person)) return asked
  const field = seconds.flatMap(({ named }) => named ?? [])[0] ?? 'proposedTo'
  return fail(
    'second-unknown',
    `“${person}”不能复核这一项:须是本站或县中心在岗、有复核岗位的人。`,
    KEPT,
    '请从列表中选择复核人。',
    field,
  )
}
