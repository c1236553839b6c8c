/** Who at a station does what, and who stands in for whom while somebody is away. */
import type { Absence, Person, Role } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'

/** Roles of people who are given cases or sign beside somebody who handles them. */
const OFFICERS: readonly Role[] = ['agent', 'clerk', 'handler', 'chief', 'coordinator']
/** Roles of people at the station above who approve. */
const APPROVERS: readonly Role[] = ['chief', 'coordinator']

const works = (person: Person, roles: readonly Role[]) =>
  !person.disabled && person.roles.some((role) => roles.includes(role))

/** Whether somebody may be given cases, or stands in for who handles them. */
export const handlesCases = (person: Person): boolean => works(person, OFFICERS)

/** Absences that hold today, of all stations whose records are here. */
function absencesToday({ directory, today }: Pick<Office, 'directory' | 'today'>): readonly Absence[] {
  const day = today()
  return directory.absences().filter(({ ended, from, until }) => !ended && from <= day && day <= until)
}

/** The absence that holds today for a person. */
export const absenceToday = (office: Pick<Office, 'directory' | 'today'>, person: PersonId): Absence | undefined =>
  absencesToday(office).find((absence) => absence.person === person)

/** Who stands in: the one named in the absence, else the second of the person's window (B 岗); null when nobody. */
export function substituteOf(
  directory: DirectoryView,
  { person, substitute }: Pick<Absence, 'person' | 'substitute'>,
): PersonId | null {
  if (substitute !== null) return substitute
  const pairs = directory.windows().flatMap(({ staff }) => staff)
  return pairs.find((pair) => pair.lead === person)?.substitute ?? null
}

/** The person and every colleague who is away today and for whom the person stands in. */
export function standsFor(office: Pick<Office, 'directory' | 'today'>, person: PersonId): readonly PersonId[] {
  const covered = absencesToday(office).filter((absence) => substituteOf(office.directory, absence) === person)
  return [...new Set([person, ...covered.map((absence) => absence.person)])]
}

/** Everybody of a station whose account is in use, whatever they do; those of a department that is asked for first. */
export function staffOf(directory: DirectoryView, station: StationCode, first = ''): readonly Person[] {
  const rank = ({ department = '' }: Person) => (department === '' ? 1 : department === first ? 0 : 2)
  return directory
    .people()
    .filter((person) => person.station === station && !person.disabled)
    .toSorted((left, right) => rank(left) - rank(right))
}

/** People of a station who handle cases. */
export const colleaguesOf = (directory: DirectoryView, station: StationCode, first = ''): readonly Person[] =>
  staffOf(directory, station, first).filter(handlesCases)

/** People elsewhere who may sign beside the actor: the own department's, and the approvers of the station above. */
export function signersElsewhere(
  directory: DirectoryView,
  actor: Actor,
): { readonly department: readonly Person[]; readonly above: readonly Person[] } {
  const { department } = directory.person(actor.person) ?? {}
  const above = directory.station(actor.station)?.parent
  const elsewhere = directory.people().filter((person) => person.station !== actor.station)
  const own = elsewhere.filter((person) => department !== undefined && person.department === department)
  const higher = elsewhere.filter((person) => person.station === above && !own.includes(person))
  return {
    department: own.filter((person) => works(person, OFFICERS)),
    above: higher.filter((person) => works(person, APPROVERS)),
  }
}
