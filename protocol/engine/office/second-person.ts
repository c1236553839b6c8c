/** Whom an act waits for (复核): somebody whom the county has published, and who could sign at the station or at the root. */
import { isOfDepartment } from '#protocol/casework/acts/permission.ts'
import { askedSecond, fieldOfSecond, secondsOfAct } from '#protocol/casework/acts/second.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Staff } from '#protocol/casework/directory.ts'
import { type FactKind, type Fields, type GuardedKind, isGuarded } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { couldSecond, type Second } from '#protocol/casework/rules/four-eyes.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import type { DirectoryView } from '../directory/directory-view.ts'
import type { Actor } from '../office.ts'
import { workActor } from './work-actor.ts'

const KEPT = '办件没有变化,已填写的内容保留。'

/** An act at a station, and why it needs a second person. */
export interface Asked {
  readonly kind: GuardedKind
  readonly station: StationCode
  readonly item: Item | undefined
  readonly seconds: readonly Second[]
}

/** Everybody who could sign beside somebody: of his station and the county hall, of the item's department or of none. */
export function secondPeople(
  directory: Pick<DirectoryView, 'stations' | 'staffs'>,
  { today }: Pick<Register, 'today'>,
  { kind, station, item, seconds }: Asked,
): readonly Staff[] {
  const places = new Set([station, ...directory.stations().flatMap(({ id, parent }) => (parent === null ? [id] : []))])
  return couldSecond(
    directory.staffs(),
    seconds,
    today,
    (one) => places.has(one.station) && isOfDepartment(kind, one.department ? [one.department] : [], item),
  )
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
  const item = register.edition(state.item, state.itemVersion)
  const people = secondPeople(core.directory, register, { kind, station: actor.station, item, seconds })
  if (people.some(({ id }) => id === person)) return asked
  return fail(
    'second-unknown',
    `“${person}”不能复核这一项:须是本站或县中心在岗、有复核岗位的人。`,
    KEPT,
    '请从列表中选择复核人。',
    fieldOfSecond(seconds),
  )
}
