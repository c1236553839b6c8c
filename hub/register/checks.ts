/** What the checks of the county's records share: words, lengths and the day they are made. */
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

/** Codes that departments and windows go by; they become part of a document's name. */
export const isRecordCode = (text: string): boolean => /^[\p{L}\p{N}._-]{1,40}$/u.test(text)
