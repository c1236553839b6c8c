/** What a field may hold, by its type and bounds, and the words for what does not fit. */
import { isEntryHash, isPersonId, isStationCode } from '#protocol/ids.ts'
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isDay } from '../time/days.ts'
import type { FieldRule, FieldType } from './fields.ts'

function isSeal(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.section === 'string' &&
    typeof value.digest === 'string' &&
    (value.content === undefined || typeof value.content === 'string') &&
    isRecord(value.frontier) &&
    Object.values(value.frontier).every((height) => Number.isSafeInteger(height))
  )
}

const isText = (value: unknown, maximum: number): value is string =>
  typeof value === 'string' && value.length <= maximum
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isLines = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= LIMITS.factLines &&
  value.every((line) => isText(line, LIMITS.lineCharacters) && line.trim() !== '')

const isCounts = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).length <= LIMITS.factLines && Object.values(value).every(isCount)

/** Why a value does not fit a field's type, or undefined when it fits. */
export function fieldProblem(type: FieldType, value: unknown): string | undefined {
  if (typeof type === 'object') {
    const known = typeof value === 'string' && Object.hasOwn(type.oneOf, value)
    return known ? undefined : `须为${Object.values(type.oneOf).join('、')}之一`
  }
  const answer = (fits: boolean, problem: string) => (fits ? undefined : problem)
  switch (type) {
    case 'text':
      return answer(isText(value, LIMITS.lineCharacters), `须为不超过${LIMITS.lineCharacters}字的文字`)
    case 'note':
      return answer(isText(value, LIMITS.noteCharacters), '文字过长')
    case 'count':
      return answer(isCount(value), '须为不小于零的整数')
    case 'amount':
      return answer(isCount(value), '须为不小于零的金额,最小到分')
    case 'station':
      return answer(typeof value === 'string' && isStationCode(value), '须为站点代码')
    case 'person':
      return answer(typeof value === 'string' && isPersonId(value), '须为人员账号')
    case 'hash':
      return answer(typeof value === 'string' && isEntryHash(value), '须为记录标识')
    case 'flag':
      return answer(typeof value === 'boolean', '须为是或否')
    case 'day':
      return answer(typeof value === 'string' && isDay(value), '须为日期,如 2026-11-21')
    case 'lines':
      return answer(isLines(value), `须为 1 至 ${LIMITS.factLines} 行文字,每行不超过${LIMITS.lineCharacters}字`)
    case 'counts':
      return answer(isCounts(value), '须为各项材料的份数')
    case 'seals':
      return answer(Array.isArray(value) && value.length <= 20 && value.every(isSeal), '封存数据不完整')
  }
}

/** Whether a number lies within the bounds of its field. */
export const isWithin = ({ least = 0, most = Number.MAX_SAFE_INTEGER }: FieldRule, value: number): boolean =>
  value >= least && value <= most

/** What a count may be, for people. */
export const boundWords = ({ least = 0, most }: FieldRule): string =>
  most === undefined ? `须不小于${least}` : `须为${least}至${most}`
