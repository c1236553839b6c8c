/** What every route of the API is made of: bodies, responses and the statuses usual for reading and writing. */
import { createRoute, type z } from '@hono/zod-openapi'
import { SIGNED_IN } from './authentication.ts'
import { refusals } from './refusals.ts'

export const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } })
export const body = <Schema extends z.ZodType>(schema: Schema) => ({ content: json(schema), required: true })

/** Refusals of a route that reads with parameters. */
export const READING = refusals(400, 401, 404, 500, 503)
/** Refusals of a route that writes. */
export const WRITING = refusals(400, 401, 403, 404, 409, 413, 415, 500, 503)

/** A route that only reads and takes nothing. */
export const reading = <Path extends string, Schema extends z.ZodType>(path: Path, summary: string, schema: Schema) =>
  createRoute({
    method: 'get',
    path,
    summary,
    security: SIGNED_IN,
    responses: { 200: { description: summary, content: json(schema) }, ...refusals(401, 500, 503) },
  })
