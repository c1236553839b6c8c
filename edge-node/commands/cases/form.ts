/** The form of a case: what it asks, what stands on it, and what keeps it from being handed in. */
import { MATERIAL_FORMS } from '#protocol/casework/catalogue/item-parts.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { checkCreditCode } from '#protocol/casework/identity/credit-code.ts'
import { checkIdentityNumber } from '#protocol/casework/identity/identity.ts'
import type { FormField, Item } from '#protocol/casework/item.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { SectionView } from '#protocol/engine/section-view.ts'

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

/**
 * Keys of the form that somebody defined, for every item and for this one; undefined for a section that is no form.
 * Of an item that is not known here nobody can say what its own keys hold.
 */
export const knownKeys = (section: string, item: Item | undefined): ReadonlySet<string> | undefined =>
  section === 'application'
    ? new Set([OVERRIDE, ...[...APPLICANT, ...(item?.fields ?? [])].map(({ id }) => id)])
    : undefined

/** What stands in a section that goes by keys. */
export type Values = Readonly<Record<string, unknown>>

export const MATERIAL_STATE_WORDS = { ...MATERIAL_FORMS, missing: '未带' } as const

/** The keys and values of a section; none when it is a text, or not there. */
export const valuesOf = (sections: readonly SectionView[], name: string): Values => {
  const value = sections.find((section) => section.name === name)?.value
  return typeof value === 'object' ? value : {}
}

/** Whether a section was changed behind its seal, and what was sealed cannot be put together here any more (rule C130). */
export const isSealLost = (sections: readonly SectionView[], name: string): boolean =>
  sections.some((section) => section.name === name && section.changedAfterSeal && section.sealed === null)

/** What stands on paper and pages in its place. */
export const SEAL_LOST = '封存时的内容在本机已拼不出来,以当时的纸质件为准'

/** The same as far as it counts: where a section was changed behind its seal, what was sealed; nothing where that is lost. */
export const countedOf = (sections: readonly SectionView[], name: string): Values => {
  if (isSealLost(sections, name)) return {}
  const sealed = sections.find((section) => section.name === name)?.sealed
  return typeof sealed === 'object' && sealed !== null ? sealed : valuesOf(sections, name)
}

/** The materials as they count, in one line; empty without any. */
export function materialsLine(
  sections: readonly SectionView[],
  item: Item | undefined,
  words: (material: CountedMaterial) => string,
): string {
  const materials = item?.materials ?? []
  if (materials.length > 0 && isSealLost(sections, 'materials')) return SEAL_LOST
  const values = countedOf(sections, 'materials')
  return materials.map(({ id, name }) => `${name}:${words(materialOf(values, id))}`).join(';')
}

export const textAt = (values: Values, id: string): string => {
  const value = values[id]
  return typeof value === 'string' ? value : ''
}

/** What was noted of a material at the counter. */
export interface CountedMaterial {
  readonly state: string
  readonly copies: number
}

export const materialOf = (values: Values, id: string): CountedMaterial => countedMaterial(values[id])

/** A record of a material as it was counted; nothing counted where it is none. */
export function countedMaterial(value: unknown): CountedMaterial {
  if (typeof value !== 'object' || value === null) return { state: '', copies: 0 }
  const { state, copies } = value as Record<string, unknown>
  return { state: typeof state === 'string' ? state : '', copies: typeof copies === 'number' ? copies : 0 }
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

/** Something on the form that keeps it from being handed in. */
export interface FormProblem {
  readonly section: 'application' | 'materials'
  /** The field, or the material. */
  readonly id: string
  readonly message: string
}

/** What keeps the form from being handed in: missing fields, wrong numbers, materials nobody counted. */
export function formProblems(item: Item, sections: readonly SectionView[], today: string): readonly FormProblem[] {
  const application = valuesOf(sections, 'application')
  const materials = valuesOf(sections, 'materials')
  const fields = formFields(item).flatMap(({ id, label, type, required }): readonly FormProblem[] => {
    const text = textAt(application, id)
    if (required && text === '') return [{ section: 'application', id, message: `请填写${label}` }]
    const { problem } = fieldWords(type, text, today)
    const excused = (type === 'idNumber' || type === 'creditCode') && textAt(application, OVERRIDE) !== ''
    return problem && !excused ? [{ section: 'application', id, message: problem }] : []
  })
  const uncounted = item.materials
    .filter(({ id }) => materialOf(materials, id).state === '')
    .map(({ id, name }): FormProblem => ({ section: 'materials', id, message: `请核对${name},没带的选“未带”` }))
  return [...fields, ...uncounted]
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

/** The act that hands the form in, if one is allowed now. */
export const handInAct = (view: CaseView): FactKind | undefined =>
  view.state.stage === '00'
    ? view.acts.find((offer) => offer.allowed && (offer.kind === 'captured' || offer.kind === 'received'))?.kind
    : undefined
