/** Wrong passwords are counted for a name and the address they come from, kept over restarts, and lock the name there for a while. */
import * as z from 'zod'
import type { Office } from '#protocol/engine/office.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { createMemory } from '#protocol/transport/budgets.ts'
import type { Caller } from '#protocol/transport/callers.ts'

/** Who tries, from where, and which password record: a new one makes the count begin anew. */
export interface PasswordTrial {
  readonly name: PersonId
  readonly caller: Caller
  /** Names the record that the password is compared with; empty for a name that nobody has. */
  readonly credential: string
}

const SPACE = 'sign-in-attempts'
const FAMILIAR = 'sign-in-callers'
const MINUTE = 60_000
const Attempts = z.object({ count: z.number(), last: z.number(), credential: z.string() })
type Attempts = z.infer<typeof Attempts>
const Callers = z.array(z.string())

/** No name and no caller has a blank. */
const keyOf = ({ name, caller }: PasswordTrial) => `${name} ${caller}`
const nameIn = (key: string) => key.split(' ')[0] ?? ''

/** Either way round, so that a clock put back does not lock a name for years. */
const within = (time: number, now: number, minutes: number) => Math.abs(now - time) < minutes * MINUTE

const isLocked = (attempts: Attempts, now: number) =>
  attempts.count >= LIMITS.passwordAttempts && within(attempts.last, now, LIMITS.lockMinutes)

const isLive = (attempts: Attempts, now: number) =>
  within(attempts.last, now, Math.max(LIMITS.attemptWindowMinutes, LIMITS.lockMinutes))

/** A password that was changed above is not here yet while the node is cut off; said to everybody, so that it tells nothing of a name. */
async function changedAbove(office: Office): Promise<string> {
  const { parent } = await office.status()
  return parent && !parent.connected ? ';密码如刚在县中心改过,本机联网同步后才认新密码' : ''
}

async function lockedFailure(office: Office, message: string, since: number) {
  const minutes = Math.ceil(LIMITS.lockMinutes - Math.abs(office.now() - since) / MINUTE)
  return fail(
    'sign-in-locked',
    `${message},还剩 ${minutes} 分钟`,
    '没有改动任何数据',
    `请 ${minutes} 分钟后再试,或请管理员重设密码${await changedAbove(office)};不是您本人输错的,请告诉管理员,可能有人在试您的密码`,
  )
}

const lockedHere = (office: Office, { last }: Attempts) =>
  lockedFailure(office, `这个用户名在这台电脑上连续输错 ${LIMITS.passwordAttempts} 次密码,已锁定`, last)

/** The failure for a name that is locked at this address, with the minutes left; undefined when it may try. */
export async function lockOf(office: Office, trial: PasswordTrial) {
  const now = office.now()
  const own = await attemptsOf(office, trial)
  if (own && isLocked(own, now)) return lockedHere(office, own)
  const rows = await office.localAll(SPACE)
  const all = rows.flatMap(({ key, value }) => (nameIn(key) === trial.name ? countedIn(value, trial, now) : []))
  const count = all.reduce((sum, attempts) => sum + attempts.count, 0)
  if (count < LIMITS.accountAttempts || (await familiarTo(office, trial.name)).includes(trial.caller)) return undefined
  const message = '这个用户名在多台电脑上输错密码太多次,没有用它登录过的电脑暂时不能用它登录'
  return lockedFailure(office, message, Math.max(...all.map(({ last }) => last)))
}

/** Attempts that still count against the password record of a trial. */
function countedIn(value: unknown, { credential }: PasswordTrial, now: number): readonly Attempts[] {
  const parsed = Attempts.safeParse(value)
  return parsed.success && parsed.data.credential === credential && isLive(parsed.data, now) ? [parsed.data] : []
}

async function attemptsOf(office: Office, trial: PasswordTrial): Promise<Attempts | undefined> {
  const [attempts] = countedIn(await office.local(SPACE, keyOf(trial)), trial, office.now())
  return attempts
}

/** Counts a wrong password durably and says what the person can still do. Callers serialise per address. */
export async function countWrong(office: Office, trial: PasswordTrial) {
  const now = office.now()
  const known = await attemptsOf(office, trial)
  const before = known && within(known.last, now, LIMITS.attemptWindowMinutes) ? known.count : 0
  // A lock that has run out starts a new count.
  const count = before >= LIMITS.passwordAttempts ? 1 : before + 1
  const attempts = { count, last: now, credential: trial.credential }
  await sweep(office, now)
  const stored = await office.setLocal(SPACE, keyOf(trial), attempts)
  if (!stored.ok) return stored
  if (isLocked(attempts, now)) return lockedHere(office, attempts)
  const left = LIMITS.passwordAttempts - attempts.count
  const next = `请核对后重试,还可以试 ${left} 次${await changedAbove(office)}`
  return fail('sign-in-wrong', '用户名或密码不对', '没有改动任何数据', next, 'password')
}

/** After a good password: what was wrong before is forgotten, and the address is familiar. */
export async function noteGood(office: Office, trial: PasswordTrial): Promise<Result<void>> {
  const counted = await office.local(SPACE, keyOf(trial))
  const forgotten = counted === undefined ? success(undefined) : await office.setLocal(SPACE, keyOf(trial), null)
  const familiar = await familiarTo(office, trial.name)
  if (!forgotten.ok || familiar[0] === trial.caller) return forgotten
  const others = familiar.filter((caller) => caller !== trial.caller)
  return office.setLocal(FAMILIAR, trial.name, [trial.caller, ...others].slice(0, LIMITS.familiarCallers))
}

/** Addresses from which somebody has signed in under a name, the last one first. */
async function familiarTo(office: Office, name: PersonId): Promise<readonly Caller[]> {
  return Callers.safeParse(await office.local(FAMILIAR, name)).data ?? []
}

/** Addresses from which somebody has signed in under whatever name; read once, because every stranger asks for them. */
export function createFamiliarity(office: Office) {
  const since = createMemory<true>()
  let stored: Promise<ReadonlySet<Caller>> | undefined
  const read = async () => {
    try {
      return new Set((await office.localAll(FAMILIAR)).flatMap(({ value }) => Callers.safeParse(value).data ?? []))
    } catch (error) {
      stored = undefined // the next sign-in reads again
      throw error
    }
  }
  return {
    async has(caller: Caller): Promise<boolean> {
      stored ??= read()
      return since.of(caller) ?? (await stored).has(caller)
    },
    /** Somebody has signed in there. */
    note: (caller: Caller): void => since.keep(caller, true),
  }
}

/** Drops what has run out; neither names nobody has nor one name's many addresses may crowd out the locks of accounts. */
async function sweep(office: Office, now: number): Promise<void> {
  const rows = (await office.localAll(SPACE)).map(({ key, value }) => ({
    key,
    attempts: Attempts.safeParse(value).data,
  }))
  const live = rows
    .flatMap(({ key, attempts }) => (attempts && isLive(attempts, now) ? [{ key, last: attempts.last }] : []))
    .sort((left, right) => right.last - left.last)
  const isStrange = (key: string) => !isPersonId(nameIn(key)) || !office.directory.person(nameIn(key) as PersonId)
  const strange = live.filter(({ key }) => isStrange(key)).slice(0, LIMITS.strangerNames - 1)
  const ofAccounts = [...Map.groupBy(live, ({ key }) => nameIn(key)).values()]
    .filter(([first]) => first && !isStrange(first.key))
    .flatMap((one) => one.slice(0, LIMITS.accountAttempts))
  const kept = new Set([...strange, ...ofAccounts].map(({ key }) => key))
  const dropped = rows.filter(({ key }) => !kept.has(key))
  await Promise.all(dropped.map(({ key }) => office.setLocal(SPACE, key, null)))
}
