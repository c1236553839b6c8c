/** In which turn of the program something happens. */
import { onTestFinished } from 'vitest'

/** Counts the turns of the program until the test ends; answers which one it is. */
export function countTurns(): () => number {
  let turn = 0
  let ticking = setImmediate(count)
  function count() {
    turn += 1
    ticking = setImmediate(count)
  }
  onTestFinished(() => clearImmediate(ticking))
  return () => turn
}
