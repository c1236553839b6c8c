/**
 * Identity: numbers and codes that name people, bodies, places, cases and papers.
 * Here the citizen identity number (GB 11643-1999): check character, birth date and sex.
 */
import { type Failure, fail, type Result, success } from '#protocol/result.ts'

/** What a valid identity number says. */
export interface CitizenNumber {
  /** 18 characters, upper case. */
  readonly number: string
  /** Year-month-day. */
  readonly birthDate: string
  readonly sex: '男' | '女'
}

/** Which check failed; all of them may be overridden with a reason, by the caller. */
export type IdentityProblem = Failure & { readonly code: 'length' | 'characters' | 'date' | 'future' | 'checksum' }

// ISO 7064 MOD 11-2 as GB 11643 prints it.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const CHECK_CHARACTERS = '10X98765432'

/** The check character of the first 17 digits. */
export function identityCheckCharacter(digits: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0)
  return CHECK_CHARACTERS[sum % 11] as string
}

function isRealDate(date: string): boolean {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  if (year < 1800 || month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day <= days
}

const problem = (code: IdentityProblem['code'], message: string) =>
  fail(code, message, '已填写的内容保留。', '请对照证件核对号码。', 'idNumber') as Result<never, IdentityProblem>

/**
 * Checks an identity number. The first six digits are not compared with today's region codes:
 * abolished codes stay in people's numbers for life (SOURCES.md 8.1).
 * @param today year-month-day of the Chinese civil day; without it a birth date in the future passes.
 */
export function checkIdentityNumber(text: string, today?: string): Result<CitizenNumber, IdentityProblem> {
  const number = text.normalize('NFKC').replace(/\s/g, '').toUpperCase()
  if (/^[0-9]{15}$/.test(number)) return problem('length', '15位旧证件号码已停用,须使用18位号码。')
  if (number.length !== 18) return problem('length', `证件号码须为18位,现在是${number.length}位。`)
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return problem('characters', '证件号码前17位须为数字,末位须为数字或X。')
  const birthDate = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  if (!isRealDate(birthDate)) return problem('date', `证件号码中的出生日期${birthDate}不存在。`)
  if (today !== undefined && birthDate > today) return problem('future', `证件号码中的出生日期${birthDate}晚于今天。`)
  if (identityCheckCharacter(number) !== number[17]) return problem('checksum', '证件号码校验位不符,可能有一位写错。')
  return success({ number, birthDate, sex: Number(number[16]) % 2 === 1 ? '男' : '女' })
}
