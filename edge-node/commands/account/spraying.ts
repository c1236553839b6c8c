/** One address that tries many user names: it is slowed more and more, and told. In memory, as a restart takes longer than a wait. */
import type { Office } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import { createMemory } from '#protocol/transport/budgets.ts'
import type { Caller } from '#protocol/transport/callers.ts'

interface Spray {
  /** User names with a wrong password; no more than make it one. */
  readonly names: ReadonlySet<string>
  readonly last: number
  /** Wrong passwords since there were so many names. */
  readonly beyond: number
  /** When it was told; null while it has not been. */
  readonly told: number | null
}

const NOTHING: Spray = { names: new Set(), last: 0, beyond: 0, told: null }
const WINDOW = LIMITS.sprayWindowMinutes * 60_000
/** What is typed as a name may be longer than any is. */
const NAME_CHARACTERS = 40

/** Either way round: a clock put back must not slow anybody for years. */
const isPast = (time: number, now: number, span: number) => Math.abs(now - time) >= span

/** Milliseconds until an address may try again; 0 when it may. */
function waitOf({ beyond, last }: Spray, now: number): number {
  const wait = Math.min(LIMITS.sprayPauseMilliseconds, 1000 * 2 ** (beyond - 1))
  return beyond === 0 || isPast(last, now, wait) ? 0 : wait - Math.abs(now - last)
}

/** What is known of an address after one more wrong password; `told` is now when people have to be told, once in a while. */
function withWrong(known: Spray, name: string, now: number): Spray {
  const { names, beyond, told } = isPast(known.last, now, WINDOW) ? NOTHING : known
  const tried = names.size >= LIMITS.sprayedNames ? names : new Set([...names, name.slice(0, NAME_CHARACTERS)])
  const isOne = tried.size >= LIMITS.sprayedNames
  const tells = isOne && (told === null || isPast(told, now, WINDOW))
  return { names: tried, last: now, beyond: isOne ? beyond + 1 : 0, told: tells ? now : told }
}

const slowed = (seconds: number) =>
  fail(
    'sign-in-slowed',
    `同一地址刚才用多个用户名试过登录,还要等 ${seconds} 秒`,
    '没有改动任何数据',
    `请 ${seconds} 秒后再试;不是您试的,请告诉县中心管理员`,
  )

/** The brake of a node: decides sign-ins of addresses that need not wait, and tells whose tries become a spray. */
export function createBrake(
  office: Pick<Office, 'now' | 'tell'>,
  warned: (about: object, message: string) => void = () => {},
) {
  const sprays = createMemory<Spray>()
  return async <Value>(caller: Caller, name: string, decide: () => Promise<Result<Value>>): Promise<Result<Value>> => {
    const wait = waitOf(sprays.of(caller) ?? NOTHING, office.now())
    if (wait > 0) return slowed(Math.ceil(wait / 1000))
    const decided = await decide()
    if (decided.ok || !['sign-in-wrong', 'sign-in-locked'].includes(decided.problem.code)) return decided
    const now = office.now()
    const known = sprays.of(caller) ?? NOTHING
    const spray = withWrong(known, name, now)
    sprays.keep(caller, spray)
    if (spray.told === known.told || spray.told === null) return decided
    const message = `同一地址 ${caller} 在 ${LIMITS.sprayWindowMinutes} 分钟内用多个用户名试登录`
    const next = '那里的登录已自动放慢。请查清是哪台电脑、谁在用;不是本单位的,请断开它的网线并告诉县中心管理员'
    office.tell({ kind: 'sign-ins', message, next })
    warned({ address: caller, names: LIMITS.sprayedNames }, 'one address tries many user names')
    return decided
  }
}
