/** 救济途径: what a refusal must tell of review and court (行政复议法 arts. 20, 24, 27; 行政诉讼法 arts. 18, 46; 行政许可法 art. 38). */
import type { Department, LocalRules } from '../directory.ts'
import { type Item, isDecidedAbove } from '../item.ts'

/** Where a county has said its people turn. */
export interface RemedySources {
  rules(): LocalRules
  department(id: string): Department | undefined
}

/** What no refusal may lack, and how it is recognised as people write it. */
const PARTS: readonly (readonly [name: string, RegExp])[] = [
  ['六十日的复议期限', /(60|六十)日/],
  ['受理行政复议的机关', /向[^,,。;;_]{2,}?(申请|提出|提起)(行政)?复议/],
  ['六个月的起诉期限', /(6|六)个月/],
  ['受理行政诉讼的法院', /向(?!人民法院)[^,,。;;_]{2,}?法院/],
]

/** Only what a body of the administration decides is reviewed; a company's service (其他) is complained about. */
const isReviewable = (item: Item | undefined): boolean => item?.bodyNature !== '9'

/**
 * The remedies against a refusal of an item, composed from what is published; undefined where nobody has said who reviews,
 * or where another level decides. An organ that is led vertically has a review body of its own.
 */
export function remediesFor(item: Item | undefined, county: RemedySources): string | undefined {
  if (!isReviewable(item)) return '对办理结果有异议的,可以向办理单位提出复核,也可以拨打12345政务服务便民热线反映。'
  const { reviewBody: general, court } = county.rules()
  const reviewBody = county.department(item?.department ?? '')?.reviewBody || general
  if (!reviewBody || !court || isDecidedAbove(item)) return undefined
  return `不服本决定的,可以自收到本文书之日起六十日内向${reviewBody}申请行政复议,也可以自收到本文书之日起六个月内向${court}提起行政诉讼。`
}

/** What the remedies of a refusal lack, in words. */
export function lackingRemedies(item: Item | undefined, text: string): readonly string[] {
  const plain = text.normalize('NFKC').replace(/\s+/gu, '')
  if (!isReviewable(item)) return /[\p{L}\p{N}]{6}/u.test(plain) ? [] : ['向谁提出异议']
  return PARTS.filter(([, pattern]) => !pattern.test(plain)).map(([name]) => name)
}
