/** The length of bodies: one that is said is believed, because Node ends a body there; one that is not said is counted. */
import type { Socket } from 'node:net'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { LIMITS } from '#protocol/limits.ts'
import { createCrowd } from '#protocol/transport/budgets.ts'
import { callerOf } from '#protocol/transport/callers.ts'

const tooLarge = (): never => {
  throw new HTTPException(413)
}

/** Whether nobody here reads a body of the request. */
const isBodiless = ({ req }: Context): boolean => req.method === 'GET' || req.method === 'HEAD'

/** The socket of a request; in tests and on other hosts there may be none. */
const socketOf = ({ env }: Context): Socket | undefined =>
  (env as { incoming?: { socket?: Socket } } | undefined)?.incoming?.socket

/** The connections on which a body comes or is worked on, by its length: of all servers of a process, as its memory is. */
const coming = createCrowd<Socket>({ each: LIMITS.bodiesOfCallerBytes, all: LIMITS.bodiesBytes }, (socket) =>
  socket.destroy(),
)

/** Goes on with a body of so many bytes; a connection on which too much comes is ended, whoever keeps bytes back first. */
async function counted<Answer>(context: Context, bytes: number, next: () => Promise<Answer>): Promise<Answer> {
  const socket = socketOf(context)
  if (socket) coming.add(socket, callerOf(context), bytes)
  try {
    return await next()
  } finally {
    if (socket) coming.delete(socket)
  }
}

/**
 * Answers bodies that are longer than so many bytes with `onError`. Hono's own limit alone asks each request for its body
 * to see whether there is one, which makes a web request and a stream of what is read in one go otherwise.
 */
export function limitBody(maxSize: number, onError: Handler = tooLarge): MiddlewareHandler {
  const unsaid = bodyLimit({ maxSize, onError: (context) => onError(context, async () => undefined) })
  return async (context, next) => {
    if (isBodiless(context)) return next()
    const said = context.req.header('content-length')
    const isSaid = said !== undefined && context.req.header('transfer-encoding') === undefined
    if (!isSaid) return counted(context, maxSize, () => unsaid(context, next))
    return Number(said) > maxSize ? onError(context, next) : counted(context, Number(said), next)
  }
}
