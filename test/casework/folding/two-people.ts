/** A county that has published who works where, and acts of two people in it. */
import type { Role } from '#protocol/casework/directory.ts'
import type { FactEntry, FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import { rolesOf, standingOf } from '#protocol/casework/rules/service.ts'
import type { StationCode } from '#protocol/ids.ts'
import { COUNTY, morning, OTHER_TOWN, TOWN, VILLAGE, write } from '#test/casework/people.ts'
import { accepted, on, PLAIN } from './late-cases.ts'
import { by, staff } from './signing.ts'

type Fields = Readonly<Record<string, FieldValue>>

const serving = (station: StationCode, ...roles: Role[]) => ({ station, roles, from: null, until: null })
const PEOPLE = [
  staff('p1', serving(TOWN, 'clerk', 'handler'), serving(COUNTY, 'coordinator', 'handler'), serving(VILLAGE, 'agent')),
  staff('approver', serving(TOWN, 'handler')),
  staff('chief', serving(TOWN, 'chief')),
  staff('clerk', serving(TOWN, 'clerk')),
  staff('colleague', serving(TOWN, 'handler')),
  staff('hall', serving(COUNTY, 'chief')),
  staff('watch', serving(COUNTY, 'supervisor')),
  staff('next', serving(OTHER_TOWN, 'chief')),
]

/** A county that has published who works where. */
export function county(today: string) {
  const known = (person: string) => PEOPLE.find(({ id }) => id === person)
  const open = on(today)
  return {
    ...open,
    authority: {
      ...open.authority,
      standing: (...[person, station, signing]: Parameters<typeof open.authority.standing>) =>
        standingOf(known(person), [], person, station, signing),
      rolesOf: (...[person, station, signing]: Parameters<typeof open.authority.rolesOf>) =>
        rolesOf(known(person), [], person, station, signing),
    },
  }
}

export const at = (day: string, hour = 0) => ({ time: morning(day) + hour * 3_600_000 })
export const propose = (
  kind: FactKind,
  after: FactEntry,
  day: string,
  fields: Fields = {},
  station: StationCode = TOWN,
) => write(kind, station, after, { proposedTo: 'chief', ...fields }, at(day))
export const sign = (after: FactEntry, fact: FactEntry, person: string, day: string, station: StationCode = TOWN) =>
  write('countersigned', station, after, { fact: fact.hash }, by(person, at(day, 1)))

/** Ten working days are promised from 2026-03-02: the 16th is the last one. */
export const begun = accepted(PLAIN)
export const LATE_ENTRY = { occurredOn: '2026-03-16', occurredWhy: '停电', proposedTo: 'chief' }
