/** What the checks of the county's records share: words, lengths and the day they are made. */
import { areNames } from '#protocol/casework/rules/remedies.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { fail, type Result } from '#protocol/result.ts'

/** What a check may know. */
export interface CheckContext {
  readonly directory: DirectoryView
  readonly today: Day
}

const KEPT = '没有保存,已填写的内容还在表上'

/** A record that cannot be kept: what is wrong with which field, and what to do. */
export const refuseField = (field: string, message: string, next: string): Result<never> =>
  fail(`record-${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, message, KEPT, next, field)

/** Whether a text has so many characters, blanks at its ends not counted. */
export function hasLength(text: string, least: number, most: number): boolean {
  const { length } = [...text.trim()]
  return length >= least && length <= most
}

/** Characters of an organ's name. */
const ORGAN_NAME = 60

/** What is wrong with where people are told to turn: only names, so that a refusal can say them in a sentence (rule C159). */
export function checkedBodies({
  reviewBody = '',
  court = '',
}: {
  readonly reviewBody?: string
  readonly court?: string
}) {
  if (reviewBody !== '' && (!hasLength(reviewBody, 2, ORGAN_NAME) || !areNames(reviewBody, '安县人民法院')))
    return refuseField(
      'reviewBody',
      '请只填行政复议机关的名称',
      '如“安县人民政府”;地址和电话写在括号里,不用逗号、句号隔开',
    )
  if (court !== '' && (!hasLength(court, 4, ORGAN_NAME) || !areNames('安县人民政府', court)))
    return refuseField('court', '请填写法院的全称', '如“安县人民法院”;行政案件集中管辖的,填写受理的法院')
  return undefined
}

/** Codes that departments and windows go by; they become part of a document's name. */
export const isRecordCode = (text: string): boolean => /^[\p{L}\p{N}._-]{1,40}$/u.test(text)
