/** The unified social credit code (GB 32100-2015): alphabet, parts and check character. */
import { type Failure, fail, type Result, success } from '#protocol/result.ts'

/** What a valid credit code says. */
export interface CreditCode {
  /** 18 characters, upper case. */
  readonly code: string
  /** 登记管理部门 and 机构类别, one character each. */
  readonly registrar: string
  readonly category: string
  /** 登记管理机关行政区划码, 6 digits; abolished codes stay in it. */
  readonly region: string
  /** 主体标识码 (组织机构代码), 9 characters. */
  readonly organisation: string
}

/** Which check failed. */
export type CreditCodeProblem = Failure & { readonly code: 'length' | 'characters' | 'checksum' }

// I, O, S, V and Z are left out: on paper they are 1, 0, 5, U and 2.
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
// 3^i mod 31.
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const
const PATTERN = new RegExp(`^([${ALPHABET}])([${ALPHABET}])([0-9]{6})([${ALPHABET}]{9})[${ALPHABET}]$`)

/** The check character of the first 17 characters. */
export function creditCheckCharacter(text: string): string {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * ALPHABET.indexOf(text[at] as string), 0)
  return ALPHABET[(31 - (sum % 31)) % 31] as string
}

const problem = (code: CreditCodeProblem['code'], message: string) =>
  fail(code, message, '已填写的内容保留。', '请对照证照核对代码。', 'creditCode') as Result<never, CreditCodeProblem>

/** Checks a credit code as people type it: spaces, hyphens, full-width and small letters are accepted. */
export function checkCreditCode(text: string): Result<CreditCode, CreditCodeProblem> {
  if (text.length > 80) return problem('length', '统一社会信用代码须为18位,现在过长。')
  const code = text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}−]/gu, '')
    .toUpperCase()
  if (code.length !== 18) return problem('length', `统一社会信用代码须为18位,现在是${code.length}位。`)
  const match = PATTERN.exec(code)
  if (match === null) {
    return problem('characters', '统一社会信用代码由数字和大写字母组成(没有I、O、S、V、Z),第3至8位须为数字。')
  }
  if (creditCheckCharacter(code) !== code[17]) return problem('checksum', '统一社会信用代码校验位不符,可能有一位写错。')
  const [, registrar, category, region, organisation] = match as unknown as [string, string, string, string, string]
  return success({ code, registrar, category, region, organisation })
}

/** Whether a text is a credit code as it is kept: 18 capital letters and digits with a right check character. */
export function isCreditCode(text: string): boolean {
  const checked = checkCreditCode(text)
  return checked.ok && checked.value.code === text
}
