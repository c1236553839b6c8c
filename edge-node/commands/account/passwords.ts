/** Passwords: the rule people must meet, the record that is kept, and the comparison. */
import type { Person } from '#protocol/casework/directory.ts'
import type { Office } from '#protocol/engine/office.ts'
import { fromHex, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

const SALT_BYTES = 16
const CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]

/** What a password is compared with when the name is unknown, so that both answers cost the same time. */
export const STRANGER: Person['password'] = {
  salt: '00'.repeat(SALT_BYTES),
  hash: '00'.repeat(32),
  cost: LIMITS.passwordCost,
}

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

/** The first version of the program that reads how much work a record took. */
const READS_COST = [0, 3] as const

function readsCost(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(version) ?? []
  return Number(major) > READS_COST[0] || (Number(major) === READS_COST[0] && Number(minor) >= READS_COST[1])
}

/** The work for a new password of somebody at a station: an older program there would take the right password for wrong. */
async function costAt(office: Office, station: StationCode): Promise<number> {
  const { node } = await office.status()
  const versions = new Map((await office.nodesBelow()).map((below) => [below.node, below.version]))
  const serving = office.directory.nodes().filter(({ revoked, stations }) => !revoked && stations.includes(station))
  const all = serving.every(({ id }) => id === node || readsCost(versions.get(id) ?? ''))
  return serving.length > 0 && all ? LIMITS.passwordCost : LIMITS.oldPasswordCost
}

/**
 * Salts and hashes a new password for a person's record.
 * @param station where the person signs in; without it the record is one that every program reads
 */
export async function passwordRecord(
  office: Office,
  password: string,
  station?: StationCode,
): Promise<Person['password']> {
  const salt = office.random(SALT_BYTES)
  const cost = station === undefined ? LIMITS.oldPasswordCost : await costAt(office, station)
  const hash = toHex(await office.hashPassword(password, salt, cost))
  return { salt: toHex(salt), hash, ...(cost === LIMITS.oldPasswordCost ? {} : { cost }) }
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

/**
 * Whether a password belongs to a record, in a time that does not tell how much of it was right, nor, by how old the
 * record is, that there is one.
 */
export async function passwordMatches(office: Office, password: string, record: Person['password']): Promise<boolean> {
  const offered = password.slice(0, LIMITS.passwordCharacters * 2)
  const salt = fromHex(record.salt) ?? new Uint8Array(SALT_BYTES)
  const { cost = LIMITS.oldPasswordCost } = record
  const hash = await office.hashPassword(offered, salt, cost)
  for (let work = cost; work < LIMITS.passwordCost; work++) await office.hashPassword(offered, salt, work)
  return isSame(toHex(hash), record.hash) && offered === password
}
