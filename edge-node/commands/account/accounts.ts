/** Sign-ins at a node: who may, for how long, and what ends them. Everything works without a network. */
import * as z from 'zod'
import { appendAll } from '#protocol/append-all.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { isPersonId, type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { type Caller, UNKNOWN_CALLER } from '#protocol/transport/callers.ts'
import { countWrong, createFamiliarity, lockOf, noteGood } from './attempts.ts'
import { passwordMatches, passwordProblem, passwordRecord, SAMPLE_PASSWORD, STRANGER } from './passwords.ts'
import { createLines } from './sign-in-line.ts'
import { withMemory } from './sign-in-rows.ts'
import { createBrake } from './spraying.ts'
import { addWrong, takeWrong } from './wrong-since.ts'

/** Over TLS browsers take a cookie of such a name from this very host only, over TLS, and for all of it. */
export const closedName = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name)
/** Name of the cookie that carries a token between the desk's pages. */
export const signInCookie = (secure: boolean): string => closedName('sign-in', secure)
/** Header that must carry the csrf value where the cookie signs in. */
export const CSRF_HEADER = 'x-csrf-token'

/** A sign-in as the desk and the API use it. */
export interface SignIn {
  /** 64 hex digits; the node keeps only its hash. */
  readonly token: string
  /** Belongs to the token and cannot be turned back into it; forms and cookie requests must carry it. */
  readonly csrf: string
  readonly actor: Actor
  readonly person: Person
}

/** A sign-in that has just begun. */
export interface NewSignIn extends SignIn {
  /** Wrong passwords for the name since somebody last signed in under it here. */
  readonly wrongBefore: number
}

export interface Accounts {
  /**
   * Signs in with the person's id and password, from the address of a caller; failures: sign-in-wrong, -locked, -busy,
   * -slowed, account-disabled, other-station, sample-password.
   */
  signIn(name: string, password: string, caller?: Caller): Promise<Result<NewSignIn>>
  /**
   * The sign-in of a token; undefined when it never was, has ended, or the account has changed.
   * Renewed unless told otherwise: what a page asks for by itself must not keep a deserted desk open.
   */
  resume(token: string, options?: { readonly renew: boolean }): Promise<SignIn | undefined>
  /** Ends a sign-in at once; an unknown token is fine. Fails when the disk does; idle time then ends it. */
  signOut(token: string): Promise<Result<void>>
  /** Salted scrypt record of a new password, in hex; as strong as every program reads it where its person signs in. */
  passwordRecord(password: string, station?: StationCode): Promise<Person['password']>
  /** What is wrong with a new password, for people; undefined when it is good. */
  passwordProblem(password: string): string | undefined
}

export interface AccountsOptions {
  /** Whether the desk answers other machines than this one. */
  readonly isPublic?: boolean
  /** Told of what an administrator should see in the program's log. */
  readonly warned?: (about: object, message: string) => void
}

const SPACE = 'sign-ins'
const IDLE = LIMITS.idleMinutes * 60_000
const Kept = z.object({ person: z.string(), credential: z.string(), seen: z.number() })
type Kept = z.infer<typeof Kept>

const encoder = new TextEncoder()

/** SHA-256 in hex of a text with its purpose, so that one secret yields values that do not tell each other. */
const digest = (office: Office, purpose: string, text: string): string =>
  toHex(office.sha256(encoder.encode(`${purpose}:${text}`)))

const keyOf = (office: Office, token: string) => digest(office, 'sign-in', token)
/** Changes with the password, so that a new password ends the old sign-ins. */
const credentialOf = (office: Office, person: Person) =>
  digest(office, 'credential', `${person.password.salt}:${person.password.hash}`)
/** Either way round: a clock put back must not make a sign-in endless. */
const isLive = (kept: Kept, now: number) => Math.abs(now - kept.seen) < IDLE

const serves = (office: Office, person: Person) => office.stations.some((station) => station.id === person.station)

function signInOf(office: Office, token: string, person: Person): SignIn {
  const { id, name, station, roles } = person
  return { token, csrf: digest(office, 'csrf', token), actor: { person: id, name, station, roles }, person }
}

/** Keeps a new sign-in; drops ended ones, then the longest unused beyond the limits. */
async function keep(office: Office, person: Person): Promise<Result<SignIn>> {
  const now = office.now()
  const live: { key: string; person: string; seen: number }[] = []
  const ended: string[] = []
  for (const { key, value } of await office.localAll(SPACE)) {
    const parsed = Kept.safeParse(value)
    if (parsed.success && isLive(parsed.data, now)) live.push({ key, ...parsed.data })
    else ended.push(key)
  }
  live.sort((left, right) => right.seen - left.seen)
  const own = live.filter((kept) => kept.person === person.id).slice(LIMITS.signInsPerPerson - 1)
  appendAll(
    ended,
    [...own, ...live.slice(LIMITS.signIns - 1)].map(({ key }) => key),
  )
  await Promise.all(ended.map((key) => office.setLocal(SPACE, key, null)))

  const token = toHex(office.random(32))
  const kept: Kept = { person: person.id, credential: credentialOf(office, person), seen: now }
  const stored = await office.setLocal(SPACE, keyOf(office, token), kept)
  return stored.ok ? success(signInOf(office, token, person)) : stored
}

const WRONG = fail('sign-in-wrong', '用户名或密码不对', '没有改动任何数据', '请核对后重试', 'password')
const NO_PEOPLE = fail(
  'no-people-yet',
  '本机还没有收到人员名单,暂时不能登录',
  '没有改动任何数据',
  '请保持联网,首次同步完成后再登录',
)
const SAMPLE_REFUSED = fail(
  'sample-password',
  '这个账号用的还是公开的示例密码,不能在本机以外能访问的地址上登录',
  '没有改动任何数据',
  '请县中心管理员给它设新密码或停用它;管理员自己的账号在县中心运行 npm run hub -- reset-password <用户名>',
)

/** A sign-in as it is asked for. */
interface Asked {
  readonly name: string
  readonly password: string
  readonly caller: Caller
}

/** How a sign-in was decided; `wasLocked`: nobody looked at the password, because the name was locked before. */
type Decided = Result<NewSignIn> & { readonly wasLocked?: true }

/** Decides a sign-in. What is wrong with an account is said only to whoever knows its password. */
async function attempt(office: Office, { name, password, caller }: Asked, isPublic: boolean): Promise<Decided> {
  // Counting these as wrong would lock people out of a node that has only just been enrolled.
  if (!office.directory.people().some((person) => serves(office, person))) return NO_PEOPLE
  if (!isPersonId(name)) {
    await passwordMatches(office, password, STRANGER)
    return WRONG
  }
  const person = office.directory.person(name)
  const trial = { name, caller, credential: person ? credentialOf(office, person) : '' }
  const locked = await lockOf(office, trial)
  if (locked) return { ...locked, wasLocked: true }
  const matches = await passwordMatches(office, password, person?.password ?? STRANGER)
  if (person && !matches) await addWrong(office, person.id)
  if (!person || !matches) return countWrong(office, trial)
  const closed = closedTo(office, person) ?? (isPublic && password === SAMPLE_PASSWORD ? SAMPLE_REFUSED : undefined)
  if (closed) return closed
  const noted = await noteGood(office, trial)
  const kept = noted.ok ? await keep(office, person) : noted
  return kept.ok ? success({ ...kept.value, wrongBefore: await takeWrong(office, person.id) }) : kept
}

/** Why an account does not open this desk; undefined when it does. */
function closedTo(office: Office, person: Person) {
  if (person.disabled)
    return fail('account-disabled', '这个账号已停用', '办过的件都在,署名不变', '需要继续使用请联系县中心管理员')
  if (serves(office, person)) return undefined
  const station = office.directory.station(person.station)?.name ?? person.station
  return fail('other-station', `这个账号属于${station},不在本机办理`, '没有改动任何数据', `请到${station}的电脑上登录`)
}

async function resume(office: Office, token: string, renew: boolean): Promise<SignIn | undefined> {
  if (!/^[0-9a-f]{64}$/.test(token)) return undefined
  const key = keyOf(office, token)
  const parsed = Kept.safeParse(await office.local(SPACE, key))
  if (!parsed.success) return undefined
  const kept = parsed.data
  const now = office.now()
  const person = office.directory.person(kept.person as PersonId)
  const stands =
    person && !person.disabled && serves(office, person) && kept.credential === credentialOf(office, person)
  if (!stands || !isLive(kept, now)) {
    await office.setLocal(SPACE, key, null)
    return undefined
  }
  // Renewed at most once a minute, because each renewal is a write to the disk. A renewal that fails ends nothing:
  // on a full disk people must still read, and the status line already says that the disk is full.
  if (renew && Math.abs(now - kept.seen) >= LIMITS.renewSeconds * 1000)
    await office.setLocal(SPACE, key, { ...kept, seen: now })
  return signInOf(office, token, person)
}

/** What people type as a name may be their password: only names that somebody has, of whatever station, are written down. */
const knownName = ({ directory }: Office, name: string): string =>
  isPersonId(name) && (directory.person(name) ?? directory.staff(name)) ? name : '(没有这个用户名)'

/** Writes down how a sign-in was decided; one that was never looked at, because too many wait, is none. */
async function noteSignIn(office: Office, { name, caller }: Asked, decided: Decided): Promise<void> {
  const address = caller === UNKNOWN_CALLER ? '' : caller
  if (decided.ok) return office.audit(decided.value.actor, 'sign-in', { address })
  const { code, message } = decided.problem
  if (code === 'no-people-yet') return
  const locking = code === 'sign-in-locked' ? 'sign-in-locked' : 'sign-in-failed'
  const event = decided.wasLocked ? 'sign-in-refused' : locking
  await office.audit(null, event, { subject: knownName(office, name), details: message, address })
}

/** The accounts of a node. One per node: it also keeps sign-ins in line. */
export function createAccounts(given: Office, options: AccountsOptions = {}): Accounts {
  const office = withMemory(given)
  const familiar = createFamiliarity(office)
  const inLine = createLines(familiar.has)
  const braked = createBrake(office, options.warned)

  function signIn(name: string, password: string, caller = UNKNOWN_CALLER): Promise<Result<NewSignIn>> {
    const asked = { name, password, caller }
    const decide = async () => {
      const decided = await attempt(office, asked, options.isPublic ?? false)
      if (decided.ok) familiar.note(caller)
      await noteSignIn(office, asked, decided)
      return decided
    }
    return inLine(caller, () => braked(caller, name, decide))
  }

  return {
    signIn,
    resume: (token, options) => resume(office, token, options?.renew ?? true),
    async signOut(token) {
      const signIn = await resume(office, token, false)
      if (signIn) await office.audit(signIn.actor, 'sign-out')
      const key = keyOf(office, token)
      const ended = await given.setLocal(SPACE, key, null)
      // What the disk still has would be back after a restart: then it is said that nothing ended.
      return ended.ok || (await given.local(SPACE, key)) === undefined ? office.setLocal(SPACE, key, null) : ended
    },
    passwordRecord: (password, station) => passwordRecord(office, password, station),
    passwordProblem,
  }
}
