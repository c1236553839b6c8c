/** Taking in cases of vertical systems: each row is rehearsed, then written fact by fact, and told what became of it. */
import { appendAll } from '#protocol/append-all.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { ImportOutcome, VerticalList, VerticalRow } from '#protocol/casework/exchange/vertical.ts'
import { readVertical, type VerticalCase } from '#protocol/casework/exchange/vertical-rows.ts'
import { itemByCode, sourceMark, type VerticalStep, verticalSteps } from '#protocol/casework/exchange/vertical-steps.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Failure, Result } from '#protocol/result.ts'
import { type RehearsalStage, rehearse } from './rehearsal.ts'

/** A row and what became of it. */
export interface ImportedRow {
  readonly row: VerticalRow
  readonly outcome: ImportOutcome
  /** 办件编号; empty when no case was made. */
  readonly number: string
  /** Why it was not taken in, or not wholly. */
  readonly why: string
}

/** Rows written at the same time: the node commits them together, so a file of 500 rows costs few commits. */
const AT_ONCE = 20

const words = ({ message, next, field }: Failure): string =>
  `${message}${next}${field === undefined ? '' : `(${field})`}`

const refused = (row: VerticalRow, why: string): ImportedRow => ({ row, outcome: 'refused', number: '', why })

interface Import {
  readonly office: Office
  readonly actor: Actor
  readonly list: VerticalList
  readonly stage: RehearsalStage
}

/** The case that an earlier import made of the same case of the other system. */
async function knownCase({ office }: Import, row: VerticalCase, item: Item): Promise<CaseState | undefined> {
  const mark = sourceMark(row)
  const text = row.idNumber || row.applicant
  let after: string | undefined
  do {
    const page = await office.find({ text, items: [item.id], ...(after === undefined ? {} : { after }) })
    for (const { id, applicant, idNumber } of page.rows) {
      // A list also finds parts of names and numbers.
      if (row.idNumber === '' ? applicant !== row.applicant : idNumber !== row.idNumber) continue
      const state = await office.state(id)
      if (!state.ok) continue
      const isSame = ({ kind, fields }: CaseState['story'][number]) =>
        kind === 'received' && fields.occurredWhy === mark
      if (state.value.story.some(isSame)) return state.value
    }
    after = page.next ?? undefined
  } while (after !== undefined)
  return undefined
}

/** The facts of a row that a known case does not have yet; acceptance after a supplement notice is the supplement's end. */
function stepsLeft({ story, stage, notice }: CaseState, steps: readonly VerticalStep[]): readonly VerticalStep[] {
  const has = (wanted: VerticalStep['kind']) => story.some(({ kind, aside }) => kind === wanted && aside === null)
  return steps.flatMap((step): readonly VerticalStep[] => {
    if (has(step.kind) || (step.kind === 'accepted' && has('supplemented'))) return []
    if (step.kind !== 'accepted' || stage !== '25') return [step]
    return [{ kind: 'supplemented', fields: { ...step.fields, items: notice?.missing ?? [] } }]
  })
}

/** Writes the steps one after the other; stops at the first refusal. */
async function write({ office, actor }: Import, id: DocumentId, steps: readonly VerticalStep[]) {
  let written = 0
  for (const { kind, fields } of steps) {
    const done = await office.act(actor, id, kind, fields)
    if (!done.ok) return { written, problem: done.problem }
    written += 1
  }
  return { written, problem: undefined }
}

async function continueCase(work: Import, row: VerticalRow, state: CaseState, steps: readonly VerticalStep[]) {
  const { number } = state
  const left = stepsLeft(state, steps)
  if (left.length === 0) return { row, outcome: 'unchanged', number, why: '' } as const
  const { written, problem } = await write(work, state.id, left)
  if (!problem) return { row, outcome: 'continued', number, why: '' } as const
  return { row, outcome: written > 0 ? 'partial' : 'refused', number, why: words(problem) } as const
}

/** Opens the case and fills in its form, so that list, search and page show it like any other. */
async function begin(
  { office, actor }: Import,
  item: Item,
  given: VerticalCase,
): Promise<Result<{ id: DocumentId; number: string }>> {
  const opened = await office.openCase(actor, item.id)
  if (!opened.ok) return opened
  const { applicant, idNumber, phone } = given
  const set = Object.fromEntries(Object.entries({ applicant, idNumber, phone }).filter(([, value]) => value !== ''))
  const edited = await office.edit(actor, opened.value.id, 'application', { set })
  return edited.ok ? opened : edited
}

async function importRow(work: Import, row: VerticalRow): Promise<ImportedRow> {
  const { office, list, stage } = work
  const reading = readVertical(row, list, office.today())
  if (!reading.ok) return refused(row, `${reading.problems.join(';')}。`)
  const given = reading.value
  const item = itemByCode(office.directory.items(), given.item)
  if (!item) return refused(row, `事项编码“${given.item}”不在本网的事项目录中。`)
  const steps = verticalSteps(given)
  const known = await knownCase(work, given, item)
  if (known) return continueCase(work, row, known, steps)
  const rehearsed = rehearse(stage, item, steps)
  if (!rehearsed.ok) return refused(row, words(rehearsed.problem))
  const begun = await begin(work, item, given)
  if (!begun.ok) return refused(row, words(begun.problem))
  const { id, number } = begun.value
  const { problem } = await write(work, id, steps)
  return problem
    ? { row, outcome: 'partial', number, why: words(problem) }
    : { row, outcome: 'imported', number, why: '' }
}

/** The same case of the other system twice in one file would become two cases. */
function repeated(rows: readonly VerticalRow[]): ReadonlySet<VerticalRow> {
  const seen = new Set<string>()
  return new Set(
    rows.filter((row) => {
      const mark = JSON.stringify([(row.system ?? '').trim(), (row.reference ?? '').trim()])
      const isSecond = seen.has(mark)
      seen.add(mark)
      return isSecond
    }),
  )
}

async function stageOf(office: Office, actor: Actor): Promise<RehearsalStage> {
  const { node, isRoot, parent } = await office.status()
  const { person, station, roles } = actor
  const worker = { person, station, roles, transcribes: true, root: isRoot, connected: parent?.connected ?? isRoot }
  return { register: office.register(), worker, node, now: office.time() }
}

/**
 * Takes in rows of a vertical system as back-dated cases (补录). A row is written wholly or, when a rule says no,
 * not at all; importing the file again writes only what is new. Rows come back in their order.
 */
export async function importVertical(
  office: Office,
  actor: Actor,
  list: VerticalList,
  rows: readonly VerticalRow[],
): Promise<readonly ImportedRow[]> {
  const work: Import = { office, actor: { ...actor, transcribes: true }, list, stage: await stageOf(office, actor) }
  const twice = repeated(rows)
  const done: ImportedRow[] = []
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const group = rows.slice(at, at + AT_ONCE)
    const outcomes = group.map((row) =>
      twice.has(row) ? refused(row, '同一个来源办件在文件中出现了两次。') : importRow(work, row),
    )
    appendAll(done, await Promise.all(outcomes))
  }
  return done
}
