/** A case as one person meets it: finding it, reading it, filling it in, acting on it. */
import { readableBy, readsNumbers, secretsOf } from '#edge-node/commands/masking.ts'
import { mayRead } from '#edge-node/commands/reading.ts'
import { CASE_UNKNOWN, NOT_AN_EDITOR, READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayEdit, mayWrite } from '#edge-node/commands/roles.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Actor, CaseView, Office, OpeningOptions, UncheckedChange } from '#protocol/engine/office.ts'
import type { SectionView } from '#protocol/engine/section-view.ts'
import { type DocumentId, type EntryHash, isCaseId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail, failure, type Result, success } from '#protocol/result.ts'

/** The stage of a case that was never handed in. */
const DRAFT = '00'

/** What is found under an id or a number, when the case is this person's business. */
async function reached<Found>(
  { office, actor, text }: { readonly office: Office; readonly actor: Actor; readonly text: string },
  open: (id: DocumentId) => Promise<Result<Found>>,
  stateOf: (found: Found) => CaseState,
): Promise<Result<Found>> {
  const ids = isCaseId(text) ? [text] : (await office.byNumber(text)).map(({ id }) => id)
  const readable: { readonly ok: true; readonly value: Found }[] = []
  for (const id of ids) {
    const found = await open(id)
    if (!found.ok && found.problem.code !== CASE_UNKNOWN.code) return found
    if (found.ok && mayRead(actor, office.directory, stateOf(found.value))) readable.push(found)
  }
  const [found, ...more] = readable
  if (found === undefined) return failure(CASE_UNKNOWN)
  return more.length === 0
    ? found
    : failure(
        severalCases(
          text,
          readable.map(({ value }) => stateOf(value).id),
        ),
      )
}

/** A number that was given twice names none of its cases. */
const severalCases = (number: string, ids: readonly DocumentId[]): Failure => ({
  code: 'number-shared',
  message: `编号 ${number} 对应 ${ids.length} 个办件:${ids.join('、')}`,
  kept: '没有改动任何内容',
  next: '请用办件标识指明其中一个,或在“查询”里按编号打开',
})

/** The case a person names by id or number. */
export const reachCase = (office: Office, actor: Actor, text: string): Promise<Result<CaseState>> =>
  reached(
    { office, actor, text },
    (id) => office.state(id),
    (state) => state,
  )

/** The same for a person who wants to act on it. */
export const reachToWrite = async (office: Office, actor: Actor, text: string): Promise<Result<CaseState>> =>
  mayWrite(actor) ? reachCase(office, actor, text) : failure(READS_ONLY)

/**
 * All there is to see of the case a person names, as far as that person may read it.
 * @param asOf a fact: the form and the applicant are as they were then, for a paper that says the same each time
 */
export async function readCase(
  office: Office,
  actor: Actor,
  text: string,
  asOf?: EntryHash,
): Promise<Result<CaseView>> {
  const found = await reached(
    { office, actor, text },
    (id) => office.view(actor, id, asOf),
    ({ state }) => state,
  )
  if (!found.ok) return found
  await noteRead(office, actor, found.value)
  return success(readableBy(actor, found.value))
}

/** Who reads a case with numbers of somebody is written down, once an hour for each case; not of a draft, which is being typed. */
async function noteRead(office: Office, actor: Actor, view: CaseView): Promise<void> {
  const { id, number, stage } = view.state
  if (stage === DRAFT || secretsOf(view).size === 0) return
  const event = readsNumbers(actor, view) ? 'reveal' : 'masked-read'
  await office.audit(actor, event, { subject: number === '' ? id : number })
}

/** Opens a case of an item. */
export const beginCase = async (office: Office, actor: Actor, item: string, options: OpeningOptions = {}) =>
  mayWrite(actor) ? office.openCase(actor, item, options) : failure(READS_ONLY)

/** What keeps somebody from filling in forms and notes; undefined when nothing does. */
export const editorProblem = (actor: Actor): Failure | undefined =>
  mayEdit(actor) ? undefined : mayWrite(actor) ? NOT_AN_EDITOR : READS_ONLY

/** Fills in a section of the case a person names. */
export async function editCase(
  office: Office,
  actor: Actor,
  text: string,
  section: string,
  change: UncheckedChange,
): Promise<Result<{ readonly changed: boolean }>> {
  const problem = editorProblem(actor)
  if (problem) return failure(problem)
  const found = await reachCase(office, actor, text)
  return found.ok ? office.edit(actor, found.value.id, section, change) : found
}

/** A text as it was typed, and as it stood when the person began. */
export interface TypedText {
  readonly text: string
  readonly seen: string
}

/** Saves a text of a case unless somebody else changed it since the person began: then both are to be shown. */
export async function saveText(
  office: Office,
  actor: Actor,
  { state }: CaseView,
  { name, value }: SectionView,
  { text, seen }: TypedText,
): Promise<Result<unknown>> {
  const problem = editorProblem(actor)
  if (problem) return failure(problem)
  const kept = '您写的还在框里'
  if (text.length > LIMITS.noteCharacters) {
    const message = `最多 ${LIMITS.noteCharacters} 字,现在 ${text.length} 字`
    return fail('text-too-long', message, kept, '请缩短后再保存', 'text')
  }
  if (value !== seen && value !== text)
    return fail('text-changed', `您填写时有人改过这里,现在的内容是:“${String(value)}”`, kept, '请合并后再保存')
  return office.edit(actor, state.id, name, { text })
}

/** A count that differs at sign-for needs the difference in words. */
function countProblem({ offer }: CaseState, fields: Readonly<Record<string, FieldValue>>): Failure | undefined {
  const { materials = '', differences = '' } = fields
  const counted = String(materials).trim()
  if (!offer || counted === '' || counted === String(offer.materials) || String(differences).trim() !== '')
    return undefined
  return {
    code: 'field',
    message: `移交单写明 ${offer.materials} 份,实收 ${counted} 份`,
    kept: '办件没有变化',
    next: '请写明差异,或退回',
    field: 'differences',
  }
}

/** What a person had before the eyes when acting. */
export interface Seen {
  readonly tip?: EntryHash | undefined
  /** The mark of the changes by others that were looked at (rule C141). */
  readonly changes?: string | undefined
}

/** Writes an act on a case. */
export async function writeAct(
  office: Office,
  actor: Actor,
  state: CaseState,
  kind: FactKind,
  fields: Readonly<Record<string, FieldValue>>,
  seen: Seen = {},
): Promise<Result<{ readonly hash: EntryHash }>> {
  const problem = kind === 'taken' ? countProblem(state, fields) : undefined
  return problem ? failure(problem) : office.act(actor, state.id, kind, fields, seen.tip, seen.changes)
}
