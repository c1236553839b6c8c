/** The shape of every directory record, once: the door reads by it, and the API tells it to others. */
import * as z from 'zod'
import { isReadable } from '#protocol/casework/catalogue/field-shapes.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import {
  type Absence,
  type CalendarYear,
  type Consultation,
  type Department,
  DISCLOSURES,
  type DirectoryRecord,
  type DirectoryType,
  type EnabledLevel,
  type Handover,
  type Letter,
  type LocalRules,
  type NodeRecord,
  type Person,
  type Region,
  type Staff,
  type Station,
  type WindowRecord,
} from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import {
  day,
  hashOfEntry,
  list,
  logName,
  milliseconds,
  nodeId,
  personId,
  power,
  publicKey,
  role,
  shapeOf,
  stationCode,
  tier,
  wholeNumber,
  windowKind,
} from './record-parts.ts'

const text = z.string()
const flag = z.boolean()
/** What people type into a record of their station; the root checks in full what it writes, a station is anybody with a key. */
const typed = text.max(LIMITS.noteCharacters)
const caseNumbers = z.array(text.max(LIMITS.lineCharacters)).max(LIMITS.handoverCases).readonly()

const station = shapeOf<Station>()({
  type: z.literal('station'),
  id: stationCode,
  version: wholeNumber,
  name: text,
  tier,
  parent: stationCode.nullable(),
  formerParents: list(stationCode).optional(),
})

const node = shapeOf<NodeRecord>()({
  type: z.literal('node'),
  id: nodeId,
  version: wholeNumber,
  name: text,
  publicKey,
  stations: list(stationCode),
  formerStations: list(stationCode).optional(),
  parent: nodeId.nullable(),
  addresses: list(text).optional(),
  lease: wholeNumber,
  predecessors: wholeNumber.optional(),
  revoked: z
    .object({
      time: milliseconds,
      reason: text,
      held: z.record(logName, wholeNumber).nullable().optional(),
      carried: list(hashOfEntry).optional(),
    })
    .nullable(),
  standby: flag.optional(),
})

const person = shapeOf<Person>()({
  type: z.literal('person'),
  id: personId,
  version: wholeNumber,
  name: text,
  station: stationCode,
  department: text.optional(),
  roles: list(role),
  password: z.object({
    salt: text,
    hash: text,
    cost: z.int().min(LIMITS.oldPasswordCost).max(LIMITS.mostPasswordCost).optional(),
  }),
  disabled: flag,
})

const service = z.object({
  station: stationCode,
  department: text.optional(),
  roles: list(role),
  from: day.nullable(),
  until: day.nullable(),
})

const staff = shapeOf<Staff>()({
  type: z.literal('staff'),
  id: personId,
  version: wholeNumber,
  name: text,
  service: list(service),
  disabled: list(z.object({ from: day, until: day.nullable() })),
})

const department = shapeOf<Department>()({
  type: z.literal('department'),
  id: text,
  version: wholeNumber,
  name: text,
  shortName: text,
  creditCode: text,
  formerNames: list(z.object({ name: text, until: day })),
  successor: text.nullable(),
  phone: text,
  reviewBody: text.optional(),
  court: text.optional(),
  inPlace: z.object({ office: flag, hall: flag, items: flag, authority: flag, people: flag }),
  sample: flag,
})

const window = shapeOf<WindowRecord>()({
  type: z.literal('window'),
  id: text,
  version: wholeNumber,
  name: text,
  station: stationCode,
  kind: windowKind,
  departments: list(text),
  staff: list(z.object({ lead: personId, substitute: personId.nullable() })),
  sample: flag,
})

const letter = shapeOf<Letter>()({
  type: z.literal('letter'),
  id: text,
  version: wholeNumber,
  department: text,
  station: stationCode,
  person: personId.nullable(),
  items: list(text).nullable(),
  powers: list(power),
  from: day,
  until: day,
  revoked: z.object({ from: day, reason: text }).nullable(),
})

const calendar = shapeOf<CalendarYear>()({
  type: z.literal('calendar'),
  id: text,
  version: wholeNumber,
  year: wholeNumber,
  source: text,
  off: list(text),
  work: list(day),
  sample: flag,
})

const rules = shapeOf<LocalRules>()({
  type: z.literal('rules'),
  id: z.literal('local'),
  version: wholeNumber,
  silenceAgrees: flag,
  absenceAgrees: flag,
  handInDays: wholeNumber,
  signDays: wholeNumber,
  relayDays: wholeNumber,
  disclosure: z.enum(DISCLOSURES),
  reviewBody: text.optional(),
  court: text.optional(),
})

const region = shapeOf<Region>()({
  type: z.literal('region'),
  id: text,
  version: wholeNumber,
  name: text,
  from: day,
  until: day.nullable(),
  successor: text.nullable(),
})

const level = shapeOf<EnabledLevel>()({
  type: z.literal('level'),
  id: z.literal('rules'),
  version: wholeNumber,
})

const absence = shapeOf<Absence>()({
  type: z.literal('absence'),
  id: text,
  version: wholeNumber,
  station: stationCode,
  person: personId,
  from: day,
  until: day,
  reason: typed,
  where: typed,
  substitute: personId.nullable(),
  ended: flag,
})

const consultation = shapeOf<Consultation>()({
  type: z.literal('consultation'),
  id: text,
  version: wholeNumber,
  station: stationCode,
  first: personId,
  person: personId,
  asked: milliseconds,
  asker: typed,
  phone: typed,
  matter: typed,
  offeredTo: personId.nullable(),
  answer: typed,
  answered: milliseconds.nullable(),
})

const handover = shapeOf<Handover>()({
  type: z.literal('handover'),
  id: text,
  version: wholeNumber,
  station: stationCode,
  from: personId,
  to: personId,
  time: milliseconds,
  reason: typed,
  cases: caseNumbers,
  taken: milliseconds.nullable(),
})

/** The catalogue's own table says of which kind each field of an item is. Editions count from 1. */
const item = z.custom<Item>(
  (value) =>
    isRecord(value) && wholeNumber.validate(value.version) && value.edition !== 0 && isReadable(ITEM_FIELDS, value),
)

/** Every type of record; what a record means was checked before it was written. */
export const RECORD_SHAPES = {
  station,
  node,
  person,
  staff,
  item,
  department,
  window,
  letter,
  calendar,
  rules,
  region,
  level,
  absence,
  consultation,
  handover,
} as const satisfies { readonly [Type in DirectoryType]: z.ZodType<Extract<DirectoryRecord, { readonly type: Type }>> }
