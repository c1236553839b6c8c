/** Wrong passwords are counted per name, kept over restarts, and lock the name for a while. */
import * as z from 'zod'
import type { Office } from '#protocol/engine/office.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'

const SPACE = 'sign-in-attempts'
const MINUTE = 60_000
const Attempts = z.object({ count: z.number(), last: z.number() })
type Attempts = z.infer<typeof Attempts>

/** Either way round, so that a clock put back does not lock a name for years. */
const within = (time: number, now: number, minutes: number) => Math.abs(now - time) < minutes * MINUTE

const isLocked = (attempts: Attempts, now: number) =>
  attempts.count >= LIMITS.passwordAttempts && within(attempts.last, now, LIMITS.lockMinutes)

const isLive = (attempts: Attempts, now: number) =>
  within(attempts.last, now, Math.max(LIMITS.attemptWindowMinutes, LIMITS.lockMinutes))

function lockedFailure(attempts: Attempts, now: number) {
  const minutes = Math.ceil(LIMITS.lockMinutes - Math.abs(now - attempts.last) / MINUTE)
  return fail(
    'sign-in-locked',
    `密码连续输错 ${LIMITS.passwordAttempts} 次,账号已锁定,还剩 ${minutes} 分钟`,
    '没有改动任何数据',
    `请 ${minutes} 分钟后再试,或请管理员重设密码`,
  )
}

/** The failure for a name that is locked now, with the minutes left; undefined when it may try. */
export async function lockOf(office: Office, name: PersonId) {
  const parsed = Attempts.safeParse(await office.local(SPACE, name))
  const now = office.now()
  return parsed.success && isLocked(parsed.data, now) ? lockedFailure(parsed.data, now) : undefined
}

/** Counts a wrong password durably and says what the person can still do. Callers serialise per name. */
export async function countWrong(office: Office, name: PersonId) {
  const now = office.now()
  const parsed = Attempts.safeParse(await office.local(SPACE, name))
  const before = parsed.success && within(parsed.data.last, now, LIMITS.attemptWindowMinutes) ? parsed.data.count : 0
  // A lock that has run out starts a new count.
  const attempts = { count: before >= LIMITS.passwordAttempts ? 1 : before + 1, last: now }
  await sweep(office, now)
  const stored = await office.setLocal(SPACE, name, attempts)
  if (!stored.ok) return stored
  if (isLocked(attempts, now)) return lockedFailure(attempts, now)
  const left = LIMITS.passwordAttempts - attempts.count
  return fail('sign-in-wrong', '用户名或密码不对', '没有改动任何数据', `请核对后重试,还可以试 ${left} 次`, 'password')
}

/** Forgets the wrong passwords of a name after a good one. */
export async function forgetWrong(office: Office, name: PersonId): Promise<Result<void>> {
  const known = Attempts.safeParse(await office.local(SPACE, name))
  return known.success ? office.setLocal(SPACE, name, null) : { ok: true, value: undefined }
}

/** Drops what has run out; names nobody has may not crowd out the locks of real accounts. */
async function sweep(office: Office, now: number): Promise<void> {
  const strangers: { key: string; last: number }[] = []
  const dropped: string[] = []
  for (const { key, value } of await office.localAll(SPACE)) {
    const parsed = Attempts.safeParse(value)
    if (!parsed.success || !isLive(parsed.data, now)) dropped.push(key)
    else if (!isPersonId(key) || !office.directory.person(key)) strangers.push({ key, last: parsed.data.last })
  }
  strangers.sort((left, right) => right.last - left.last)
  dropped.push(...strangers.slice(LIMITS.strangerNames - 1).map(({ key }) => key))
  await Promise.all(dropped.map((key) => office.setLocal(SPACE, key, null)))
}
