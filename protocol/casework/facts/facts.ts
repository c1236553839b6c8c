/** The facts (环节记录): one table says what each is called, what it carries and whether it is guarded. */
import {
  type EntryHash,
  isEntryHash,
  isPersonId,
  isStationCode,
  type LogKey,
  type PersonId,
  type StationCode,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isDay } from '../time/days.ts'

import { CONTRIBUTIONS_FACTS } from './contributions.ts'
import { CUSTODY_FACTS } from './custody.ts'
import type { FactRule, FieldRule, FieldType } from './fields.ts'
import { HANDLING_FACTS } from './handling.ts'
import { INTAKE_FACTS } from './intake.ts'

/**
 * Every fact of the casework. Stage changes and who may do them are in stages.ts, further conditions in guards.ts.
 * Sources: 行政许可法 arts. 29–49 as summarised in SOURCES.md 3.1, 5.3 and section 7.
 */
export const FACTS = {
  ...INTAKE_FACTS,
  ...HANDLING_FACTS,
  ...CUSTODY_FACTS,
  ...CONTRIBUTIONS_FACTS,
} as const satisfies Record<string, FactRule>

export type FactKind = keyof typeof FACTS
export const FACT_KINDS = Object.keys(FACTS) as FactKind[]

/** What a fact relied on: the digest and the frontier of a section when the fact was written (DESIGN.md section 7). */
export interface Seal {
  readonly section: string
  /** Hex SHA-256 of the section's snapshot. */
  readonly digest: string
  /** Heights of the logs that hold the section's edits. */
  readonly frontier: Readonly<Record<string, number>>
}

export type FieldValue =
  | string
  | number
  | boolean
  | readonly string[]
  | Readonly<Record<string, number>>
  | readonly Seal[]

/** A well-formed fact. */
export interface Fact {
  readonly kind: FactKind
  /** The guarded fact before it; null for `opened` and for contributions. */
  readonly previous: EntryHash | null
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** A fact as it lies in a log: who, where, when. */
export interface FactEntry {
  readonly hash: EntryHash
  readonly log: LogKey
  readonly seq: number
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Milliseconds since 1970 on the author's clock. */
  readonly time: number
  /** The author's known offset to the root in milliseconds; null while unknown. */
  readonly clockOffset: number | null
  /** Undefined when the payload was malformed; such a fact is kept and set aside. */
  readonly fact: Fact | undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isSeal(value: unknown): value is Seal {
  return (
    isRecord(value) &&
    typeof value.section === 'string' &&
    typeof value.digest === 'string' &&
    isRecord(value.frontier) &&
    Object.values(value.frontier).every((height) => Number.isSafeInteger(height))
  )
}

const isText = (value: unknown, maximum: number): value is string =>
  typeof value === 'string' && value.length <= maximum
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isLines = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= LIMITS.factLines &&
  value.every((line) => isText(line, LIMITS.lineCharacters) && line.trim() !== '')

const isCounts = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).length <= LIMITS.factLines && Object.values(value).every(isCount)

/** Why a value does not fit a field's type, or undefined when it fits. */
export function fieldProblem(type: FieldType, value: unknown): string | undefined {
  if (typeof type === 'object') {
    const known = typeof value === 'string' && Object.hasOwn(type.oneOf, value)
    return known ? undefined : `须为${Object.values(type.oneOf).join('、')}之一`
  }
  const answer = (fits: boolean, problem: string) => (fits ? undefined : problem)
  switch (type) {
    case 'text':
      return answer(isText(value, LIMITS.lineCharacters), `须为不超过${LIMITS.lineCharacters}字的文字`)
    case 'note':
      return answer(isText(value, LIMITS.noteCharacters), '文字过长')
    case 'count':
      return answer(isCount(value), '须为不小于零的整数')
    case 'amount':
      return answer(isCount(value), '须为不小于零的金额,最小到分')
    case 'station':
      return answer(typeof value === 'string' && isStationCode(value), '须为站点代码')
    case 'person':
      return answer(typeof value === 'string' && isPersonId(value), '须为人员账号')
    case 'hash':
      return answer(typeof value === 'string' && isEntryHash(value), '须为记录标识')
    case 'flag':
      return answer(typeof value === 'boolean', '须为是或否')
    case 'day':
      return answer(typeof value === 'string' && isDay(value), '须为日期,如 2026-11-21')
    case 'lines':
      return answer(isLines(value), `须为 1 至 ${LIMITS.factLines} 行文字,每行不超过${LIMITS.lineCharacters}字`)
    case 'counts':
      return answer(isCounts(value), '须为各项材料的份数')
    case 'seals':
      return answer(Array.isArray(value) && value.length <= 20 && value.every(isSeal), '封存数据不完整')
  }
}

const isWithin = ({ least = 0, most = Number.MAX_SAFE_INTEGER }: FieldRule, value: number): boolean =>
  value >= least && value <= most

/** What a count may be, for people. */
export const boundWords = ({ least = 0, most }: FieldRule): string =>
  most === undefined ? `须不小于${least}` : `须为${least}至${most}`

/** Checks the fields of a fact against its rule: field name to what is wrong; empty when all is well. */
export function fieldProblems(kind: FactKind, fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  const problems: Record<string, string> = {}
  for (const name in fields) if (!Object.hasOwn(rules, name)) problems[name] = '没有这个栏目'
  for (const name in rules) {
    const rule = rules[name] as FieldRule
    const value = fields[name]
    if (value === undefined || value === '') {
      if (rule.required) problems[name] = `请填写${rule.label}`
      continue
    }
    const problem = fieldProblem(rule.type, value)
    if (problem) problems[name] = `${rule.label}${problem}`
    else if (typeof value === 'number' && !isWithin(rule, value)) problems[name] = `${rule.label}${boundWords(rule)}`
  }
  return problems
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** The payload bytes of a fact. Its fields lie apart: one of them may be called like a part of the fact itself. */
export const encodeFact = ({ kind, previous, fields }: Fact): Uint8Array =>
  encoder.encode(JSON.stringify({ kind, previous, fields }))

/** Reads a fact's payload; undefined when it is malformed (the entry is then kept and set aside). */
export function decodeFact(payload: Uint8Array): Fact | undefined {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch {
    return undefined // not JSON or not UTF-8: malformed, kept and set aside by the fold
  }
  if (!isRecord(value)) return undefined
  const { kind, previous, fields } = value
  if (!isRecord(fields)) return undefined
  if (typeof kind !== 'string' || !Object.hasOwn(FACTS, kind)) return undefined
  if (previous !== null && (typeof previous !== 'string' || !isEntryHash(previous))) return undefined
  if (Object.keys(fieldProblems(kind as FactKind, fields)).length > 0) return undefined
  return { kind: kind as FactKind, previous, fields: fields as Fact['fields'] }
}

/** The code of the document a kind of fact makes; undefined when it makes none. */
export const documentOfFact = (kind: FactKind): string | undefined => (FACTS[kind] as FactRule).document
