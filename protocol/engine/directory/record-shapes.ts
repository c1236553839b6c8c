/** What a directory record must be like at the door, so that nothing behind it meets a malformed one. */
import { fieldProblems } from '#protocol/casework/catalogue/field-problems.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { POWERS, WINDOW_KINDS } from '#protocol/casework/codes.ts'
import { type DirectoryType, ROLES, TIERS } from '#protocol/casework/directory.ts'
import { isDay } from '#protocol/casework/time/days.ts'
import { fromHex, isNodeId, isPersonId, isStationCode } from '#protocol/ids.ts'

type Check = (value: unknown) => boolean

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const day: Check = (value) => typeof value === 'string' && isDay(value)
const station: Check = (value) => typeof value === 'string' && isStationCode(value)
const person: Check = (value) => typeof value === 'string' && isPersonId(value)
const node: Check = (value) => typeof value === 'string' && isNodeId(value)
const key: Check = (value) => typeof value === 'string' && fromHex(value)?.length === 32
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const oneOf =
  (table: Readonly<Record<string, unknown>>): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(table, value)
const among =
  (values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string)
/** Fields that are not named may be there: a later version of the program may have written them. */
const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]))

const texts = (...names: readonly string[]): Readonly<Record<string, Check>> =>
  Object.fromEntries(names.map((name) => [name, text]))

const tier = among(TIERS)

/** The catalogue's own table says what an item must be. */
const item: Check = (value) => isObject(value) && fieldProblems(ITEM_FIELDS, value).length === 0

const SHAPES: Readonly<Record<DirectoryType, Check>> = {
  station: object({ id: station, name: text, tier, parent: orNull(station) }),
  node: object({
    id: node,
    name: text,
    publicKey: key,
    stations: list(station),
    parent: orNull(node),
    lease: count,
    revoked: orNull(object({ time: count, reason: text })),
  }),
  person: object({
    id: person,
    name: text,
    station,
    department: orAbsent(text),
    roles: list(oneOf(ROLES)),
    password: object(texts('salt', 'hash')),
    disabled: flag,
  }),
  item,
  department: object({
    ...texts('id', 'name', 'shortName', 'creditCode', 'phone'),
    formerNames: list(object({ name: text, until: day })),
    successor: orNull(text),
    inPlace: object({ office: flag, hall: flag, items: flag, authority: flag, people: flag }),
    sample: flag,
  }),
  window: object({
    ...texts('id', 'name'),
    station,
    kind: oneOf(WINDOW_KINDS),
    departments: list(text),
    staff: list(object({ lead: person, substitute: orNull(person) })),
    sample: flag,
  }),
  letter: object({
    ...texts('id', 'department'),
    station,
    person: orNull(person),
    items: orNull(list(text)),
    powers: list(oneOf(POWERS)),
    from: day,
    until: day,
    revoked: orNull(object({ from: day, reason: text })),
  }),
  calendar: object({ ...texts('id', 'source'), year: count, off: list(text), work: list(day), sample: flag }),
  rules: object({
    id: among(['local']),
    silenceAgrees: flag,
    absenceAgrees: flag,
    handInDays: count,
    signDays: count,
    relayDays: count,
    disclosure: among(['seven', 'eight']),
  }),
  region: object({ ...texts('id', 'name'), from: day, until: orNull(day), successor: orNull(text) }),
  absence: object({
    ...texts('id', 'reason', 'where'),
    station,
    person,
    from: day,
    until: day,
    substitute: orNull(person),
    ended: flag,
  }),
  consultation: object({
    ...texts('id', 'asker', 'phone', 'matter', 'answer'),
    station,
    first: person,
    person,
    asked: count,
    offeredTo: orNull(person),
    answered: orNull(count),
  }),
  handover: object({
    ...texts('id', 'reason'),
    station,
    from: person,
    to: person,
    time: count,
    cases: list(text),
    taken: orNull(count),
  }),
}

/** The type of a record; undefined when no such type is known here. */
export const typeOf = ({ type }: Readonly<Record<string, unknown>>): DirectoryType | undefined =>
  typeof type === 'string' && Object.hasOwn(SHAPES, type) ? (type as DirectoryType) : undefined

/** Whether a record has everything its type needs; what it means was checked before it was written. */
export const isWellFormed = (type: DirectoryType, record: Readonly<Record<string, unknown>>): boolean =>
  count(record.version) && SHAPES[type](record)
