/** Turns of the program: one piece of work begins in each, of whoever has had least, and who knocks is let in between. */
import type { ServerResponse } from 'node:http'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { LIMITS } from '#protocol/limits.ts'
import { createMemory } from '#protocol/transport/budgets.ts'
import { type Caller, callerOf } from '#protocol/transport/callers.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'

/** What a caller has had of the program's time, in milliseconds, as it counts among those that wait. */
interface Share {
  had: number
  /** Of it by the last piece: the next one is taken to cost as much. */
  last: number
}

/** Who waits, and for what. */
interface Line extends Share {
  /** The piece that has waited longest first. */
  readonly works: Set<() => void>
}

/** Turns of a program. */
export interface Turns {
  /** Says that a connection was let in. */
  noteArrival(): void
  /**
   * Does something in a turn of its caller.
   * @returns takes it out of the line: who comes and goes faster than its turn comes would fill the memory
   */
  inTurnOf(caller: Caller, work: () => void): () => void
}

/**
 * Turns, one piece of work in each. Node works on whatever has come before it looks for more: 450 requests, or bodies that
 * end, are one long turn, and a page that needs some turns waits for several of those. Nothing is refused and no place
 * is held, because a hall of 200 windows may stand behind one address; what waits is bounded by the connections
 * (`connections.ts`) and by what each may ask for (`in-turn.ts`).
 *
 * The next turn is that of the caller which will have had the least of the program's time then (fair queueing: Demers,
 * Keshav and Shenker, SIGCOMM 1989; what a piece costs is only known of the one before). Whoever comes after a while begins
 * where those that wait are: 200 addresses that each ask for 20 milliseconds' work again and again keep a page of some
 * from nobody. What a piece counts, and what a caller owes, is bounded: whoever once asked for much waits for some rounds of
 * the others and not for as much of each.
 * @param elapsed milliseconds of a clock that only runs forward
 */
export function createTurns(elapsed: () => number): Turns {
  const lines = new Map<Caller, Line>()
  /** What those had had who wait for nothing now. */
  const past = createMemory<Share>()
  let isTaken = false
  let arrivals = 0
  /** The most that a caller had had whose turn came: nobody who comes counts as having had less. */
  let level = 0

  /** Of those that will have had the least, the line that has waited longest. */
  function nextLine(): [Caller, Line] | undefined {
    let least: [Caller, Line] | undefined
    for (const one of lines) {
      const [caller, line] = one
      if (line.works.size === 0) {
        lines.delete(caller)
        past.keep(caller, { had: line.had, last: line.last })
      } else if (!least || line.had + line.last < least[1].had + least[1].last) least = one
    }
    return least
  }

  function begin(): void {
    const [caller, line] = nextLine() ?? []
    const [work] = line?.works ?? []
    isTaken = work !== undefined
    if (!caller || !line || !work) return
    line.works.delete(work)
    lines.delete(caller)
    lines.set(caller, line)
    level = Math.max(level, line.had)
    let started = 0
    setImmediate(() => {
      started = elapsed()
      work()
    })
    // Behind the first and what it brought about, before the network is looked at: who comes then costs nobody his turn.
    setImmediate(() => {
      line.last = Math.min(elapsed() - started, LIMITS.turnMilliseconds)
      line.had = Math.min(line.had + line.last, level + LIMITS.turnMilliseconds)
      letIn(LIMITS.arrivalsPerTurn, begin)
    })
  }

  /**
   * Node lets in one connection each time it looks at the network. Of 700 that come again and again each newcomer would
   * wait for as many pieces of work as stand before it, so it looks again as long as somebody comes.
   */
  function letIn(most: number, done: () => void): void {
    const before = arrivals
    setImmediate(() => (arrivals > before && most > 0 ? letIn(most - 1, done) : done()))
  }

  return {
    noteArrival() {
      arrivals += 1
    },
    inTurnOf(caller, work) {
      const { had = 0, last = 0 } = past.of(caller) ?? {}
      const line = lines.get(caller) ?? { had: Math.max(had, level), last, works: new Set() }
      lines.set(caller, line)
      line.works.add(work)
      if (!isTaken) begin()
      return () => void line.works.delete(work)
    },
  }
}

/** One line for all servers of a process: they have its time in common. */
export const { noteArrival, inTurnOf } = createTurns(nodeHost.elapsed)

/** A request with whoever asks. */
export type Posted = Pick<Context, 'req' | 'env'>

/** The answer of a request as the server hands it on; in tests and on other hosts there may be none. */
export const answerOf = ({ env }: Posted): ServerResponse | undefined =>
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
