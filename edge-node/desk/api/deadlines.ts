/** Deadlines over the API: how a limit in working days is counted, day by day. */
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Span } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { explainDeadline } from '#protocol/casework/time/deadlines.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { ApiEnv } from './authentication.ts'
import { refusals, refuse } from './refusals.ts'
import { DeadlineQuery } from './requests.ts'
import { json } from './routing.ts'
import { DeadlineShape } from './shapes.ts'

const explainRoute = createRoute({
  method: 'get',
  path: '/deadlines/explain',
  summary: '期限怎么算(不用登录:期限是公开的法律,不含个人信息)',
  security: [],
  request: { query: DeadlineQuery },
  responses: {
    200: { description: '期限的最后一日和逐日说明', content: json(DeadlineShape) },
    ...refusals(400, 422, 500, 503),
  },
})

const listOf = <Value>(asked: Value | Value[] | undefined): Value[] =>
  asked === undefined ? [] : Array.isArray(asked) ? asked : [asked]

/** A pause as it was asked: `from/until`, without an end while it lasts. */
function pauseOf(text: string): Span {
  const [from = '', until = ''] = text.split('/')
  return { from: from as Day, until: until === '' ? null : (until as Day) }
}

const asked = (query: z.infer<typeof DeadlineQuery>) => ({
  start: query.start,
  workingDays: query.workingDays,
  pauses: listOf(query.pause).map(pauseOf),
})

/**
 * Adds the explanation of deadlines before the sign-in: how the law counts is everybody's business, it holds nothing
 * about anybody, and its cost is bounded. Applicants and other departments can check a date without an account.
 */
export function addDeadlines(api: OpenAPIHono<ApiEnv>, office: Office): void {
  api.openapi(explainRoute, (c) => {
    const { start, workingDays, pauses } = asked(c.req.valid('query'))
    const explained = explainDeadline(office.register().calendar, start, workingDays, pauses)
    if (explained.ok) return c.json(explained.value, 200)
    const { coverage, estimate } = explained.problem
    return refuse(c, explained.problem, { coverage, estimate })
  })
}
