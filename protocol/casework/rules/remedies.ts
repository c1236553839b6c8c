/** 救济途径: what a refusal must tell of review and court (行政复议法 arts. 20, 24, 27; 行政诉讼法 arts. 18, 46; 行政许可法 art. 38). */
import type { Department, LocalRules } from '../directory.ts'
import type { FactKind, Fields } from '../facts/facts.ts'
import { type Item, isDecidedAbove } from '../item.ts'

/** Where a county has said its people turn. */
export interface RemedySources {
  rules(): LocalRules
  department(id: string): Department | undefined
}

/** The name of an organ: Chinese, an address in brackets behind it, and neither a blank to fill in nor whoever it may be. */
const NAME = String.raw`(?!人民法院|有关|任何|有管辖权|某|本|该|同级|上级|上一级|当地|所在地)(?:(?!日起|个月|内向)\p{Script=Han}){2,40}?(?:\([^()]{0,60}\))?`
const NUMBER = '[0-9一二三四五六七八九十百]'
/** Another law than the two may give other days, or review before suit (行政复议法 art. 23, 行政诉讼法 arts. 45, 46): it is cited then. */
const OTHER_LAW = new RegExp(
  `《(?!(?:中华人民共和国)?行政(?:复议|诉讼|许可)法)[^《》]{2,40}》.*${NUMBER}(日|天|个月)内|(应当|须|必须)先.{0,60}复议.*${NUMBER}(日|天)内`,
  'u',
)
/** Within so many days something may be done: the number stands whole, and no other one between it and what is done. */
const within = (number: string, what: string) =>
  new RegExp(`(?<!${NUMBER})(?:${number})内?(?:(?!${NUMBER}(?:日|天|个月)).){0,120}?(?:${what})`, 'u')

/** What no refusal may lack, and how it is recognised as people write it. */
const PARTS: readonly (readonly [name: string, RegExp, byOtherLaw: boolean])[] = [
  [
    '六十日的复议期限',
    new RegExp(
      `${within('60日|六十日|60天|六十天', '复议').source}|复议机关[^。;;]{0,80}?(?<!${NUMBER})(60|六十)(日|天)`,
      'u',
    ),
    true,
  ],
  [
    '受理行政复议的机关',
    new RegExp(`向${NAME}(?:申请|提出|提起|递交|提交)(?:行政)?复议|复议机关(?:为|是|:|:)${NAME}`, 'u'),
    false,
  ],
  [
    '六个月的起诉期限',
    new RegExp(`${within('6个月|六个月', '诉').source}|起诉期限(?:为|是|:|:)?(?:6|六)个月`, 'u'),
    true,
  ],
  ['受理行政诉讼的法院', new RegExp(`(?:向|到|法院(?:为|是|:|:))${NAME}法院`, 'u'), false],
]
/** Nothing that is forbidden is a remedy. */
const FORBIDDEN = /(不得|不能|不可以|无权)[^,,。;;]{0,40}复议/

/** Only what a body of the administration decides is reviewed; a company's service (其他) is complained about. */
const isReviewable = (item: Item | undefined): boolean => item?.bodyNature !== '9'

/**
 * The remedies against a refusal of an item, composed from what is published; undefined where nobody has said who reviews,
 * where another level decides, and for 裁决, which other laws send to court within other days. A department may have a
 * review body and a court of its own: organs that are led vertically do (行政复议法 art. 27).
 */
export function remediesFor(item: Item | undefined, county: RemedySources): string | undefined {
  if (!isReviewable(item)) return '对办理结果有异议的,可以向办理单位提出复核,也可以拨打12345政务服务便民热线反映。'
  const own = county.department(item?.department ?? '')
  const general = county.rules()
  const [reviewBody, court] = [own?.reviewBody || general.reviewBody, own?.court || general.court]
  if (!reviewBody || !court || isDecidedAbove(item) || item?.itemType === '09') return undefined
  return composed(reviewBody, court)
}

const composed = (reviewBody: string, court: string): string =>
  `不服的,可以自收到文书之日起六十日内向${reviewBody}申请行政复议,也可以自收到文书之日起六个月内向${court}提起行政诉讼。`

/** Whether the names of a review body and a court, as a county publishes them, make a sentence that tells where to turn. */
export const areNames = (reviewBody: string, court: string): boolean =>
  !reviewBody.includes('法院') &&
  COURT.test(court) &&
  lackingRemedies(undefined, composed(reviewBody, court)).length === 0

/** Courts are 人民法院 or one of the special ones. */
const COURT = /(人民|铁路运输|铁路运输第[一二三四]|海事|知识产权|金融|互联网)法院$/

/** What the remedies of a refusal lack, in words. */
export function lackingRemedies(item: Item | undefined, text: string): readonly string[] {
  const plain = text.normalize('NFKC').replace(/[\s"'“”‘’]+/gu, '')
  if (!isReviewable(item)) return /[\p{L}\p{N}]{6}/u.test(plain) ? [] : ['向谁提出异议']
  if (FORBIDDEN.test(plain)) return ['申请人可以怎么做(写了“不得”“不能”一类的话)']
  const isOtherLaw = OTHER_LAW.test(plain)
  return PARTS.filter(([, pattern, byOtherLaw]) => !pattern.test(plain) && !(byOtherLaw && isOtherLaw)).map(
    ([name]) => name,
  )
}

/** Whether an act refuses what was applied for: then it tells where to turn. */
export const refuses = (kind: FactKind, { result }: Fields): boolean => kind === 'rejected' || result === 'refused'
