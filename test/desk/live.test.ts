/** Server-sent events: what changed, and when the sign-in ends. */
import { expect, test } from 'vitest'
import { createMailbox } from '#edge-node/desk/live.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { openPlace, type Place, type Visitor } from './place.ts'
import { openCase } from './walk.ts'

/** Reads events until one of a kind has come; the stream is bounded by the test's own time limit. */
async function eventsOf(place: Place, visitor: Visitor) {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await place.desk.request('/live', { headers: { cookie } })
  const reader = answer.body?.getReader()
  if (!reader) throw new Error('no stream')
  const decoder = new TextDecoder()
  let held = ''
  const next = async (event: string): Promise<string> => {
    for (;;) {
      const found = new RegExp(`event: ${event}\\ndata: (.*)\\n\\n`).exec(held)
      if (found) {
        held = held.slice(found.index + found[0].length)
        return found[1] ?? ''
      }
      const { done, value } = await reader.read()
      if (done) throw new Error(`the stream ended before ${event}; held: ${held}`)
      held += decoder.decode(value, { stream: true })
    }
  }
  return { type: answer.headers.get('content-type'), next, cancel: () => reader.cancel() }
}

test('P23 the live stream names the cases that changed and says when the sign-in has ended', async () => {
  const place = await openPlace()
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  const events = await eventsOf(place, clerk)
  expect(events.type).toContain('text/event-stream')
  await events.next('ready')
  const { id } = await openCase(agent)
  expect(JSON.parse(await events.next('changed')).cases).toContain(id)
  const page = await clerk.get('/')
  await clerk.submit(page, '/sign-out')
  await openCase(agent)
  await events.next('signed-out')
  await events.cancel()
})

test('P24 a slow page gets the sum of what it missed, and of very much only that it was much', async () => {
  const mailbox = createMailbox()
  const notice = (id: string) => ({ cases: [id as DocumentId], directory: false, status: true })
  mailbox.put(notice('a'))
  mailbox.put({ cases: [], directory: true, status: false })
  mailbox.put(notice('b'))
  mailbox.put(notice('a'))
  expect(await mailbox.next(1)).toEqual({ cases: ['a', 'b'], directory: true, status: true })
  expect(await mailbox.next(1)).toBeUndefined()
  const place = await openPlace()
  const clerk = await place.as('clerk')
  const events = await eventsOf(place, clerk)
  await events.next('ready')
  await Promise.all(Array.from({ length: LIMITS.pageRows + 1 }, () => openCase(clerk)))
  let told: { cases: string[] | null } = { cases: [] }
  let seen = 0
  // Either one notice says it was many, or the notices name every case.
  while (told.cases !== null && seen < LIMITS.pageRows + 1) {
    told = JSON.parse(await events.next('changed'))
    seen += told.cases?.length ?? 0
    expect(told.cases === null || told.cases.length <= LIMITS.pageRows).toBe(true)
  }
  await events.cancel()
})

test('P202 a sign-in has so many live pages; beyond, a page is refused in words, and closing one makes room', async () => {
  const place = await openPlace()
  const [clerk, chief] = [await place.as('clerk'), await place.as('chief')]
  const status = async (visitor: Visitor) => {
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await place.desk.request('/live', { headers: { cookie } })
    if (answer.status === 200) await answer.body?.cancel()
    return [answer.status, answer.headers.get('content-type')?.split(';')[0]]
  }
  const open = await Promise.all(Array.from({ length: LIMITS.liveStreams }, () => eventsOf(place, clerk)))
  await Promise.all(open.map(({ next }) => next('ready')))
  expect([await status(clerk), await status(chief)]).toEqual([
    [429, 'text/plain'],
    [200, 'text/event-stream'],
  ])
  await open[0]?.cancel()
  await expect.poll(async () => (await status(clerk))[0]).toBe(200)
  await Promise.all(open.slice(1).map(({ cancel }) => cancel()))
})

test('P202 asking only for the head of the live stream takes no place', async () => {
  const place = await openPlace()
  const clerk = await place.as('clerk')
  const cookie = [...clerk.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (let count = 0; count <= LIMITS.liveStreams; count++) {
    const answer = await place.desk.request('/live', { method: 'HEAD', headers: { cookie } })
    expect([answer.status, answer.body, answer.headers.get('content-type')]).toEqual([200, null, 'text/event-stream'])
  }
  const events = await eventsOf(place, clerk)
  await events.next('ready')
  await events.cancel()
})
