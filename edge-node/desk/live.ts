/** Server-sent events: pages learn what changed and fetch those parts again. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { streamSSE } from 'hono/streaming'
import type { Notice } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { createPlaces } from '#protocol/transport/budgets.ts'
import { readToken } from './cookies.ts'
import { statusStrip } from './layout.ts'
import type { Desk, DeskEnv, Html } from './visit.ts'

interface Mailbox {
  put(notice: Notice): void
  /** What changed since the last call; undefined when nothing did for the given milliseconds. */
  next(milliseconds: number): Promise<Notice | undefined>
}

/** Keeps at most one notice: a slow page gets the sum of what it missed, however much that is. */
export function createMailbox(): Mailbox {
  let waiting: Notice | undefined
  let wake: () => void = () => undefined
  return {
    put(notice) {
      const cases = new Set([...(waiting?.cases ?? []), ...notice.cases])
      waiting = {
        cases: [...cases],
        directory: notice.directory || (waiting?.directory ?? false),
        status: notice.status || (waiting?.status ?? false),
      }
      wake()
    },
    async next(milliseconds) {
      if (!waiting) {
        let timer: ReturnType<typeof setTimeout> | undefined
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, milliseconds)
        })
        clearTimeout(timer)
      }
      const notice = waiting
      waiting = undefined
      return notice
    },
  }
}

/** What goes to the page. Beyond the limit names do not help: the page then refreshes every part. */
const told = (notice: Notice) => ({
  cases: notice.cases.length > LIMITS.pageRows ? null : notice.cases,
  directory: notice.directory,
})

export function liveRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/status', async (context) => context.html(await statusStrip(desk)))
  const streams = createPlaces({ each: LIMITS.liveStreams, all: LIMITS.liveStreamsInAll })
  app.get('/live', (context) => {
    // Hono answers HEAD through here and reads no stream: nothing would ever end it, and its place would be lost.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' })
    const token = readToken(context, desk)
    const leave = streams.enter(token)
    // A browser takes this for final; the page says that it hears of nothing.
    if (!leave) return context.text('打开的页面太多,这一页不会自动刷新', 429)
    return streamSSE(context, async (stream) => {
      const mailbox = createMailbox()
      const end = desk.office.watch(mailbox.put)
      stream.onAbort(() => {
        end()
        mailbox.put({ cases: [], directory: false, status: false })
      })
      try {
        await stream.writeSSE({ event: 'ready', data: '{}' })
        while (!stream.aborted) {
          const notice = await mailbox.next(LIMITS.heartbeatMilliseconds)
          if (!(await desk.accounts.resume(token, { renew: false }))) {
            await stream.writeSSE({ event: 'signed-out', data: '{}' })
            break
          }
          const event = notice ? 'changed' : 'alive'
          await stream.writeSSE({ event, data: JSON.stringify(notice ? told(notice) : {}) })
        }
      } finally {
        end()
        leave()
      }
    })
  })
}

/**
 * A part of a page that refreshes itself when what it shows has changed, unless a person is typing in it.
 * `about`: `cases`, `case:<id>`, or `network` for everything; `url`: the page it is cut from.
 */
export const livePart = (id: string, about: string, url: string, body: Html): Html =>
  html`<div id="${id}" data-live="${about}" hx-get="${url}" hx-select="#${id}" hx-swap="outerHTML" hx-trigger="refresh"
    hx-headers='{"x-refresh":"true"}'>${body}</div>`
