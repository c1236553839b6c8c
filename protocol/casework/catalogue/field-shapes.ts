/** Whether a record can be read by its table of fields: by kind and shape alone, and the first fault ends it. */
import { isRecord } from '#protocol/json.ts'
import { isDay } from '../time/days.ts'
import type { FieldTable, Kind } from './fields.ts'

/**
 * Whether every field has a value of its kind. Bounds are judged where records are written (field-problems.ts), never
 * here: a record that some program wrote under other bounds is law, and its cases go on. The size of an entry bounds it.
 */
export function isReadable(fields: FieldTable, record: Readonly<Record<string, unknown>>): boolean {
  for (const name in fields) if (!isOfKind((fields[name] as FieldTable[string]).kind, record[name])) return false
  return true
}

function isOfKind(kind: Kind, value: unknown): boolean {
  switch (kind.is) {
    case 'text':
    case 'key':
      return typeof value === 'string'
    case 'count':
    case 'amount':
      return isWhole(value)
    case 'range':
      return isRecord(value) && isWhole(value.from) && isWhole(value.to)
    case 'flag':
      return typeof value === 'boolean'
    case 'day':
      return typeof value === 'string' && isDay(value)
    case 'choice':
      return typeof value === 'string' && (kind.open || Object.hasOwn(kind.titles, value))
    case 'optional':
      return value === null || isOfKind(kind.of, value)
    case 'several':
      return Array.isArray(value) && value.every((one) => isOfKind(kind.of, one))
    case 'rows':
      return Array.isArray(value) && value.every((row) => isRecord(row) && isReadable(kind.fields, row))
    case 'part':
      return isRecord(value) && isReadable(kind.fields, value)
  }
}

/** Numbers count something: days, copies, fen. */
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
