/** Joint handling: asking a co-department for its part can open that part as a case of its own, in the same commit. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { FieldValue } from '#protocol/casework/facts/facts.ts'
import { textOf } from '#protocol/casework/facts/values.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import type { DocumentId, EntryHash, StationCode } from '#protocol/ids.ts'
import { fail, failure, type Result, success } from '#protocol/result.ts'
import { writingStream } from '../carrying/carrying.ts'
import { type CaseFile, stateOf } from '../cases/case-file.ts'
import type { Core } from '../core.ts'
import type { Actor } from '../office.ts'
import { registerOf } from '../register.ts'
import { fileOf } from '../writing/case-loading.ts'
import type { Staging } from '../writing/staging.ts'
import { act, editSection, openCase } from './case-writing.ts'

type Fields = Readonly<Record<string, FieldValue>>

/** What the co-department needs to see; notes of deliberation stay with the case in which they were written. */
const COPIED: readonly SectionName[] = ['application', 'materials']

/**
 * Writes `invited` and, when it names an item, opens that item's case beside it: received by the inviting station
 * with the master's applicant and sections, and offered to the co-department. Refused whole when any part is.
 */
export async function invite(
  staging: Staging,
  actor: Actor,
  master: DocumentId,
  fields: Fields,
  expects?: EntryHash,
): Promise<Result<{ readonly hash: EntryHash }>> {
  const code = departmentCode(staging.core, fields)
  if (!code.ok) return code
  const invited = await act(staging, actor, master, 'invited', { ...fields, code: code.value }, expects)
  if (!invited.ok || typeof fields.item !== 'string' || fields.item === '') return invited
  const file = await fileOf(staging, master)
  const opened = await openPart(staging, actor, file, fields.item, fields.to as StationCode)
  if (opened.ok) return invited
  const { message, ...problem } = opened.problem
  return failure({ ...problem, message: `协办事项的办件没有建成:${message}`, kept: '联办通知没有发出,办件没有变化。' })
}

/** The code of the department that is named, by code or name; empty in a county that has published none. */
function departmentCode({ directory }: Core, { department }: Fields): Result<string> {
  // Of two periods of a department the present one has the name.
  const departments = directory.departments().toSorted((one) => (one.successor === null ? -1 : 1))
  const found = departments.find(({ id, name, shortName }) => [id, name, shortName].includes(textOf(department)))
  if (found !== undefined || departments.length === 0 || textOf(department) === '') return success(found?.id ?? '')
  const message = `没有“${textOf(department)}”这个部门。`
  return fail(
    'unknown-department',
    message,
    '办件没有变化,已填写的内容保留。',
    '请从列表中选择协办部门。',
    'department',
  )
}

/** What was counted of materials that both items ask for: the same id may be another paper there. */
function sharedMaterials(
  { directory }: Core,
  { item, itemVersion }: CaseState,
  part: string,
  counted: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const [of, into] = [directory.edition(item, itemVersion), directory.item(part)]
  const names = new Map(of?.materials.map(({ id, name }) => [id, name]))
  const isShared = (id: string) =>
    into?.materials.some((rule) => rule.id === id && rule.name === names.get(id)) === true
  return Object.fromEntries(Object.entries(counted).filter(([id]) => isShared(id)))
}

async function openPart(
  staging: Staging,
  actor: Actor,
  master: CaseFile,
  item: string,
  to: StationCode,
): Promise<Result<unknown>> {
  const { core } = staging
  const state = stateOf(master, registerOf(core)) as CaseState
  const stream = writingStream(core, master, actor.station)
  if (!stream.ok) return stream
  const opened = await openCase(staging, actor, item, { master: master.id, stream: stream.value })
  if (!opened.ok) return opened
  const { id } = opened.value
  for (const name of COPIED) {
    const section = core.sections.open(master, name)
    if (!section.ok) return section
    const all = section.value.value() as Readonly<Record<string, unknown>>
    const set = name === 'materials' ? sharedMaterials(core, state, item, all) : all
    const copied = await editSection(staging, actor, id, name, { set })
    if (!copied.ok) return copied
  }
  const taken = takenIn(state)
  const received = await act(staging, actor, id, 'received', taken)
  if (!received.ok) return received
  if (to === actor.station) return received // the co-department sits in the same hall: its people handle it here
  const { materials } = taken
  return act(staging, actor, id, 'offered', { to, materials: typeof materials === 'number' ? materials : 0 })
}

/** The master's applicant and papers, as they were last taken in. */
function takenIn({ story, applicant }: CaseState): Record<string, FieldValue> {
  const line = story.findLast(
    ({ kind, epoch }) => epoch !== null && ['received', 'captured', 'submitted'].includes(kind),
  )
  const { name, idNumber, phone } = applicant
  const { materials = 0, idOverride = '' } = line?.fields ?? {}
  return { applicant: name, idNumber, phone, materials, idOverride }
}
