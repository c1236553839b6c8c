/** Service (任职): what the public record of a person says after a change, and whether somebody belonged to a station. */
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Letter, Person, Role, Service, Staff } from '../directory.ts'
import type { Membership, Signing } from '../register.ts'
import { type Day, dayAt, plusDays } from '../time/days.ts'
import { lettersAt } from './letters.ts'

/** A first and a last day; null: without one. */
interface Days {
  readonly from: Day | null
  readonly until: Day | null
}

const holds = ({ from, until }: Days, { day, orLater }: Signing): boolean =>
  (until === null || day <= until) && (orLater || from === null || from <= day)

/** Whether a letter in force then names the person for the station, whatever it is about. */
function isEntrusted(letters: readonly Letter[], person: PersonId, station: StationCode, signing: Signing): boolean {
  return lettersAt(letters, station).some(({ from, until, revoked, ...letter }) => {
    const last = revoked === null || revoked.from > until ? until : plusDays(revoked.from, -1)
    return letter.person === person && holds({ from, until: last }, signing)
  })
}

/** What a person was at a station. `staff`: the public record; undefined when the county has published none. */
export function standingOf(
  staff: Staff | undefined,
  letters: readonly Letter[],
  person: PersonId | '',
  station: StationCode,
  signing: Signing,
): Membership {
  if (person === '') return 'foreign' // no program signs an act of office as nobody
  const serves = staff?.service.some((service) => service.station === station && holds(service, signing)) ?? false
  if (!serves && !isEntrusted(letters, person, station, signing)) return 'foreign'
  // Where it may have been any later day, only an account that never came back was certainly disabled.
  const wasDisabled = (days: Days) => holds(days, { ...signing, orLater: false }) && !(signing.orLater && days.until)
  return staff?.disabled.some(wasDisabled) ? 'disabled' : 'belongs'
}

/** The roles of a person at a station: those of the service there; who is entrusted with it by a letter has those of wherever it is. */
export function rolesOf(
  staff: Staff | undefined,
  letters: readonly Letter[],
  person: PersonId | '',
  station: StationCode,
  signing: Signing,
): readonly Role[] {
  const isLent = person !== '' && isEntrusted(letters, person, station, signing)
  const held = staff?.service.filter((one) => (isLent || one.station === station) && holds(one, signing)) ?? []
  return held.flatMap(({ roles }) => roles)
}

const isSame = (one: Omit<Service, keyof Days>, other: Omit<Service, keyof Days>): boolean =>
  one.station === other.station &&
  (one.department ?? '') === (other.department ?? '') &&
  one.roles.join() === other.roles.join()

/**
 * The public record of a person after a change of the account on a day. Who moves belongs to both stations on that day.
 * Service begins without a first day where nothing was published before: nobody could sign by an account that was not
 * there, and the day would only refuse what an author with a slow clock wrote.
 */
export function staffAfter(known: Staff | undefined, person: Person, day: Day): Staff {
  const { id, version, name } = person
  const { service = [], disabled = [] } = known ?? {}
  return {
    type: 'staff',
    id,
    version,
    name,
    service: serviceAfter(service, person, day),
    disabled: disabledAfter(disabled, person.disabled, day),
  }
}

function serviceAfter(before: readonly Service[], person: Person, day: Day): readonly Service[] {
  const { station, department, roles } = person
  const now = { station, ...(department ? { department } : {}), roles }
  const last = before.at(-1)
  if (last && last.until === null && isSame(last, now)) return before
  const ended = before.map((service) => (service.until === null ? { ...service, until: day } : service))
  return [...ended, { ...now, from: last ? day : null, until: null }]
}

function disabledAfter(before: Staff['disabled'], isDisabled: boolean, day: Day): Staff['disabled'] {
  const last = before.at(-1)
  const wasDisabled = last?.until === null
  if (isDisabled === wasDisabled) return before
  if (!wasDisabled) return [...before, { from: day, until: null }]
  // Put back into use on the day itself: it was never out of use for a whole day.
  return last.from === day ? before.slice(0, -1) : [...before.slice(0, -1), { ...last, until: plusDays(day, -1) }]
}

/**
 * The public record of a person of a county that published none: all its accounts in their order. Up to today nobody was
 * judged by one, so every station where the person ever was keeps what it signed.
 */
export function staffOfHistory(
  accounts: readonly { readonly person: Person; readonly day: Day }[],
  today: Day,
): Staff | undefined {
  let staff: Staff | undefined
  for (const { person, day } of accounts) staff = staffAfter(staff, person, day)
  return (
    staff && {
      ...staff,
      service: staff.service.map((one) => ({ ...one, from: null, until: one.until === null ? null : today })),
    }
  )
}

/** Whether two records say the same of a person. */
export const saysTheSame = (one: Staff, other: Staff): boolean =>
  JSON.stringify({ ...one, version: 0 }) === JSON.stringify({ ...other, version: 0 })

/** What a change of a public record changes for what was judged before it. */
export interface ServiceChange {
  /** Somebody may belong who did not. */
  readonly gains: boolean
  /** From this day on somebody may not belong who did, or an account counts as disabled otherwise; null: nowhere. */
  readonly since: Day | null
}

const SINCE_EVER = dayAt(0)

const placeOf = ({ station, roles, from }: Service): string => `${station} ${from} ${[...roles].sort().join()}`

/** Service by station, roles and first day, each with its latest last day. */
function places(service: readonly Service[]): ReadonlyMap<string, Days> {
  const found = new Map<string, Days>()
  for (const one of service) {
    const { from, until } = one
    const name = placeOf(one)
    const known = found.get(name)
    const isLonger = known === undefined || until === null || (known.until !== null && until > known.until)
    if (isLonger) found.set(name, { from, until })
  }
  return found
}

const earliest = (days: readonly (Day | null)[]): Day | null => days.flatMap((day) => day ?? []).sort()[0] ?? null

/** The first day from which service that was is not, or not so long; null: nowhere. */
function serviceLost(before: Staff, after: Staff): Day | null {
  const others = places(after.service)
  return earliest(
    [...places(before.service)].map(([name, { from, until }]) => {
      const other = others.get(name)
      if (other === undefined) return from ?? SINCE_EVER
      const isShorter = other.until !== null && (until === null || other.until < until)
      return isShorter ? other.until : null
    }),
  )
}

/** The first of the days on which an account is disabled in one of two records only; null: there is none. */
function disabledOtherwise(one: Staff, other: Staff): Day | null {
  const known = new Set(other.disabled.map(({ from, until }) => `${from} ${until}`))
  return earliest(one.disabled.map(({ from, until }) => (known.has(`${from} ${until}`) ? null : from)))
}

/** What changes from one public record to the next. */
export const serviceChange = (before: Staff, after: Staff): ServiceChange => ({
  gains: serviceLost(after, before) !== null,
  since: earliest([serviceLost(before, after), disabledOtherwise(before, after), disabledOtherwise(after, before)]),
})

/** Service that one record has and another does not know of, because who wrote that knew less. */
const forgotten = (staff: Staff, other: Staff): readonly Service[] => {
  const known = places(staff.service)
  return other.service.filter((one) => !known.has(placeOf(one)))
}

/** Whether a record knows of all service that another one has; how long it lasted the later one knows better. */
export const knowsService = (staff: Staff, other: Staff): boolean => forgotten(staff, other).length === 0

/** A record with the service that another one has besides; what was not over there, and is not where the person is now, is over on a day. */
export function withForgotten(staff: Staff, other: Staff, day: Day): Staff {
  const present = staff.service.at(-1)?.station
  const more = forgotten(staff, other).map((service) =>
    service.until === null && service.station !== present ? { ...service, until: day } : service,
  )
  return { ...staff, service: [...more, ...staff.service] }
}
