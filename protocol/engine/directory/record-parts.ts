/** What the shapes of directory records are made of: identifiers, days, counts, codes, and the proof of their types. */
import * as z from 'zod'
import { POWERS, WINDOW_KINDS } from '#protocol/casework/codes.ts'
import { ROLES } from '#protocol/casework/directory.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import { type EntryHash, type LogKey, type NodeId, PATTERNS, type PersonId, type StationCode } from '#protocol/ids.ts'
import { TIERS } from '#protocol/tiers.ts'

const identifier = <Name extends string>(pattern: RegExp, error: string) =>
  z.string({ error }).regex(pattern, { error, abort: true }) as unknown as z.ZodType<Name, Name>

export const stationCode = identifier<StationCode>(PATTERNS.station, '须为站点代码(6 到 15 位数字)')
export const personId = identifier<PersonId>(PATTERNS.person, '须为人员账号')
export const nodeId = identifier<NodeId>(PATTERNS.node, '须为节点标识')
export const logName = z.string().regex(/^[0-9a-f]{32}\/[0-9]{1,5}\/[a-z0-9]{6,15}$/) as unknown as z.ZodType<
  LogKey,
  LogKey
>
/** 32 bytes. */
export const publicKey = z.string().regex(/^[0-9a-fA-F]{64}$/)
export const entryHash = z.string().regex(/^[0-9a-f]{64}$/) as unknown as z.ZodType<EntryHash, EntryHash>

const NO_DAY = '须为日期,如 2026-11-21'
/** A day that exists; the pattern is for those who are told the shape. */
export const day = z
  .string({ error: NO_DAY })
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, { error: NO_DAY, abort: true })
  .refine(isDay, { error: NO_DAY, abort: true }) as unknown as z.ZodType<Day, Day>

export const wholeNumber = z.int().min(0)
/** A time since 1970. */
export const milliseconds = z.int().min(0)
export const list = <Part extends z.ZodType>(part: Part) => z.array(part).readonly()

/** The codes of a table. */
export const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>) =>
  Object.keys(table) as [Key, ...Key[]]

export const tier = z.enum(TIERS)
export const role = z.enum(keysOf(ROLES))
export const power = z.enum(keysOf(POWERS))
export const windowKind = z.enum(keysOf(WINDOW_KINDS))

/** A type without the marks that make no difference to a value: who may change it. */
type Plain<Of> = Of extends string | number | boolean | null | undefined
  ? Of
  : Of extends readonly (infer Part)[]
    ? readonly Plain<Part>[]
    : { readonly [Field in keyof Of]: Plain<Of[Field]> }

type IsSame<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false

/** The fields that are not the same in both: missing in one, optional in one, or of another type. */
type Differing<Left, Right> = {
  [Field in keyof Left | keyof Right]: IsSame<
    Plain<Pick<Left, Field & keyof Left>>,
    Plain<Pick<Right, Field & keyof Right>>
  > extends true
    ? never
    : Field
}[keyof Left | keyof Right]

/**
 * The shape of a type: the compiler refuses a field that the type does not have, one that is missing and one whose
 * values differ, in either direction. Fields that are not named may be there: a later version may have written them.
 */
export const shapeOf =
  <Of>() =>
  <Fields extends z.ZodRawShape>(
    fields: Fields & Readonly<Record<Differing<Of, z.output<z.ZodObject<Fields>>>, never>>,
  ): z.ZodObject<Fields, z.core.$strip> =>
    z.object(fields)
