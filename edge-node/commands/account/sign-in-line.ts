/** Sign-ins in line: one of each address at a time, so that its guesses are counted one by one, and few of all at once. */
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import type { Caller } from '#protocol/transport/callers.ts'

/** Told whether its turn has come; if not, it has given way to others. */
type Waiting = (isTurn: boolean) => void

/** What one address has in a line. */
interface Own {
  isChecked: boolean
  readonly waiting: Waiting[]
}

const sizeOf = ({ isChecked, waiting }: Own) => waiting.length + Number(isChecked)

/** Whose newest gives way: that of the address with most, among those that have one waiting. */
const fullest = (callers: Iterable<Own>): Own | undefined =>
  [...callers]
    .filter(({ waiting }) => waiting.length > 0)
    .reduce<Own | undefined>((most, one) => (most && sizeOf(most) >= sizeOf(one) ? most : one), undefined)

/**
 * A line in which addresses take turns.
 * @param busy addresses of which one is checked, in whatever line: one may become known while it has more in the other
 */
function createLine(busy: Set<Caller>) {
  /** First the one whose turn comes next. */
  const callers = new Map<Caller, Own>()
  const isFull = () => [...callers.values()].reduce((sum, own) => sum + sizeOf(own), 0) >= LIMITS.signInsWaitingInAll
  /** Makes room for one more of an address that has so many: nobody gives way to who has as much. */
  const makeRoom = (own: number): boolean => {
    if (!isFull()) return true
    const most = fullest(callers.values())
    if (!most || sizeOf(most) <= own + 1) return false
    most.waiting.pop()?.(false)
    return true
  }
  return {
    /** Waits for a turn; false when there is no place for it, or no longer. */
    enter(caller: Caller): Promise<boolean> {
      const own = callers.get(caller) ?? { isChecked: false, waiting: [] }
      if (sizeOf(own) >= LIMITS.signInsWaiting || !makeRoom(sizeOf(own))) return Promise.resolve(false)
      callers.set(caller, own)
      return new Promise((resolve) => own.waiting.push(resolve))
    },
    /** Begins the next one; false when nobody waits. */
    begin(): boolean {
      const next = [...callers].find(([one, { waiting }]) => !busy.has(one) && waiting.length > 0)
      if (!next) return false
      const [caller, own] = next
      callers.delete(caller)
      callers.set(caller, own)
      own.isChecked = true
      busy.add(caller)
      own.waiting.shift()?.(true)
      return true
    },
    /** What was begun of an address is over. */
    leave(caller: Caller): void {
      busy.delete(caller)
      const own = callers.get(caller)
      if (!own) return
      own.isChecked = false
      if (own.waiting.length === 0) callers.delete(caller)
    },
  }
}

/**
 * The lines of a node: where somebody has signed in before, and everywhere else, because addresses of strangers have no
 * end. While both wait, a place that comes free is had by each in turn. A sign-in beyond those that may wait is asked to
 * come again: the newest of the address that has most.
 */
export function createLines(isFamiliar: (caller: Caller) => Promise<boolean>) {
  const busy = new Set<Caller>()
  const lines = { familiar: createLine(busy), strange: createLine(busy) }
  let deciding = 0
  let last: keyof typeof lines = 'strange'
  const beginNext = () => {
    if (deciding >= LIMITS.signInsChecked) return
    const other: keyof typeof lines = last === 'familiar' ? 'strange' : 'familiar'
    const line = [other, last].find((name) => lines[name].begin())
    if (line === undefined) return
    last = line
    deciding += 1
  }
  return async <Value>(caller: Caller, decide: () => Promise<Result<Value>>): Promise<Result<Value>> => {
    const line = lines[(await isFamiliar(caller)) ? 'familiar' : 'strange']
    const turn = line.enter(caller)
    beginNext()
    if (!(await turn)) return fail('sign-in-busy', '同时登录的人太多', '没有改动任何数据', '请稍等几秒再试')
    try {
      return await decide()
    } finally {
      line.leave(caller)
      deciding -= 1
      beginNext()
    }
  }
}
