/**
 * What the type of an item means in law. 行政许可法 binds licences alone: every other type is handled by the rule that the
 * item itself is founded on (设定依据), so its papers do not cite that law, carry its seal or promise its consequences. What
 * the halls do for them all the same (一次告知, 书面凭证) is said to follow its example.
 */
import type { Decision } from './codes.ts'
import type { Item } from './item.ts'

/** How a paper names and says a decision. */
export interface Ruling {
  /** 文书名称. */
  readonly title: string
  /** 主文, behind the ground. */
  readonly words: string
}

type Rulings = Readonly<Record<Decision, Ruling>>

/** Also of types that nobody applies for (处罚, 强制, 征收, 检查), where a county lists a service beside one. */
const OTHER: Rulings = {
  granted: { title: '准予办理决定书', words: '决定准予办理' },
  refused: { title: '不予办理决定书', words: '决定不予办理' },
}

const RULINGS: Readonly<Record<Item['itemType'], Rulings>> = {
  '00': OTHER,
  '01': {
    granted: { title: '准予行政许可决定书', words: '决定准予行政许可' },
    refused: { title: '不予行政许可决定书', words: '决定不予行政许可' },
  },
  '02': OTHER,
  '03': OTHER,
  '04': OTHER,
  '05': {
    granted: { title: '行政给付决定书', words: '决定给予行政给付' },
    refused: { title: '不予行政给付决定书', words: '决定不予行政给付' },
  },
  '06': OTHER,
  '07': {
    granted: { title: '行政确认决定书', words: '决定予以行政确认' },
    refused: { title: '不予行政确认决定书', words: '决定不予行政确认' },
  },
  '08': {
    granted: { title: '行政奖励决定书', words: '决定给予行政奖励' },
    refused: { title: '不予行政奖励决定书', words: '决定不予行政奖励' },
  },
  '09': {
    granted: { title: '行政裁决书', words: '裁决支持申请人的请求' },
    refused: { title: '行政裁决书', words: '裁决驳回申请人的请求' },
  },
  '10': OTHER,
  // A service is done or not done: nothing is licensed, and no decision (行政决定) is taken.
  '20': {
    granted: { title: '公共服务办理结果通知书', words: '现予办理' },
    refused: { title: '公共服务不予办理通知书', words: '现不予办理' },
  },
}

const LICENSING_LAW = '《行政许可法》'

/** Whether 行政许可法 binds how an item is handled: its limits, its deemed acceptance, its seal. */
export const isLicence = (item: Item | undefined): boolean => item?.itemType === '01'

/** How papers name and say a decision about an item; of one that is not known here, the plainest words. */
export const rulingOf = (item: Item | undefined, decision: Decision): Ruling =>
  ((item && RULINGS[item.itemType]) ?? OTHER)[decision]

/** Whose seal papers to the applicant carry (行政许可法 art. 32: 专用印章). */
export const sealOf = (item: Item | undefined): string => (isLicence(item) ? '行政许可专用章' : '公章')

/** What a receipt says of an application that is not complete; only of a licence silence is acceptance (art. 32 para. 1 no. 4). */
export const tellingNote = (item: Item | undefined): string =>
  `材料不齐全或者不符合${isLicence(item) ? '法定形式' : '规定的要求'}的,将当场或者在五个工作日内一次告知需要补正的全部内容${isLicence(item) ? ';逾期不告知的,自收到申请材料之日起即为受理' : ''}。`

/** What a paper is founded on: the article of 行政许可法 for a licence, else the item's own basis or what was published. */
export function groundOf(item: Item | undefined, article: string): string {
  if (isLicence(item)) return `根据《中华人民共和国行政许可法》${article}`
  return item === undefined || item.basis.trim() === '' ? '按照公布的办事指南' : '根据本事项的设定依据'
}

/** A rule as people are told it: one of 行政许可法 is only followed as an example where it does not bind. */
export const sourceFor = (item: Item | undefined, source: string): string =>
  item !== undefined && !isLicence(item) && source.startsWith(LICENSING_LAW) ? `参照${source}` : source
