/** The length of bodies: one that is said is believed, because Node ends a body there; one that is not said is counted. */
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { type HeldBytes, heldForAnybody, holdBytes } from './held-bytes.ts'
import { answerOf } from './turns.ts'

const tooLarge = (): never => {
  throw new HTTPException(413)
}

/** Whether nobody here reads a body of the request. */
const isBodiless = ({ req }: Context): boolean => req.method === 'GET' || req.method === 'HEAD'

/** Goes on with a body of so many bytes. */
async function counted<Answer>(held: HeldBytes, context: Context, bytes: number, next: () => Promise<Answer>) {
  const response = answerOf(context)
  const letGo = response && holdBytes(held, response, bytes)
  try {
    return await next()
  } finally {
    letGo?.()
  }
}

/**
 * Answers bodies that are longer than so many bytes with `onError`. Hono's own limit alone asks each request for its body
 * to see whether there is one, which makes a web request and a stream of what is read in one go otherwise.
 */
export function limitBody(maxSize: number, onError: Handler = tooLarge, held = heldForAnybody): MiddlewareHandler {
  const unsaid = bodyLimit({ maxSize, onError: (context) => onError(context, async () => undefined) })
  return async (context, next) => {
    if (isBodiless(context)) return next()
    const length = context.req.header('content-length')
    const said = Number(length ?? 0)
    // Behind a server what says neither has no body; where none is in between only the body itself can tell.
    const isUnsaid = length === undefined && answerOf(context) === undefined
    if (isUnsaid || context.req.header('transfer-encoding') !== undefined)
      return counted(held, context, maxSize, () => unsaid(context, next))
    return said > maxSize ? onError(context, next) : counted(held, context, said, next)
  }
}
