/** Turns of the program for what has come in full: of many bodies that end in one moment all others would wait for all. */
import type { HonoRequest } from 'hono'

let last = Promise.resolve()

/** Waits for a turn: one begins in each turn of the program, in the order in which they asked. */
export function turn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
  return last
}

/** The body of a request as text, once it has come in full and has its turn. */
export async function textInTurn(request: HonoRequest): Promise<string> {
  const text = await request.text()
  await turn()
  return text
}
