/** What an item must be like at the door; the other records have their shapes in record-shapes.ts. */
import {
  BODY_NATURES,
  CASE_KINDS,
  CLIENTS,
  ITEM_TYPES,
  LEVELS,
  POWERS,
  PROCEDURES,
  VILLAGE_MODES,
} from '#protocol/casework/codes.ts'
import { TIERS } from '#protocol/casework/directory.ts'
import { CHANGE_TYPES } from '#protocol/casework/item.ts'
import { isDay } from '#protocol/casework/time/days.ts'

type Check = (value: unknown) => boolean

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const day: Check = (value) => typeof value === 'string' && isDay(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
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

/** Whether a value has everything an item needs; what it means was checked before it was written. */
export const isItem = object({
  version: count,
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
