/** The form of a case as it is typed: names of its fields, what changed, and what is still wrong. */
import type { Problems, Typed } from '#edge-node/desk/forms.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { checkCreditCode } from '#protocol/casework/identity/credit-code.ts'
import { checkIdentityNumber } from '#protocol/casework/identity/identity.ts'
import type { FormField, Item } from '#protocol/casework/item.ts'
import type { CaseView, SectionView, UncheckedChange } from '#protocol/engine/office.ts'

/** Application fields are posted as `a-<id>`, materials as `m-<id>-state` and `m-<id>-copies`. */
export const applicationName = (id: string): string => `a-${id}`
export const materialName = (id: string, part: 'state' | 'copies'): string => `m-${id}-${part}`
/** What the page showed when the person began: only what the person changed is written. */
export const seenName = (name: string): string => `was-${name}`

/** Why an identity number that fails its check is right after all; part of every application. */
export const OVERRIDE = 'idOverride'

/** Who applies: the same for every item, and what the acts of taking in carry. */
const APPLICANT: readonly FormField[] = [
  { id: 'applicant', label: '申请人姓名或名称', required: true, type: 'text' },
  { id: 'idNumber', label: '证件号码', required: false, type: 'idNumber' },
  { id: 'phone', label: '联系电话', required: false, type: 'phone' },
]

/** All fields of an item's form in the order they are typed. */
export const formFields = (item: Item): readonly FormField[] => [
  ...APPLICANT,
  ...item.fields.filter(({ id }) => !APPLICANT.some((common) => common.id === id)),
]

type Values = Readonly<Record<string, unknown>>

export const MATERIAL_STATE_WORDS = { original: '原件', copy: '复印件', both: '原件和复印件', missing: '未带' } as const

export const valuesOf = (sections: readonly SectionView[], name: string): Values => {
  const value = sections.find((section) => section.name === name)?.value
  return typeof value === 'object' ? value : {}
}

export const textAt = (values: Values, id: string): string => {
  const value = values[id]
  return typeof value === 'string' ? value : ''
}

export function materialOf(values: Values, id: string): { readonly state: string; readonly copies: number } {
  const value = values[id]
  if (typeof value !== 'object' || value === null) return { state: '', copies: 0 }
  const { state, copies } = value as Record<string, unknown>
  return { state: typeof state === 'string' ? state : '', copies: typeof copies === 'number' ? copies : 0 }
}

/** Ids of the application's keys, with the override of the identity number. */
const applicationIds = (item: Item): readonly string[] => [...formFields(item).map(({ id }) => id), OVERRIDE]

/** A posted value counts when the person changed it: it differs from what the page showed. */
function changed(typed: Typed, name: string): string | undefined {
  const value = typed[name]
  return value === undefined || value === typed[seenName(name)] ? undefined : value
}

/** The change of the application that a post asks for; undefined when there is none. */
export function applicationChange(item: Item, typed: Typed): UncheckedChange | undefined {
  const set: Record<string, string> = {}
  const remove: string[] = []
  for (const id of applicationIds(item)) {
    const value = changed(typed, applicationName(id))?.trim()
    if (value === undefined) continue
    if (value === '') remove.push(id)
    else set[id] = formFields(item).find((field) => field.id === id)?.type === 'idNumber' ? value.toUpperCase() : value
  }
  return Object.keys(set).length + remove.length === 0 ? undefined : { set, remove }
}

/** The change of the material list that a post asks for; keeps scans and notes of each material. */
export function materialsChange(item: Item, typed: Typed, current: Values): UncheckedChange | undefined {
  const set: Record<string, unknown> = {}
  const remove: string[] = []
  for (const { id, copies: expected } of item.materials) {
    const state = changed(typed, materialName(id, 'state'))
    const copies = changed(typed, materialName(id, 'copies'))
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
  return Object.keys(set).length + remove.length === 0 ? undefined : { set, remove }
}

/** Words under a field while it is typed: what an identity number says, or what is wrong with it. */
export function fieldWords(
  type: string,
  text: string,
  today: string,
): { readonly problem?: string; readonly hint?: string } {
  if (text === '') return {}
  if (type === 'phone' && !/^[0-9+ -]{7,20}$/.test(text)) return { problem: '电话须为7至20位数字' }
  if (type === 'number' && !/^[0-9]+([.][0-9]+)?$/.test(text)) return { problem: '须为数字' }
  if (type === 'creditCode') {
    const credit = checkCreditCode(text)
    return credit.ok ? {} : { problem: `${credit.problem.message}证照上确是这样的,请在下面写明原因。` }
  }
  if (type !== 'idNumber') return {}
  const checked = checkIdentityNumber(text, today)
  return checked.ok
    ? { hint: `${checked.value.sex},${checked.value.birthDate} 出生` }
    : { problem: `${checked.problem.message}证件上确是这样的,请在下面写明原因。` }
}

/** What keeps the form from being handed in: missing fields, wrong numbers, materials nobody counted. */
export function problemsOf(item: Item, application: Values, materials: Values, today: string): Problems {
  const problems: Record<string, string> = {}
  for (const { id, label, type, required } of formFields(item)) {
    const text = textAt(application, id)
    const { problem } = fieldWords(type, text, today)
    const excused = (type === 'idNumber' || type === 'creditCode') && textAt(application, OVERRIDE) !== ''
    if (required && text === '') problems[applicationName(id)] = `请填写${label}`
    else if (problem && !excused) problems[applicationName(id)] = problem
  }
  for (const { id, name } of item.materials)
    if (materialOf(materials, id).state === '') problems[materialName(id, 'state')] = `请核对${name},没带的选“未带”`
  return problems
}

/** Pieces of paper on the counter: each original and every copy. */
export const countMaterials = (materials: Values): number =>
  Object.keys(materials).reduce((sum, id) => {
    const { state, copies } = materialOf(materials, id)
    return sum + (state === 'original' || state === 'both' ? 1 : 0) + copies
  }, 0)

/** What the acts of taking in say of the applicant, as it stands on the form. */
export function applicantOf(sections: readonly SectionView[]): Record<string, string | number> {
  const application = valuesOf(sections, 'application')
  const fields: Record<string, string | number> = { materials: countMaterials(valuesOf(sections, 'materials')) }
  for (const id of [...APPLICANT.map((rule) => rule.id), OVERRIDE]) {
    const text = textAt(application, id)
    if (text !== '') fields[id] = text
  }
  return fields
}

/** A material's state in words: 原件, 复印件 2 份. */
export function materialWords(record: { readonly state: string; readonly copies: number }): string {
  const { state, copies } = record
  if (!Object.hasOwn(MATERIAL_STATE_WORDS, state)) return '未核对'
  const words = MATERIAL_STATE_WORDS[state as keyof typeof MATERIAL_STATE_WORDS]
  return copies > 0 ? `${words} ${copies} 份` : words
}

/** The act that hands the form in, if one is allowed now. */
export const handInAct = (view: CaseView): FactKind | undefined =>
  view.state.stage === '00'
    ? view.acts.find((offer) => offer.allowed && (offer.kind === 'captured' || offer.kind === 'received'))?.kind
    : undefined
