/** What a field of the catalogue may be: its kind and bounds, its name for people, and what it is when nothing is said. */
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Day } from '../time/days.ts'

/** One value. */
export type ScalarKind =
  /** A character is a code point, so in bytes a text is at most four times as long. */
  | { readonly is: 'text'; readonly most: number }
  /** A code, without blanks around it; of a department it is chosen from the register. */
  | { readonly is: 'key'; readonly most: number; readonly department?: boolean }
  | { readonly is: 'count'; readonly least: number; readonly most: number; readonly unit: string }
  /** Fen. */
  | { readonly is: 'amount'; readonly least: number }
  /** From an amount to one that is no smaller. */
  | { readonly is: 'range' }
  | { readonly is: 'flag' }
  | { readonly is: 'day' }
  /** A code of a list. */
  | {
      readonly is: 'choice'
      readonly titles: Titles
      /** Other words for its codes. */
      readonly also: Titles
      /** In tables its title stands without the code. */
      readonly bare: boolean
      /** Records with codes that are not on the list are read; none is written. */
      readonly open: boolean
    }

export type Titles = Readonly<Record<string, string>>

/** What stands in one cell of a list of records. */
export type CellKind =
  | ScalarKind
  /** Null when there is none. */
  | { readonly is: 'optional'; readonly of: ScalarKind }
  | { readonly is: 'several'; readonly of: ScalarKind; readonly most: number }

/** What stands in one column of a table, and in one field of a form. */
export type ColumnKind =
  | CellKind
  /** Records, each `one` of them called by the field `called`. */
  | {
      readonly is: 'rows'
      readonly fields: CellFields
      readonly most: number
      readonly one: string
      readonly called: string
    }

export type Kind = ColumnKind | { readonly is: 'part'; readonly fields: ColumnFields }

/** The parts of the guide for the public, in its order, with their headings. */
export const GUIDE_PARTS = {
  about: '',
  materials: '申请材料',
  handling: '办理',
  where: '到哪里办',
  questions: '常见问题',
} as const
type GuidePart = keyof typeof GUIDE_PARTS

interface About {
  /** More than the title says, for whoever fills the form or reads the API. */
  readonly note?: string
  /** What it means that nothing stands there. */
  readonly empty?: string
  /** Nothing is published without it. */
  readonly required?: true
  /** Where the guide says it; without this the guide does not. */
  readonly guide?: GuidePart
  /** The guide is silent about it while nothing stands there. */
  readonly quiet?: true
  /**
   * Of the last fields of a part or of rows: records and files that an earlier program wrote lack it and are read all the
   * same, and then it is what it is when nothing is said. Without this mark what lacks a field of a part or of a row is
   * not read: what nobody wrote must not become law.
   */
  readonly mayLack?: true
}

export interface Field<Value = unknown, Of extends Kind = Kind> extends About {
  /** Name people see; of a column it is the title of that column for ever. */
  readonly title: string
  readonly kind: Of
  /** What it is when nothing is said: the most cautious answer. Its type is the type of the field. */
  readonly initial: Value
}

export type FieldTable = Readonly<Record<string, Field>>
type ColumnFields = Readonly<Record<string, Field<unknown, ColumnKind>>>
type CellFields = Readonly<Record<string, Field<unknown, CellKind>>>

/** The record that a table of fields describes. */
export type RecordOf<Of extends FieldTable> = { readonly [Name in keyof Of]: Of[Name]['initial'] }

type Scalar<Value> = Field<Value, ScalarKind>

const text = (title: string, most: number, about: About): Scalar<string> => ({
  title,
  kind: { is: 'text', most },
  initial: '',
  ...about,
})

/** A text of one line. */
export const line = (title: string, about: About = {}): Scalar<string> => text(title, LIMITS.lineCharacters, about)

/** A text of several sentences. */
export const long = (title: string, about: About = {}): Scalar<string> => text(title, LIMITS.noteCharacters, about)

/** A text with a bound of its own. */
export const bounded = (title: string, most: number, about: About = {}): Scalar<string> => text(title, most, about)

export const key = (title: string, most: number, about: About = {}): Scalar<string> => ({
  title,
  kind: { is: 'key', most },
  initial: '',
  ...about,
})

/** The code of a department of the register. */
export const department = (title: string, about: About = {}): Scalar<string> => ({
  title,
  kind: { is: 'key', most: LIMITS.lineCharacters, department: true },
  initial: '',
  ...about,
})

export const count = (
  title: string,
  { least = 0, most, unit = '' }: { readonly least?: number; readonly most: number; readonly unit?: string },
  initial: number,
  about: About = {},
): Scalar<number> => ({ title, kind: { is: 'count', least, most, unit }, initial, ...about })

export const amount = (title: string, least: number, about: About = {}): Scalar<number> => ({
  title,
  kind: { is: 'amount', least },
  initial: least,
  ...about,
})

export const range = (title: string, about: About = {}): Scalar<{ readonly from: number; readonly to: number }> => ({
  title,
  kind: { is: 'range' },
  initial: { from: 0, to: 0 },
  ...about,
})

export const flag = (title: string, initial: boolean, about: About = {}): Scalar<boolean> => ({
  title,
  kind: { is: 'flag' },
  initial,
  ...about,
})

export const dayField = (title: string, initial: Day, about: About = {}): Scalar<Day> => ({
  title,
  kind: { is: 'day' },
  initial,
  ...about,
})

export const choice = <Code extends string>(
  title: string,
  titles: Readonly<Record<Code, string>>,
  initial: NoInfer<Code>,
  about: About & {
    readonly also?: Readonly<Record<string, NoInfer<Code>>>
    readonly bare?: boolean
    readonly open?: boolean
  } = {},
): Scalar<Code> => {
  const { also = {}, bare = false, open = false, ...rest } = about
  return { title, kind: { is: 'choice', titles, also, bare, open }, initial, ...rest }
}

/** The same, or nothing. */
export const optional = <Value>(field: Scalar<Value>): Field<Value | null, CellKind> => ({
  ...field,
  kind: { is: 'optional', of: field.kind },
  initial: null,
})

/** A code by its title; one that is not on the list, as records of other programs may have it, by itself. */
export const titleOf = (titles: Titles, code: string): string =>
  Object.hasOwn(titles, code) ? (titles[code] ?? code) : code

/** Several of the same. */
export const several = <Value>(
  field: Scalar<Value>,
  most: number,
  initial: readonly NoInfer<Value>[] = [],
): Field<readonly Value[], CellKind> => ({ ...field, kind: { is: 'several', of: field.kind, most }, initial })

/** A list of records. */
export const rows = <Of extends CellFields>(
  title: string,
  fields: Of,
  { one, called }: { readonly one: string; readonly called: keyof Of & string },
  about: About = {},
): Field<readonly RecordOf<Of>[], ColumnKind> => ({
  title,
  kind: { is: 'rows', fields, most: LIMITS.sectionKeys, one, called },
  initial: [],
  ...about,
})

/** A record of its own inside the record; each of its fields is a column. */
export const part = <Of extends ColumnFields>(
  title: string,
  fields: Of,
  about: About = {},
): Field<RecordOf<Of>, { readonly is: 'part'; readonly fields: Of }> => ({
  title,
  kind: { is: 'part', fields },
  initial: initialOf(fields),
  ...about,
})

/** A record of which nothing is said. */
export const initialOf = <Of extends FieldTable>(fields: Of): RecordOf<Of> =>
  Object.fromEntries(Object.entries(fields).map(([name, { initial }]) => [name, initial])) as RecordOf<Of>

/** What is given of a record, with the fields that its parts and rows may lack; everything else stays as it is. */
export function filledUp(
  fields: FieldTable,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const filled: Record<string, unknown> = { ...given }
  for (const [name, { kind }] of Object.entries(fields)) {
    const value = given[name]
    if (kind.is === 'part' && isRecord(value)) filled[name] = { ...lackedBy(kind.fields), ...value }
    if (kind.is === 'rows' && Array.isArray(value))
      filled[name] = value.map((row) => (isRecord(row) ? { ...lackedBy(kind.fields), ...row } : row))
  }
  return filled
}

const lackedBy = (fields: FieldTable) =>
  initialOf(Object.fromEntries(Object.entries(fields).filter(([, { mayLack }]) => mayLack)))
