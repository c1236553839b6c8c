/** Requests begin one by one, and callers take turns: whoever asks for much at once waits behind itself. */
import type { RequestListener } from 'node:http'
import { inTurnOf } from '#edge-node/turns.ts'
import { callerAt } from '#protocol/transport/callers.ts'

/** Begins each request in a turn of its caller, unless its connection is gone by then. */
export const oneByOne =
  (work: RequestListener): RequestListener =>
  (request, response) => {
    const { socket } = request
    const leave = inTurnOf(callerAt(socket.remoteAddress), () => {
      if (!socket.destroyed) work(request, response)
    })
    response.once('close', leave)
  }
