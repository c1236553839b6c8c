/** Turns of the program for what has come in full: of many bodies that end in one moment all others would wait for all. */

let last = Promise.resolve()

/** Waits for a turn: one begins in each turn of the program, in the order in which they asked. */
export function turn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
  return last
}
