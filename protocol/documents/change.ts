/** Changes people make to a section, and what of them is a change at all. */
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail, type Result } from '#protocol/result.ts'
import { isSectionKey, type MapSection, type PlainScalar, type PlainValue, type Section } from './sections.ts'

/** A value to set; fields of a record that are undefined are left out. */
export type ChangedValue = PlainScalar | { readonly [key: string]: PlainScalar | undefined }

/** For maps: keys to set and to remove. For texts: the whole new text. */
export type SectionChange =
  | { readonly set: Readonly<Record<string, ChangedValue | object>>; readonly remove: readonly string[] }
  | { readonly text: string }

type Refusal = Extract<Result<never, Failure>, { readonly ok: false }>

const KEPT = '刚才的修改没有保存,原有内容不变。'

/** Plain data with well-formed text: what the other nodes will read from the bytes. */
function plain(value: unknown): PlainValue {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value as PlainValue
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([key, field]) => [key, plain(field)])) as PlainValue
}

function mapProblem(section: MapSection, change: Extract<SectionChange, { set: object }>): Refusal | undefined {
  const keys = [...Object.keys(change.set), ...change.remove]
  if (keys.length > LIMITS.sectionKeys) {
    return fail('too-many-parts', `一次最多修改${LIMITS.sectionKeys}项。`, KEPT, '请分几次修改后保存。')
  }
  for (const [place, key] of keys.entries()) {
    if (!isSectionKey(key)) return fail('bad-key', `“${key}”不能作为栏目名称。`, KEPT, '请检查事项的表单设置。', key)
    if (keys.indexOf(key) !== place) {
      return fail('bad-key', `“${key}”在一次修改中出现了两次。`, KEPT, '请只保留一处修改。', key)
    }
  }
  for (const [key, value] of Object.entries(change.set)) {
    if (!section.accepts(plain(value))) {
      const next = '请检查内容是否过长或缺项。'
      return fail('bad-value', `${section.title}中“${key}”的内容不符合要求。`, KEPT, next, key)
    }
  }
  return undefined
}

/** What is wrong with a change, for the person who made it; undefined when all is well. */
export function changeProblem(section: Section, change: SectionChange): Refusal | undefined {
  if ('text' in change) {
    if (section.shape !== 'text') return fail('bad-value', `${section.title}不是一段文字。`, KEPT, '请重新打开页面。')
    if (change.text.length <= LIMITS.noteCharacters) return undefined
    const message = `${section.title}不能超过${LIMITS.noteCharacters}字。`
    return fail('bad-value', message, KEPT, '请缩短后再保存。', section.root)
  }
  return section.shape === 'map'
    ? mapProblem(section, change)
    : fail('bad-value', `${section.title}只能整段修改。`, KEPT, '请重新打开页面。')
}

/** Whether two values of a section are the same, whatever the order of a record's fields. */
export function sameValue(left: PlainValue | undefined, right: PlainValue): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key])
}

/** What a change does to keys that say something else. */
export interface KeyedDifference {
  readonly set: readonly (readonly [key: string, value: PlainValue])[]
  readonly remove: readonly string[]
}

/** What of a change to keys is not so already. */
export function keyedDifference(
  change: Extract<SectionChange, { set: object }>,
  present: (key: string) => PlainValue | undefined,
): KeyedDifference {
  const wanted = Object.entries(change.set).map(([key, value]) => [key, plain(value)] as const)
  return {
    set: wanted.filter(([key, value]) => !sameValue(present(key), value)),
    remove: change.remove.filter((key) => present(key) !== undefined),
  }
}

const isHighHalf = (text: string, index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xd800
const isLowHalf = (text: string, index: number): boolean => (text.charCodeAt(index) & 0xfc00) === 0xdc00

/** What differs between two texts: between their common beginning and their common end, never inside a character. */
export function differenceOf(current: string, wanted: string): { start: number; removed: number; inserted: string } {
  const shorter = Math.min(current.length, wanted.length)
  let start = 0
  while (start < shorter && current[start] === wanted[start]) start++
  if (start > 0 && isHighHalf(current, start - 1)) start--
  let end = 0
  while (end < shorter - start && current[current.length - 1 - end] === wanted[wanted.length - 1 - end]) end++
  if (end > 0 && isLowHalf(current, current.length - end)) end--
  return { start, removed: current.length - start - end, inserted: wanted.slice(start, wanted.length - end) }
}
