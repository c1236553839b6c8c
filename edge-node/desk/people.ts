/** People to choose from, with their roles and whether they are away. */
import { absenceToday, colleaguesOf, signersElsewhere, staffOf } from '#edge-node/commands/station/people.ts'
import { type Person, ROLES } from '#protocol/casework/directory.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { StationCode } from '#protocol/ids.ts'
import { dayWords } from './due-words.ts'
import type { FieldOption } from './forms.ts'
import type { Desk } from './visit.ts'

/** Name and roles: a hall has people of the same name, and a department few of the same name and role. */
function optionOf(desk: Desk, person: Person, group: string): FieldOption {
  const away = absenceToday(desk.office, person.id)
  const name = `${person.name} · ${person.roles.map((role) => ROLES[role]).join('、')}`
  return { value: person.id, label: away ? `${name}(外出至${dayWords(away.until)})` : name, group }
}

const byDepartment = (desk: Desk, people: readonly Person[]): readonly FieldOption[] =>
  people.map((person) =>
    optionOf(desk, person, desk.office.directory.department(person.department ?? '')?.name ?? '本站'),
  )

const others = (people: readonly Person[], without: readonly string[]): readonly Person[] =>
  people.filter(({ id }) => !without.includes(id))

/** Everybody of a station as choices, whatever they do: all can be away. */
export const staff = (desk: Desk, station: StationCode): readonly FieldOption[] =>
  byDepartment(desk, staffOf(desk.office.directory, station))

/** People of a station who handle cases as choices, without some; those of the department that is asked for stand first. */
export const colleagues = (desk: Desk, station: StationCode, without: readonly string[] = [], first = '') =>
  byDepartment(desk, others(colleaguesOf(desk.office.directory, station, first), without))

/** People who may sign beside the actor: the station's, the department's elsewhere, the approvers above. */
export function signers(desk: Desk, actor: Actor, without: readonly string[]): readonly FieldOption[] {
  const { directory } = desk.office
  const { department, above } = signersElsewhere(directory, actor)
  return [
    ...colleagues(desk, actor.station, without, directory.person(actor.person)?.department),
    ...others(department, without).map((person) => optionOf(desk, person, '本部门(其他站点)')),
    ...others(above, without).map((person) => optionOf(desk, person, '上级')),
  ]
}
