/** Passwords: the rule people must meet, the record that is kept, and the comparison. */
import type { Person } from '#protocol/casework/directory.ts'
import type { Office } from '#protocol/engine/office.ts'
import { fromHex, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

const SALT_BYTES = 16
const CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]

/** What a password is compared with when the name is unknown, so that both answers cost the same time. */
export const STRANGER: Person['password'] = { salt: '00'.repeat(SALT_BYTES), hash: '00'.repeat(32) }

/** The password of every account of the sample county: everybody who reads this file knows it. */
export const SAMPLE_PASSWORD = 'Anxian-2026'

/** What is wrong with a new password, for people; undefined when it is good (GB/T 22239-2019, SOURCES.md 9.1). */
export function passwordProblem(password: string): string | undefined {
  const length = [...password].length
  if (length < LIMITS.passwordLeastCharacters) return `密码至少 ${LIMITS.passwordLeastCharacters} 位`
  if (length > LIMITS.passwordCharacters) return `密码不超过 ${LIMITS.passwordCharacters} 位`
  const classes = CLASSES.filter((pattern) => pattern.test(password)).length
  return classes < 3 ? '密码须包含小写字母、大写字母、数字、其他符号中的三类' : undefined
}

/** Salts and hashes a new password for a person's record. */
export async function passwordRecord(office: Office, password: string): Promise<Person['password']> {
  const salt = office.random(SALT_BYTES)
  return { salt: toHex(salt), hash: toHex(await office.hashPassword(password, salt)) }
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

/** Whether a password belongs to a record, in a time that does not tell how much of it was right. */
export async function passwordMatches(office: Office, password: string, record: Person['password']): Promise<boolean> {
  const offered = password.slice(0, LIMITS.passwordCharacters * 2)
  const hash = await office.hashPassword(offered, fromHex(record.salt) ?? new Uint8Array(SALT_BYTES))
  return isSame(toHex(hash), record.hash) && offered === password
}
