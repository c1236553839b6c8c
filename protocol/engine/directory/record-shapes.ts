/** What a directory record must be like at the door, so that nothing behind it meets a malformed one. */
import {
  BODY_NATURES,
  CASE_KINDS,
  CLIENTS,
  ITEM_TYPES,
  LEVELS,
  POWERS,
  PROCEDURES,
  VILLAGE_MODES,
  WINDOW_KINDS,
} from '#protocol/casework/codes.ts'
import { type DirectoryType, ROLES, TIERS } from '#protocol/casework/directory.ts'
import { CHANGE_TYPES } from '#protocol/casework/item.ts'
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
const range = object({ from: count, to: count })
const limit = object({ days: orNull(count), unit: among(['working', 'calendar']), note: text })

const ITEM = object({
  ...texts('id', 'name', 'pinyin', 'department', 'basis', 'conditions', 'procedure', 'permissions', 'quota'),
  ...texts('place', 'hours', 'phone', 'complaintPhone', 'leaderPhone', 'questions'),
  edition: (value) => count(value) && (value as number) >= 1,
  effectiveFrom: day,
  effectiveUntil: orNull(day),
  change: object({ type: oneOf(CHANGE_TYPES), basis: text }),
  codes: object(texts('basic', 'implementation', 'business')),
  itemType: oneOf(ITEM_TYPES),
  level: oneOf(LEVELS),
  bodyNature: oneOf(BODY_NATURES),
  clients: list(oneOf(CLIENTS)),
  caseKind: oneOf(CASE_KINDS),
  coDepartments: list(text),
  result: object(texts('name', 'kind', 'validity')),
  visits: count,
  tiers: list(tier),
  receivingTiers: list(tier),
  clockStart: among(['capture', 'window']),
  villageMode: oneOf(VILLAGE_MODES),
  villageDelivery: flag,
  fields: list(object({ ...texts('id', 'label', 'type'), required: flag })),
  materials: list(
    object({
      ...texts('id', 'name', 'basis', 'issuer', 'standard'),
      required: flag,
      form: among(['original', 'copy', 'both']),
      copies: count,
      deferrableDays: orNull(count),
      promisable: flag,
    }),
  ),
  promised: limit,
  statutory: limit,
  supplementDays: count,
  steps: list(object({ stage: among(['40', '41', '42']), ...texts('role', 'standard'), days: orNull(count) })),
  samePerson: flag,
  procedures: list(object({ kind: oneOf(PROCEDURES), days: orNull(count), basis: text })),
  fees: list(object({ ...texts('id', 'name', 'standard', 'basis'), range })),
  discretion: list(object({ ...texts('id', 'factor', 'standard'), range: orNull(range) })),
  green: list(object({ ...texts('id', 'name', 'liaison'), minimumAmount: orNull(count), listed: list(text) })),
  prerequisites: list(object(texts('item', 'basis'))),
  presence: object({ due: flag, present: flag, reason: text }),
  authorised: list(oneOf(POWERS)),
  commitment: flag,
  sample: flag,
})

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
  item: ITEM,
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
