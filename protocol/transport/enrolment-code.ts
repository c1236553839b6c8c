/** The enrolment code: what a person reads out to a new node, and what that node learns from it. */
import type { Sha256 } from '#protocol/log/chain.ts'
import { fail, type Result, success } from '#protocol/result.ts'

/** Crockford's base 32: no I, L, O or U, so that a code survives telephone and handwriting. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 40 bits: with LIMITS.enrolmentAttemptsPerMinute nobody guesses one within its hour. */
const SECRET_DIGITS = 8
/** 50 bits of SHA-256 of the parent's public key. */
const FINGERPRINT_DIGITS = 10
/** 10 bits: 1,023 of 1,024 slips are seen before anything is sent. */
const CHECK_DIGITS = 2
const LENGTH = SECRET_DIGITS + FINGERPRINT_DIGITS + CHECK_DIGITS
export const SECRET_BYTES = 5

export interface EnrolmentCode {
  /** The part only the hub knows, and only as a hash. */
  readonly secret: string
  /** Names the one parent that may hear the secret. */
  readonly fingerprint: string
}

/** The first digits of some bytes in base 32, five bits each, most significant first. */
function digitsOf(bytes: Uint8Array, count: number): string {
  let text = ''
  for (let index = 0; index < count; index++) {
    let digit = 0
    for (let bit = index * 5; bit < index * 5 + 5; bit++) {
      digit = (digit << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1)
    }
    text += DIGITS[digit]
  }
  return text
}

const checkOf = (sha256: Sha256, body: string) => digitsOf(sha256(new TextEncoder().encode(body)), CHECK_DIGITS)

/** What a code says of the parent's public key. */
export const keyFingerprint = (sha256: Sha256, publicKey: Uint8Array): string =>
  digitsOf(sha256(publicKey), FINGERPRINT_DIGITS)

/** The secret part of a new code, from 5 random bytes. */
export const secretOf = (random: Uint8Array): string => digitsOf(random, SECRET_DIGITS)

/** The code as it is read out: five groups of four. */
export function codeText(sha256: Sha256, secret: string, parentKey: Uint8Array): string {
  const body = secret + keyFingerprint(sha256, parentKey)
  return (body + checkOf(sha256, body)).replace(/(.{4})(?!$)/g, '$1-')
}

/** Reads a code as people type it: any case, any separators, O for 0, I and L for 1. */
export function readCode(sha256: Sha256, text: string): Result<EnrolmentCode> {
  const digits = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-–—_.]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  const kept = '没有发送任何内容'
  if (digits.length !== LENGTH)
    return fail(
      'code-length',
      `入网码应为 ${LENGTH} 位,现在是 ${digits.length} 位`,
      kept,
      '请对照县中心给出的入网码重新输入',
    )
  const body = digits.slice(0, -CHECK_DIGITS)
  if (![...digits].every((digit) => DIGITS.includes(digit)) || checkOf(sha256, body) !== digits.slice(-CHECK_DIGITS))
    return fail('code-mistyped', '入网码有输错的地方(校验位不符)', kept, '请逐位核对后重新输入')
  return success({ secret: body.slice(0, SECRET_DIGITS), fingerprint: body.slice(SECRET_DIGITS) })
}
