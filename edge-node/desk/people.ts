/** People to choose from, and who stands in for whom while somebody is away. */
import { type Absence, type Person, ROLES, type Role } from '#protocol/casework/directory.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { dayWords } from './due-words.ts'
import type { FieldOption } from './forms.ts'
import type { Desk } from './visit.ts'

/** Roles of people who are given cases or sign beside somebody who handles them. */
const OFFICERS: readonly Role[] = ['agent', 'clerk', 'handler', 'chief', 'coordinator']
/** Roles of people at the station above who approve. */
const APPROVERS: readonly Role[] = ['chief', 'coordinator']

/** The absence that holds today for a person. */
const awayNow = (desk: Desk, person: PersonId): Absence | undefined => {
  const today = desk.office.today()
  return desk.office.directory
    .absences()
    .find((absence) => absence.person === person && !absence.ended && absence.from <= today && today <= absence.until)
}

/** Who stands in: the one named in the absence, else the second of the person's window (B 岗); null when nobody. */
export function substituteOf(desk: Desk, absence: Pick<Absence, 'person' | 'substitute'>): PersonId | null {
  if (absence.substitute !== null) return absence.substitute
  const pairs = desk.office.directory.windows().flatMap(({ staff }) => staff)
  return pairs.find((pair) => pair.lead === absence.person)?.substitute ?? null
}

/** The person and every colleague who is away today and for whom the person stands in. */
export function standsFor(desk: Desk, person: PersonId): readonly PersonId[] {
  const today = desk.office.today()
  const covered = desk.office.directory
    .absences()
    .filter(({ ended, from, until }) => !ended && from <= today && today <= until)
    .filter((absence) => substituteOf(desk, absence) === person)
  return [...new Set([person, ...covered.map((absence) => absence.person)])]
}

const works = (person: Person, roles: readonly Role[]) =>
  !person.disabled && person.roles.some((role) => roles.includes(role))

/** Whether somebody may be given cases, or stands in for who handles them. */
export const handlesCases = (person: Person): boolean => works(person, OFFICERS)

/** Name and roles: a hall has people of the same name, and a department few of the same name and role. */
function optionOf(desk: Desk, person: Person, group: string): FieldOption {
  const away = awayNow(desk, person.id)
  const name = `${person.name} · ${person.roles.map((role) => ROLES[role]).join('、')}`
  return { value: person.id, label: away ? `${name}(外出至${dayWords(away.until)})` : name, group }
}

/** Everybody of a station as choices, whatever they do: all can be away. */
export const staff = (desk: Desk, station: StationCode): readonly FieldOption[] =>
  byDepartment(desk, station, ({ disabled }) => !disabled)

/** People of a station who handle cases as choices, without some; those of the department that is asked for stand first. */
export const colleagues = (desk: Desk, station: StationCode, without: readonly string[] = [], first = '') =>
  byDepartment(desk, station, (person) => handlesCases(person) && !without.includes(person.id), first)

function byDepartment(
  desk: Desk,
  station: StationCode,
  listed: (person: Person) => boolean,
  first = '',
): readonly FieldOption[] {
  const { directory } = desk.office
  const rank = ({ department = '' }: Person) => (department === '' ? 1 : department === first ? 0 : 2)
  return directory
    .people()
    .filter((person) => person.station === station && listed(person))
    .toSorted((left, right) => rank(left) - rank(right))
    .map((person) => optionOf(desk, person, directory.department(person.department ?? '')?.name ?? '本站'))
}

/** People who may sign beside the actor: the station's, the department's elsewhere, the approvers above. */
export function signers(desk: Desk, actor: Actor, without: readonly string[]): readonly FieldOption[] {
  const { directory } = desk.office
  const { department } = directory.person(actor.person) ?? {}
  const above = directory.station(actor.station)?.parent
  const elsewhere = directory
    .people()
    .filter((person) => person.station !== actor.station && !without.includes(person.id))
  const own = elsewhere.filter((person) => department !== undefined && person.department === department)
  const higher = elsewhere.filter((person) => person.station === above && !own.includes(person))
  return [
    ...colleagues(desk, actor.station, without, department),
    ...own.filter((person) => works(person, OFFICERS)).map((person) => optionOf(desk, person, '本部门(其他站点)')),
    ...higher.filter((person) => works(person, APPROVERS)).map((person) => optionOf(desk, person, '上级')),
  ]
}
