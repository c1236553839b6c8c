/** The facts (环节记录): one table says what each is called, what it carries and whether it is guarded. */
import {
  type EntryHash,
  isEntryHash,
  isStationCode,
  type LogKey,
  type PersonId,
  type StationCode,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** What a field of a fact may hold. `seals` is a list of {@link Seal}. */
export type FieldType =
  | 'text'
  | 'note'
  | 'count'
  | 'station'
  | 'hash'
  | 'flag'
  | 'seals'
  | { readonly oneOf: readonly string[] }

export interface FieldRule {
  readonly type: FieldType
  readonly required: boolean
  /** Name people see. */
  readonly label: string
}

export interface FactRule {
  /** Name people see. */
  readonly title: string
  /** Guarded facts change stage or custody, name the fact before them, and only the holder may write them. */
  readonly guarded: boolean
  readonly fields: Readonly<Record<string, FieldRule>>
}

const need = (type: FieldType, label: string): FieldRule => ({ type, required: true, label })
const may = (type: FieldType, label: string): FieldRule => ({ type, required: false, label })

const applicantFields = {
  applicant: need('text', '申请人'),
  idNumber: may('text', '证件号码'),
  idOverride: may('note', '证件号码校验不符的说明'),
  phone: may('text', '联系电话'),
  materials: need('count', '材料份数'),
  seals: need('seals', '封存'),
}

/**
 * Every fact of the casework. Stage changes are in stages.ts, permissions in acts.ts.
 * Sources: design facts of 行政许可法 arts. 29–44 as summarised in SPEC.md part C.
 */
export const FACTS = {
  opened: {
    title: '建件',
    guarded: true,
    fields: { number: need('text', '办件编号'), item: need('text', '事项'), itemVersion: need('count', '事项版本') },
  },
  captured: { title: '代收', guarded: true, fields: { ...applicantFields, authorisation: may('text', '委托书') } },
  offered: {
    title: '移交',
    guarded: true,
    fields: {
      to: need('station', '接收站点'),
      materials: need('count', '移交材料份数'),
      note: may('note', '移交说明'),
    },
  },
  retracted: { title: '撤回移交', guarded: true, fields: { reason: need('note', '撤回原因') } },
  taken: {
    title: '签收',
    guarded: true,
    fields: { materials: need('count', '实收材料份数'), differences: may('note', '差异记录') },
  },
  declined: { title: '拒收退回', guarded: true, fields: { reason: need('note', '退回原因') } },
  received: { title: '收件', guarded: true, fields: applicantFields },
  accepted: { title: '受理', guarded: true, fields: { seals: need('seals', '封存'), note: may('note', '受理意见') } },
  decided: {
    title: '决定',
    guarded: true,
    fields: {
      result: need({ oneOf: ['granted', 'refused'] }, '决定'),
      opinion: need('note', '意见'),
      reasons: may('note', '不予许可的理由和救济途径'),
      seals: need('seals', '封存'),
    },
  },
  closed: {
    title: '办结',
    guarded: true,
    fields: { document: may('text', '结果文书号'), note: may('note', '办结说明') },
  },
  delivered: {
    title: '送达',
    guarded: true,
    fields: {
      recipient: need('text', '领取人'),
      relationship: may('text', '与申请人关系'),
      note: may('note', '送达说明'),
    },
  },
  reassigned: {
    title: '改派',
    guarded: true,
    fields: { to: need('station', '改派到'), reason: need('note', '改派原因') },
  },
  adopted: { title: '采纳', guarded: true, fields: { fact: need('hash', '采纳的记录'), note: may('note', '说明') } },
  dismissed: {
    title: '不采纳',
    guarded: false,
    fields: { fact: need('hash', '不采纳的记录'), reason: need('note', '原因') },
  },
  noted: { title: '备注', guarded: false, fields: { text: need('note', '内容') } },
} as const satisfies Record<string, FactRule>

export type FactKind = keyof typeof FACTS
export const FACT_KINDS = Object.keys(FACTS) as FactKind[]

/** What a fact relied on: the digest and the frontier of a section when the fact was written (sync.md section 7). */
export interface Seal {
  readonly section: string
  /** Hex SHA-256 of the section's snapshot. */
  readonly digest: string
  /** Heights of the logs that hold the section's edits. */
  readonly frontier: Readonly<Record<string, number>>
}

export type FieldValue = string | number | boolean | readonly Seal[]

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

/** Why a value does not fit a field's type, or undefined when it fits. */
export function fieldProblem(type: FieldType, value: unknown): string | undefined {
  if (typeof type === 'object')
    return type.oneOf.includes(value as string) ? undefined : `须为 ${type.oneOf.join('、')}`
  switch (type) {
    case 'text':
      return typeof value === 'string' && value.length <= 200 ? undefined : '须为不超过200字的文字'
    case 'note':
      return typeof value === 'string' && value.length <= LIMITS.noteCharacters ? undefined : '文字过长'
    case 'count':
      return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : '须为不小于零的整数'
    case 'station':
      return typeof value === 'string' && isStationCode(value) ? undefined : '须为站点代码'
    case 'hash':
      return typeof value === 'string' && isEntryHash(value) ? undefined : '须为记录标识'
    case 'flag':
      return typeof value === 'boolean' ? undefined : '须为是或否'
    case 'seals':
      return Array.isArray(value) && value.length <= 20 && value.every(isSeal) ? undefined : '封存数据不完整'
  }
}

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
