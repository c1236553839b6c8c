/** Turns of the program: one piece of work begins in each, callers take turns, and who knocks is let in between. */
import type { ServerResponse } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { LIMITS } from '#protocol/limits.ts'
import { type Caller, callerOf } from '#protocol/transport/callers.ts'

/** What waits, by caller: the one that has waited longest first. One line for all servers of a process. */
const lines = new Map<Caller, Set<() => void>>()
let isTaken = false
let arrivals = 0

/** Says that a connection was let in. */
export function noteArrival(): void {
  arrivals += 1
}

function begin(): void {
  const [first] = lines
  isTaken = first !== undefined
  if (!first) return
  const [caller, line] = first
  const [work] = line
  lines.delete(caller)
  if (work) line.delete(work)
  if (line.size > 0) lines.set(caller, line)
  letIn(LIMITS.arrivalsPerTurn)
  work?.()
}

/**
 * Node lets in one connection each time it looks at the network. Of 700 that come again and again each newcomer would wait
 * for as many pieces of work as stand before it, so it looks again as long as somebody comes.
 */
function letIn(most: number): void {
  const before = arrivals
  setImmediate(() => (arrivals > before && most > 0 ? letIn(most - 1) : begin()))
}

/**
 * Does something in a turn of its caller. Node works on whatever has come before it looks for more: 450 requests, or bodies
 * that end, are one long turn, and a page that needs some turns waits for several of those. Nothing is refused and no
 * place is held, because a hall of 200 windows may stand behind one address; what waits is bounded by the connections
 * (`connections.ts`) and by what each may ask for (`in-turn.ts`).
 * @returns takes it out of the line: who comes and goes faster than its turn comes would fill the memory
 */
export function inTurnOf(caller: Caller, work: () => void): () => void {
  const line = lines.get(caller) ?? new Set()
  lines.set(caller, line.add(work))
  if (!isTaken) begin()
  return () => void line.delete(work)
}

/** A request with whoever asks. */
export type Posted = Pick<Context, 'req' | 'env'>

/** The answer of a request as the server hands it on; in tests and on other hosts there may be none. */
const answerOf = ({ env }: Posted): ServerResponse | undefined =>
  (env as { outgoing?: ServerResponse } | undefined)?.outgoing

/** Waits until what a request has sent may be worked on; once its connection is gone nobody waits, and it is kept no longer. */
const turnOf = (posted: Posted): Promise<void> =>
  new Promise((resolve, reject) => {
    const leave = inTurnOf(callerOf(posted), resolve)
    answerOf(posted)?.once('close', () => {
      leave()
      reject(new HTTPException(400))
    })
  })

/** The body of a request, once it has come in full and has its turn: nothing is made of it before, not even a text. */
export async function bodyInTurn(posted: Posted): Promise<ArrayBuffer> {
  const body = await posted.req.arrayBuffer()
  await turnOf(posted)
  return body
}

const decoder = new TextDecoder()

/** The same as text. */
export const textInTurn = async (posted: Posted): Promise<string> => decoder.decode(await bodyInTurn(posted))
