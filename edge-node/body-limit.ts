/** The length of bodies: one that is said is believed, because Node ends a body there; one that is not said is counted. */
import type { Context, Handler, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'

const tooLarge = (): never => {
  throw new HTTPException(413)
}

/** Whether nobody here reads a body of the request. */
const isBodiless = ({ req }: Context): boolean => req.method === 'GET' || req.method === 'HEAD'

/**
 * Answers bodies that are longer than so many bytes with `onError`. Hono's own limit alone asks each request for its body
 * to see whether there is one, which makes a web request and a stream of what is read in one go otherwise.
 */
export function limitBody(maxSize: number, onError: Handler = tooLarge): MiddlewareHandler {
  const counted = bodyLimit({ maxSize, onError: (context) => onError(context, async () => undefined) })
  return async (context, next) => {
    if (isBodiless(context)) return next()
    const length = context.req.header('content-length')
    if (length === undefined || context.req.header('transfer-encoding') !== undefined) return counted(context, next)
    return Number(length) > maxSize ? onError(context, next) : next()
  }
}
