/** The workload: cases as a village captures them offline, every entry written on its own by the real Office. */
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import { identityCheckCharacter } from '#protocol/casework/identity/identity.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { type DocumentId, type StationCode, toHex } from '#protocol/ids.ts'
import type { Result } from '#protocol/result.ts'

/** Entries of one case: eight facts and the edits of two sections. */
export const ENTRIES_PER_CASE = 10

const FAMILY_NAMES = '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹'
const GIVEN_NAMES = '芳伟敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文海'
const VILLAGES = ['红岩村', '永河村', '联丰村', '白鹤村', '石门村', '龙泉村', '双桥村', '青林村']
const REASONS = ['家庭收入减少,申请生活补助', '首次参保,请予登记', '年满八十周岁,申请高龄津贴', '房屋受损,申请危房改造']

const pick = (text: string | readonly string[], place: number): string => text[place % text.length] as string

/** The value of a result; a refusal ends the bench, because a workload that is refused measures nothing. */
export function value<Of>(result: Result<Of>): Of {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`)
  return result.value
}

/** Eight short fields of an application form, different in every case. */
export function applicationOf(index: number): Record<string, string> {
  const mixed = (index * 2_654_435_761) % 4_294_967_296
  const digits = String(mixed).padStart(10, '0')
  const first17 = `510724${1940 + (mixed % 60)}0${1 + (mixed % 9)}1${mixed % 10}${digits.slice(4, 7)}`
  return {
    applicant:
      pick(FAMILY_NAMES, mixed) +
      pick(GIVEN_NAMES, Math.floor(mixed / 30)) +
      pick(GIVEN_NAMES, Math.floor(mixed / 900)),
    idNumber: first17 + identityCheckCharacter(first17),
    phone: `13${digits.slice(1, 10)}`,
    household: `安昌镇${pick(VILLAGES, mixed)}`,
    address: `${pick(VILLAGES, mixed)}${1 + (mixed % 12)}组${1 + (mixed % 300)}号`,
    birthDate: `${1940 + (mixed % 60)}-0${1 + (mixed % 9)}-1${mixed % 10}`,
    bankAccount: `6217${digits}${digits.slice(2, 7)}`,
    reason: pick(REASONS, mixed),
  }
}

const MATERIALS = ['identityCard', 'householdRegister', 'photo', 'bankCard', 'applicationForm', 'diagnosis']

/** Six materials on the counter, each with the hash of its photograph. */
export const materialsOf = (hashes: (place: number) => string): Record<string, object> =>
  Object.fromEntries(MATERIALS.map((id, place) => [id, { state: 'copy', copies: 1, sha256: hashes(place) }]))

export interface WrittenCase {
  readonly id: DocumentId
  readonly number: string
}

export interface WrittenFact {
  readonly kind: FactKind
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** Items take turns. */
export const itemOf = (index: number): string => `SL000${1 + (index % 3)}`

/** One more fact of a case. */
export const oneMoreFact = (index: number): WrittenFact => ({
  kind: 'noted',
  fields: { text: `已电话告知申请人办理进度(${index})。` },
})

/** The facts behind the opening and the two sections, in the order in which they are written. */
export const factsOf = (index: number, parent: StationCode): readonly WrittenFact[] => [
  { kind: 'captured', fields: { materials: 6 } },
  { kind: 'noted', fields: { text: `第${index}号:申请人已到场,原件已核对。` } },
  { kind: 'offered', fields: { to: parent, materials: 6 } },
  { kind: 'retracted', fields: { reason: '申请人要求更正住址' } },
  { kind: 'noted', fields: { text: '住址已更正,材料齐全。' } },
  { kind: 'offered', fields: { to: parent, materials: 6, note: '请予受理' } },
  oneMoreFact(index),
]

/** Writes one case at an office, entry by entry. */
export async function writeCase(office: Office, agent: Actor, parent: StationCode, index: number): Promise<DocumentId> {
  const { id } = value(await office.openCase(agent, itemOf(index)))
  value(await office.edit(agent, id, 'application', { set: applicationOf(index) }))
  value(await office.edit(agent, id, 'materials', { set: materialsOf(() => toHex(office.random(32))) }))
  for (const { kind, fields } of factsOf(index, parent)) value(await office.act(agent, id, kind, fields))
  return id
}
