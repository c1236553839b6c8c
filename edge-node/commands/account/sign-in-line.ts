/** Sign-ins in line: one of each address at a time, so that its guesses are counted one by one, and few of all at once. */
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import { createPlaces } from '#protocol/transport/budgets.ts'
import type { Caller } from '#protocol/transport/callers.ts'

/** Where somebody has signed in before, and everywhere else: addresses of strangers have no end. */
type Line = 'familiar' | 'strange'

/** Decides few at once; while both lines wait, a place that comes free is had by each in turn. */
function createTurns() {
  const waiting: Record<Line, (() => void)[]> = { familiar: [], strange: [] }
  let deciding = 0
  let last: Line = 'strange'
  const beginNext = () => {
    if (deciding >= LIMITS.signInsChecked) return
    const other = last === 'familiar' ? 'strange' : 'familiar'
    const line = waiting[other].length > 0 ? other : last
    const begin = waiting[line].shift()
    if (!begin) return
    deciding += 1
    last = line
    begin()
  }
  return async <Value>(line: Line, decide: () => Promise<Value>): Promise<Value> => {
    await new Promise<void>((resolve) => {
      waiting[line].push(resolve)
      beginNext()
    })
    try {
      return await decide()
    } finally {
      deciding -= 1
      beginNext()
    }
  }
}

const placesOfLine = () => createPlaces({ each: LIMITS.signInsWaiting, all: LIMITS.signInsWaitingInAll })

/** The lines of a node; a sign-in beyond those that may wait is asked to come again. */
export function createLines(isFamiliar: (caller: Caller) => Promise<boolean>) {
  const places = { familiar: placesOfLine(), strange: placesOfLine() }
  const inTurn = createTurns()
  const before = new Map<Caller, Promise<unknown>>()
  return async <Value>(caller: Caller, decide: () => Promise<Result<Value>>): Promise<Result<Value>> => {
    const line = (await isFamiliar(caller)) ? 'familiar' : 'strange'
    const leave = places[line].enter(caller)
    if (!leave) return fail('sign-in-busy', '同时登录的人太多', '没有改动任何数据', '请稍等几秒再试')
    const turn = (before.get(caller) ?? Promise.resolve()).then(() => inTurn(line, decide))
    const settled = turn.then(
      () => undefined,
      () => undefined, // the caller of `turn` gets the error; the line only waits
    )
    before.set(caller, settled)
    try {
      return await turn
    } finally {
      leave()
      if (before.get(caller) === settled) before.delete(caller)
    }
  }
}
