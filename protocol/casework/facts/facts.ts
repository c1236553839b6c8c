/** The facts (环节记录): one table says what each is called, what it carries and whether it is guarded. */
import { type EntryHash, isEntryHash, type LogKey, type PersonId, type StationCode } from '#protocol/ids.ts'
import { isRecord } from '#protocol/json.ts'
import type { PaperCode } from '../papers.ts'
import { CONTRIBUTIONS_FACTS } from './contributions.ts'
import { CUSTODY_FACTS } from './custody.ts'
import { boundWords, fieldProblem, isWithin } from './field-values.ts'
import type { FactRule, FieldRule } from './fields.ts'
import { HANDLING_FACTS } from './handling.ts'
import { INTAKE_FACTS } from './intake.ts'

/**
 * Every fact of the casework. Stage changes and who may do them are in rules/transitions.ts, further conditions in rules/guards.ts.
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

/** Facts that change stage or custody. */
export type GuardedKind = {
  [Kind in FactKind]: (typeof FACTS)[Kind]['guarded'] extends true ? Kind : never
}[FactKind]
/** Whether a text names a kind of fact that this program knows. */
export const isFactKind = (text: string): text is FactKind => Object.hasOwn(FACTS, text)

/** Facts that anybody concerned may write and that move neither. */
export type ContributionKind = Exclude<FactKind, GuardedKind>

export const isGuarded = (kind: FactKind): kind is GuardedKind => FACTS[kind].guarded
export const GUARDED_KINDS: readonly GuardedKind[] = FACT_KINDS.filter(isGuarded)
export const CONTRIBUTION_KINDS: readonly ContributionKind[] = FACT_KINDS.filter(
  (kind): kind is ContributionKind => !isGuarded(kind),
)

/** Facts that settle what becomes of an application, the hall's own decision first. */
export const DECIDING_KINDS = ['decided', 'replied', 'settled', 'concluded'] as const satisfies readonly FactKind[]

/** Names of the fields of a fact whose rule is as asked. */
export const fieldsOf = (kind: FactKind, wanted: (rule: FieldRule) => boolean): readonly string[] =>
  Object.entries<FieldRule>(FACTS[kind].fields).flatMap(([name, rule]) => (wanted(rule) ? [name] : []))

/** Names under which any fact has such a field. */
export const fieldNames = (wanted: (rule: FieldRule) => boolean): readonly string[] => [
  ...new Set(FACT_KINDS.flatMap((kind) => fieldsOf(kind, wanted))),
]

/** What a fact relied on: the digests and the frontier of a section when the fact was written (DESIGN.md section 7). */
export interface Seal {
  readonly section: string
  /** Hex SHA-256 of the section's snapshot. */
  readonly digest: string
  /** Hex SHA-256 of what the section said, whoever wrote it; absent where a program before this wrote the fact. */
  readonly content?: string
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

/** What a fact says, by the names of its fields. */
export type Fields = Readonly<Record<string, FieldValue>>

/** A well-formed fact. */
export interface Fact {
  readonly kind: FactKind
  /** The guarded fact before it; null for `opened` and for contributions. */
  readonly previous: EntryHash | null
  readonly fields: Fields
}

/** What a fact that only a newer program can read says to every program: what it is called, and which fact it follows. */
export interface NewerFact {
  readonly kind: string
  /** The guarded fact before it; null for a contribution. */
  readonly previous: EntryHash | null
}

/** A fact as it lies in a log: who, where, when. */
export interface FactEntry {
  readonly hash: EntryHash
  readonly log: LogKey
  readonly seq: number
  /** Set while it was only met carried, and not by the root: neither its own place nor the root vouches for when it came. */
  readonly isOnlyCarried?: boolean
  /** Set of an opening in another stream than the one to which the id of the case is bound: nobody honest opens it there. */
  readonly isAbroad?: boolean
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Milliseconds since 1970 on the author's clock. */
  readonly time: number
  /** The author's known offset to the root in milliseconds; null while unknown. */
  readonly clockOffset: number | null
  /** The newest thing of the root that its author knew, in milliseconds on the root's clock: it is no older. Absent: none. */
  readonly published?: number
  /** Undefined when this program cannot read it; such a fact is kept and set aside. */
  readonly fact: Fact | undefined
  /** Set where it cannot be read because it is of a newer program, not because it is broken. */
  readonly newer?: NewerFact
}

/** Checks the fields of a fact against its rule: field name to what is wrong; empty when all is well. */
export function factProblems(kind: FactKind, fields: Readonly<Record<string, unknown>>): Record<string, string> {
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

/** What a kind of fact may be called, whatever program wrote it. */
const KIND_NAME = /^[a-z][a-z-]{0,39}$/

/** The parts of a payload before its kind is looked at; undefined when it is no fact of any program. */
function partsOf(payload: Uint8Array) {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch {
    return undefined // not JSON or not UTF-8: malformed, kept and set aside by the fold
  }
  if (!isRecord(value)) return undefined
  const { kind, previous, fields } = value
  if (!isRecord(fields) || typeof kind !== 'string') return undefined
  if (previous !== null && (typeof previous !== 'string' || !isEntryHash(previous))) return undefined
  return { kind, previous, fields }
}

type Knows = (kind: FactKind, field?: string) => boolean

/** Whether fields say something of which this program has never heard: another field, or another choice of one it knows. */
function isBeyond(kind: FactKind, fields: Readonly<Record<string, unknown>>, knows: Knows): boolean {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  return Object.entries(fields).some(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined || !knows(kind, name)) return true
    return (
      typeof rule.type === 'object' &&
      typeof value === 'string' &&
      value !== '' &&
      !Object.hasOwn(rule.type.oneOf, value)
    )
  })
}

/**
 * Reads a fact's payload: the fact; what one of a newer program says of itself, its kind or its fields being unknown
 * here; nothing when it is malformed. The entry is kept in any case.
 * @param knows whether this program can read facts of a kind, or a field of them
 */
export function readFact(payload: Uint8Array, knows: Knows = () => true): Pick<FactEntry, 'fact' | 'newer'> {
  const parts = partsOf(payload)
  if (parts === undefined) return { fact: undefined }
  const { kind, previous, fields } = parts
  const newer = { fact: undefined, newer: { kind, previous } }
  if (!Object.hasOwn(FACTS, kind)) return KIND_NAME.test(kind) ? newer : { fact: undefined }
  const known = kind as FactKind
  if (!knows(known)) return newer
  if (isBeyond(known, fields, knows))
    return { fact: undefined, newer: { kind, previous: isGuarded(known) ? previous : null } }
  if (Object.keys(factProblems(known, fields)).length > 0) return { fact: undefined }
  return { fact: { kind: known, previous, fields: fields as Fields } }
}

/** The fact of a payload; undefined when this program cannot read it. */
export const decodeFact = (payload: Uint8Array): Fact | undefined => readFact(payload).fact

/** The code of the document a kind of fact makes; undefined when it makes none. */
export const documentOfFact = (kind: FactKind): PaperCode | undefined => (FACTS[kind] as FactRule).document
