/** Requests begin one by one, and callers take turns: whoever asks for much at once waits behind itself. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Caller, callerAt } from '#protocol/transport/callers.ts'

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * Node works on whatever has come before it looks for more: 450 connections that ask at once are one long turn, and a page
 * that needs some turns waits for several of those. So one request begins in each turn, of the caller that has waited
 * longest. Nothing is refused and no place is held, because a hall of 200 windows may stand behind one address; what waits
 * is bounded by the connections (`connections.ts`) and by what each may ask for (`in-turn.ts`).
 */
export function oneByOne(work: RequestListener): RequestListener {
  /** The caller that has waited longest first; no line is empty. */
  const lines = new Map<Caller, Asked[]>()
  let isTaken = false
  const begin = () => {
    const [first] = lines
    isTaken = first !== undefined
    if (!first) return
    const [caller, line] = first
    const asked = line.shift()
    lines.delete(caller)
    if (line.length > 0) lines.set(caller, line)
    setImmediate(begin)
    if (asked && !asked.response.closed) work(asked.request, asked.response)
  }
  return (request, response) => {
    const caller = callerAt(request.socket.remoteAddress)
    const line = lines.get(caller)
    if (line) line.push({ request, response })
    else lines.set(caller, [{ request, response }])
    if (!isTaken) begin()
  }
}
