/** An application as the counter takes it: the case opened, the item's form filled in, its materials listed. */
import type { FormField, MaterialRule } from '#protocol/casework/item.ts'
import type { Api } from './api.ts'
import { citizen } from './capture.ts'

const VALUES: Readonly<Record<FormField['type'], string>> = {
  text: '安昌镇红岩村',
  longText: '因生产需要',
  idNumber: citizen(9_999).idNumber,
  creditCode: '',
  phone: '13800009999',
  date: '2026-09-01',
  number: '36000',
  account: '6217000010001234567',
}

const formOf = (fields: readonly FormField[], index: number) => ({
  ...citizen(index),
  ...Object.fromEntries(fields.flatMap(({ id, type }) => (VALUES[type] === '' ? [] : [[id, VALUES[type]]]))),
})

const listOf = (materials: readonly MaterialRule[]) =>
  Object.fromEntries(materials.map(({ id, form, copies }) => [id, { state: form, copies: Math.max(copies, 1) }]))

export interface Application {
  readonly id: string
  readonly number: string
  /** Name of the applicant. */
  readonly applicant: string
  /** How many materials were brought. */
  readonly materials: number
}

/** Counts every material of a case as brought. */
export async function bringAll(api: Api, id: string): Promise<void> {
  const { item } = await api.view(id)
  await api.done('PATCH', `/cases/${id}/sections/materials`, { set: listOf(item?.materials ?? []) })
}

/** Takes down the n-th citizen's application for an item; nothing of it is received yet. */
export async function apply(api: Api, item: string, index: number): Promise<Application> {
  const opened = await api.done('POST', '/cases', { item, channel: '1' })
  const id = String(opened.id)
  const { item: edition } = await api.view(id)
  if (!edition) throw new Error(`${item} is not here`)
  await api.done('PATCH', `/cases/${id}/sections/application`, { set: formOf(edition.fields, index) })
  await bringAll(api, id)
  const { applicant } = citizen(index)
  return { id, number: String(opened.number), applicant, materials: edition.materials.length }
}

/** As the facts count them. */
export const materialsOf = ({ materials }: Application): { readonly materials: number } => ({ materials })
