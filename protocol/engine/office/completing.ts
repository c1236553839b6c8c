/** What the node writes into an act by itself: the form as it stands, seals, edition and remedies; numbers come last, elsewhere. */
import { isFormOpen } from '#protocol/casework/acts/form.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import {
  FACTS,
  type Fact,
  type FactKind,
  type Fields,
  type FieldValue,
  fieldsOf,
  type Seal,
} from '#protocol/casework/facts/facts.ts'
import { fieldProblem } from '#protocol/casework/facts/field-values.ts'
import { type FieldRule, isStated } from '#protocol/casework/facts/fields.ts'
import { backdatedTo, filled, textOf } from '#protocol/casework/facts/values.ts'
import type { Register } from '#protocol/casework/register.ts'
import { refuses, remediesFor } from '#protocol/casework/rules/remedies.ts'
import { type Result, success } from '#protocol/result.ts'
import type { CaseFile } from '../cases/case-file.ts'
import type { Core } from '../core.ts'
import type { Actor } from '../office.ts'
import type { Look } from './looking.ts'
import { type Sealable, sealNow, standingSeal } from './sealing.ts'
import { SEALED_SECTIONS, type SealedName } from './section-right.ts'

type Writable = Record<string, FieldValue>

/** An act with everything the case itself knows, and the sections that it seals as they are sealed. */
export interface Completed {
  readonly fields: Writable
  readonly sealed: Readonly<Partial<Record<SealedName, Sealable['form']>>>
}

const isSeals = ({ type }: FieldRule): boolean => type === 'seals'

/** The edition a case is received under: the one in force that day, else the one it was opened under. */
function editionInForce(core: Core, register: Register, { item, itemVersion }: CaseState, fields: Fields): number {
  return core.directory.openable(item, backdatedTo(fields) ?? register.today)?.edition ?? itemVersion
}

/** What a fact of taking in says as the form does, where whoever acts leaves it out. */
function readForm(form: Sealable['form'], kind: FactKind, fields: Writable): void {
  for (const name of fieldsOf(kind, (rule) => rule.fill === 'form' && isStated(rule)))
    if (fields[name] === undefined && textOf(form[name])) fields[name] = textOf(form[name])
}

/**
 * What was put right of the applicant while the form was open (rule C140): only what differs from the case, so that what
 * was taken in with a reason needs none again, and what the form never held stays. Written by the node alone, and not
 * before the county has enabled it.
 */
function readFormAgain(
  { directory }: Core,
  form: Sealable['form'],
  state: CaseState,
  kind: FactKind,
  fields: Writable,
) {
  const { name: applicant, idNumber, phone } = state.applicant
  const known: Readonly<Record<string, string>> = { applicant, idNumber, phone }
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  for (const name of fieldsOf(kind, (rule) => rule.fill === 'form' && !isStated(rule))) {
    delete fields[name]
    const text = textOf(form[name])
    const rule = rules[name]
    if (!rule || !isFormOpen(state.stage) || !directory.isEnabled(kind, name)) continue
    if (text !== '' && text !== known[name] && fieldProblem(rule.type, text) === undefined) fields[name] = text
  }
  if (fields.idNumber === undefined) delete fields.idOverride
}

/** The remedies that a refusal must tell, where whoever refuses leaves them out: organ, court and days are the county's data. */
function writeRemedies(
  { directory }: Core,
  register: Register,
  state: CaseState,
  kind: FactKind,
  fields: Writable,
): void {
  for (const name of fieldsOf(kind, ({ fill }) => fill === 'remedies')) {
    if (filled(fields[name]) || !refuses(kind, fields)) continue
    const composed = remediesFor(register.edition(state.item, state.itemVersion), directory)
    if (composed !== undefined) fields[name] = composed
  }
}

/** Fills in what the case and the county know: seals of what was looked at, the applicant as written in the form, the rest. */
export function completeFields(
  { core, file, state, register }: { core: Core; file: CaseFile; state: CaseState; register: Register },
  { transcribes }: Actor,
  { seen }: Look,
  { kind, fields: given }: Pick<Fact, 'kind' | 'fields'>,
): Result<Completed> {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  // A field of a level that the county has not enabled is left out (rule C135).
  const isWritten = (name: string) => !Object.hasOwn(rules, name) || core.directory.isEnabled(kind, name)
  const fields = Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== '' && isWritten(name)))
  for (const name of fieldsOf(kind, ({ fill }) => fill === 'edition'))
    fields[name] = editionInForce(core, register, state, fields)
  // What another organ decided is told as it told it.
  if (transcribes !== true) writeRemedies(core, register, state, kind, fields)
  const names = fieldsOf(kind, isSeals)
  if (names.length === 0) return success({ fields, sealed: {} })
  const seals: Seal[] = []
  const sealed: Partial<Record<SealedName, Sealable['form']>> = {}
  for (const name of SEALED_SECTIONS) {
    const seenOnly = seen.get(name)
    const sealable = seenOnly ? success(seenOnly) : sealNow(core, file, name)
    if (!sealable.ok) return sealable
    const { form, seal } = sealable.value
    sealed[name] = form
    seals.push(standingSeal(state, name) ?? seal)
    if (name === 'application') {
      readForm(form, kind, fields)
      readFormAgain(core, form, state, kind, fields)
    }
  }
  for (const name of names) fields[name] ??= seals
  return success({ fields, sealed })
}
