/** What a fact is made of: types of fields, and the fields many facts share. */
import type { PaperCode } from '../papers.ts'

/** What a field of a fact may hold. */
export type FieldType =
  /** At most 200 characters. */
  | 'text'
  /** At most LIMITS.noteCharacters. */
  | 'note'
  /** A whole number from 0. */
  | 'count'
  /** An amount of money in fen. */
  | 'amount'
  | 'station'
  | 'person'
  | 'hash'
  | 'flag'
  /** A civil day. */
  | 'day'
  /** Several texts, such as the materials that are missing, one each. */
  | 'lines'
  /** Pieces by material id, as counted at the counter. */
  | 'counts'
  /** A list of {@link Seal}. */
  | 'seals'
  | { readonly oneOf: Readonly<Record<string, string>> }

export interface FieldRule {
  readonly type: FieldType
  readonly required: boolean
  /** Name people see. */
  readonly label: string
  /** The least a count may be; 0 when it is not said. */
  readonly least?: number
  /** The most a count may be, when there is a bound besides that of numbers. */
  readonly most?: number
  /**
   * What the node writes when it is left blank: the same field of the application form, the code of the department that is
   * named, the edition of the item in force, the next number of the paper, the remedies that a refusal must tell. Seals are always the node's, and so are the case's own numbers: the next
   * one of the station and the one the case has.
   */
  readonly fill?: 'form' | 'department' | 'edition' | 'number' | 'remedies' | 'case-number' | 'present-number'
  /** Where people are asked for it, when not on the act itself: on the application form, behind a late entry, nowhere. */
  readonly asked?: 'form' | 'late' | 'nowhere'
  /** False when people who read the fact find it told elsewhere, or it is for programs. */
  readonly told?: false
  /** A number that names a person: only who handles the case reads it in full. */
  readonly secret?: true
  /** The rules level that brought it (rules/level.ts): no node writes it before the county has enabled that. */
  readonly since?: number
  /** A person who signs beside whoever acts; `another` may not be the same. */
  readonly signs?: 'another' | 'anybody'
}

/** What a rule says besides type and label. */
type Besides = Omit<FieldRule, 'type' | 'required' | 'label'>

export interface FactRule {
  /** Name people see. */
  readonly title: string
  /** Guarded facts change stage or custody, name the fact before them, and only the holder may write them. */
  readonly guarded: boolean
  /** The rules level that brought it (rules/level.ts); the first one when it is not said. */
  readonly since?: number
  /** The printed document this act makes (SOURCES.md section 7): its number is minted with the fact. */
  readonly document?: PaperCode
  readonly fields: Readonly<Record<string, FieldRule>>
}

/** Whether anybody who acts may state a field; the rest only the node writes. */
export const isStated = ({ type, fill, asked }: FieldRule): boolean =>
  type !== 'seals' && fill !== 'department' && fill !== 'edition' && !(fill === 'form' && asked === 'nowhere')

export const need = (type: FieldType, label: string, besides: Besides = {}): FieldRule => ({
  type,
  required: true,
  label,
  ...besides,
})
export const may = (type: FieldType, label: string, besides: Besides = {}): FieldRule => ({
  type,
  required: false,
  label,
  ...besides,
})
/** Names to titles. */
export const titlesOf = (
  table: Readonly<Record<string, { readonly title: string }>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(table).map(([name, { title }]) => [name, title]))
export const oneOf = (choices: Readonly<Record<string, string>>): FieldType => ({ oneOf: choices })

const again: Besides = { asked: 'nowhere', fill: 'form', told: false, since: 2 }

export const applicantFields = {
  applicant: need('text', '申请人', { asked: 'form', fill: 'form' }),
  idNumber: may('text', '证件号码', { asked: 'form', fill: 'form', secret: true }),
  idOverride: may('note', '证件号码校验不符的说明', { asked: 'form', fill: 'form' }),
  phone: may('text', '联系电话', { asked: 'form', fill: 'form', secret: true }),
  materials: need('count', '材料份数', { asked: 'form' }),
  seals: need('seals', '封存'),
}

/**
 * Who applies as the form says while it is sealed again: a name put right until acceptance counts from there, like all
 * else on the form (rule C131). Only the node writes it.
 */
export const applicantAgain = {
  applicant: may('text', '申请人', again),
  idNumber: may('text', '证件号码', { ...again, secret: true }),
  idOverride: may('note', '证件号码校验不符的说明', again),
  phone: may('text', '联系电话', { ...again, secret: true }),
}

/** Back-dated entry (补录): when it really happened and why it is written down only now; both times are shown. */
export const backdated = {
  occurredOn: may('day', '实际发生日期(补录时填写)', { asked: 'late', told: false }),
  occurredWhy: may('note', '补录原因', { asked: 'late', told: false }),
}

/**
 * Whom an act waits for (复核, rules/four-eyes.ts): a fact that names somebody here has no effect before a second person has
 * confirmed it under her own sign-in. The node writes it where the act itself asks for that person.
 */
export const proposal = { proposedTo: may('person', '复核人', { asked: 'nowhere', told: false, since: 3 }) }

/** Back-dated entry of what stops a clock: somebody else stands behind the day. */
export const seconded = {
  ...backdated,
  proposedTo: may('person', '补录复核人(停表的补录须另一人复核)', { asked: 'late', signs: 'another', since: 3 }),
}

/** The number of the printed document; the office mints it when it is left out. */
export const documentNumber = { document: may('text', '文书号', { asked: 'nowhere', fill: 'number' }) }

export const reason = need('note', '原因')
/** Where to turn against a refusal, and within which time (rules/remedies.ts). */
export const remedies = may('note', '救济途径', { fill: 'remedies' })
