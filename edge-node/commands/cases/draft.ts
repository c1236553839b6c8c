/** A form as it is filled in: what a person changed is saved piece by piece, and handed in with one act. */
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Actor, CaseView, Office, UncheckedChange } from '#protocol/engine/office.ts'
import { type Failure, failure, type Result, success } from '#protocol/result.ts'
import { editorProblem } from './cases.ts'
import {
  applicantOf,
  type FormProblem,
  formFields,
  formProblems,
  handInAct,
  materialOf,
  OVERRIDE,
  type Values,
  valuesOf,
} from './form.ts'

/** What a person changed; what was not touched is not there. */
export interface FormDraft {
  /** By field; an empty text empties the field. */
  readonly application: Readonly<Record<string, string>>
  /** By material; an empty state takes the material back to unchecked. */
  readonly materials: Readonly<Record<string, DraftMaterial>>
}

export interface DraftMaterial {
  readonly state?: string | undefined
  /** As it was typed; empty for as many as usual. */
  readonly copies?: string | undefined
}

/** A change of a section, if it is one. */
const changeOf = (set: Readonly<Record<string, unknown>>, remove: readonly string[]): UncheckedChange | undefined =>
  Object.keys(set).length + remove.length === 0 ? undefined : { set, remove }

function applicationChange(item: Item, changed: FormDraft['application']): UncheckedChange | undefined {
  const set: Record<string, string> = {}
  const remove: string[] = []
  for (const id of [...formFields(item).map((field) => field.id), OVERRIDE]) {
    const value = changed[id]?.trim()
    if (value === undefined) continue
    if (value === '') remove.push(id)
    else set[id] = formFields(item).find((field) => field.id === id)?.type === 'idNumber' ? value.toUpperCase() : value
  }
  return changeOf(set, remove)
}

/** The change of the material list; keeps scans and notes of each material. */
function materialsChange(item: Item, changed: FormDraft['materials'], current: Values): UncheckedChange | undefined {
  const set: Record<string, unknown> = {}
  const remove: string[] = []
  for (const { id, copies: expected } of item.materials) {
    const { state, copies } = changed[id] ?? {}
    if (state === undefined && copies === undefined) continue
    const before = materialOf(current, id)
    const chosen = state ?? before.state
    if (chosen === '') {
      remove.push(id)
      continue
    }
    // Walking through the list by keyboard passes 原件, which has no copies: the usual count comes back after it.
    const usual = before.copies || expected
    const counted = copies === undefined || copies === '' ? usual : Number(copies)
    const record = typeof current[id] === 'object' ? current[id] : {}
    set[id] = { ...record, state: chosen, copies: chosen === 'missing' || chosen === 'original' ? 0 : counted }
  }
  return changeOf(set, remove)
}

/** Saves what a person changed; the first failure stops it, what was written stays. */
export async function saveDraft(
  office: Office,
  actor: Actor,
  view: CaseView,
  item: Item,
  draft: FormDraft,
): Promise<Result<void>> {
  const problem = editorProblem(actor)
  if (problem) return failure(problem)
  const changes = [
    ['application', applicationChange(item, draft.application)],
    ['materials', materialsChange(item, draft.materials, valuesOf(view.sections, 'materials'))],
  ] as const
  for (const [section, change] of changes) {
    if (!change) continue
    const edited = await office.edit(actor, view.state.id, section, change)
    if (!edited.ok) return edited
  }
  return success(undefined)
}

/** Why a form was not handed in: it is not complete, or the act was refused. */
export type NotHandedIn = { readonly incomplete: readonly FormProblem[] } | { readonly refused: Failure }

/**
 * Hands the form in with the act that is allowed now, which is the answer; undefined when none is.
 * @param given the act's own fields; what the form says is added
 * @param changesSeen the mark of what others wrote into the form and that was looked at (rule C141)
 */
export async function handIn(
  office: Office,
  actor: Actor,
  view: CaseView,
  item: Item,
  given: Readonly<Record<string, FieldValue>>,
  changesSeen?: string,
): Promise<Result<FactKind | undefined, NotHandedIn>> {
  const incomplete = formProblems(item, view.sections, office.today())
  if (incomplete.length > 0) return failure({ incomplete })
  const kind = handInAct(view)
  if (!kind) return success(undefined)
  const fields = { ...applicantOf(view.sections), ...given }
  const done = await office.act(actor, view.state.id, kind, fields, view.state.tip, changesSeen)
  return done.ok ? success(kind) : failure({ refused: done.problem })
}
