/** Sign-ins in line: one of each address at a time, so that its guesses are counted one by one and it holds up nobody else. */
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import { createPlaces } from '#protocol/transport/budgets.ts'
import type { Caller } from '#protocol/transport/callers.ts'

/** The lines of a node; a sign-in beyond those that may wait is asked to come again. */
export function createLines() {
  const places = createPlaces({ each: LIMITS.signInsWaiting, all: LIMITS.signInsWaitingInAll })
  const lines = new Map<Caller, Promise<unknown>>()
  return async <Value>(caller: Caller, decide: () => Promise<Result<Value>>): Promise<Result<Value>> => {
    const leave = places.enter(caller)
    if (!leave) return fail('sign-in-busy', '同时登录的人太多', '没有改动任何数据', '请稍等几秒再试')
    const turn = (lines.get(caller) ?? Promise.resolve()).then(decide)
    const settled = turn.then(
      () => undefined,
      () => undefined, // the caller of `turn` gets the error; the line only waits
    )
    lines.set(caller, settled)
    try {
      return await turn
    } finally {
      leave()
      if (lines.get(caller) === settled) lines.delete(caller)
    }
  }
}
