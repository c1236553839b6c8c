/** What a station keeps of itself (去向, 首问, 交接): how it is kept, and the checks that its commands share. */
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import type { StationRecord } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { type Failure, failure, type Result, success } from '#protocol/result.ts'
import { handlesCases } from './people.ts'

export const NOT_KEPT = '您填写的内容没有提交'

/** All that is wrong with what was asked; a form shows each beside its field. */
export type Failures = readonly [Failure, ...Failure[]]
export type Kept<Value> = Promise<Result<Value, Failures>>

/** Random bytes of an id: two of a station do not meet in a lifetime. */
const ID_BYTES = 8

/** How a new record of the actor's station begins: the station keeps what others write apart from its own. */
export const newHead = (
  office: Office,
  { station }: Actor,
): { readonly id: string; readonly version: 0; readonly station: StationCode } => ({
  id: `${station}.${toHex(office.random(ID_BYTES))}`,
  version: 0,
  station,
})

/** Keeps the record unless something is wrong with it; works without a network. */
export async function keep<Made extends StationRecord>(
  office: Office,
  actor: Actor,
  record: Made,
  problems: readonly (Failure | undefined)[] = [],
): Kept<Made> {
  if (!mayWrite(actor)) return failure([READS_ONLY])
  const [first, ...more] = problems.filter((problem) => problem !== undefined)
  if (first) return failure([first, ...more])
  const kept = await office.keepRecord(actor, record)
  return kept.ok ? success(record) : failure([kept.problem])
}

/** The records of the actor's own station; only those may be changed. */
export const ownRecords = <Each extends StationRecord>({ station }: Actor, records: readonly Each[]): readonly Each[] =>
  records.filter((record) => record.station === station)

export const ownRecord = <Each extends StationRecord>(
  actor: Actor,
  records: readonly Each[],
  id: string,
): Each | undefined => ownRecords(actor, records).find((record) => record.id === id)

const colleague = (office: Office, { station }: Actor, id: string) => {
  const person = office.directory.person(id as PersonId)
  return person?.disabled === false && person.station === station ? person : undefined
}

const stranger = (field: string, message: string): Failure => ({
  code: 'not-a-colleague',
  message,
  kept: NOT_KEPT,
  next: '请从本站点在用的人员中选择',
  field,
})

/** Somebody of the station whose account is in use, or the words that ask for one. */
export const colleagueProblem = (office: Office, actor: Actor, field: string, person: string, asking: string) =>
  colleague(office, actor, person) ? undefined : stranger(field, asking)

/** A colleague who handles cases and is not the one whose work it is, or the words that ask for one. */
export function successorProblem(
  office: Office,
  actor: Actor,
  { field, person, instead, asking }: { field: string; person: string; instead: string; asking: string },
): Failure | undefined {
  const found = person === instead ? undefined : colleague(office, actor, person)
  return found && handlesCases(found) ? undefined : stranger(field, asking)
}

/** A text that is too long, or missing where somebody asks for it. */
export function textProblem(field: string, text: string, most: number, asking?: string): Failure | undefined {
  const wrong = (code: string, message: string) => ({ code, message, kept: NOT_KEPT, next: '请改正后再提交', field })
  if (asking !== undefined && text.trim() === '') return wrong('text-missing', asking)
  return text.trim().length > most ? wrong('text-too-long', `最多 ${most} 字`) : undefined
}
