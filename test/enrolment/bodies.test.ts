/** Bodies of many requests at once: what is kept of them is bounded, whoever sends them. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { limitBody } from '#edge-node/body-limit.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { textInTurn } from '#edge-node/turns.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { untilTrue } from '#test/programs/process.ts'

const LONGEST = LIMITS.heldBytesOfCaller

/** A server that answers with how long a body was; `begun` says which requests it has begun. */
async function openServer() {
  const begun: string[] = []
  const app = new Hono()
  app.onError((_, context) => context.text('unread', 400)) // whoever was ended hears nothing of it
  app.use((context, next) => {
    begun.push(context.req.header('number') ?? '')
    return next()
  })
  app.use(limitBody(LONGEST))
  app.post('/', async (context) => context.text(`${(await textInTurn(context)).length} characters`))
  const listening = valueIn(await listen(createNodeServer(app.fetch, null), '127.0.0.1', 0, false))
  onTestFinished(() => listening.close())
  const { port } = new URL(listening.address)
  let sent = 0
  /** Sends the head of a request that is said to have such a body, and what is given of it; what came of it. */
  const send = async (from: string, head: string, body = '') => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: from })
    const events: string[] = []
    socket.on('data', (data) => events.push(`${data}`.split('\r\n').at(-1) ?? ''))
    socket.on('error', () => events.push('error'))
    socket.on('close', () => events.push('ended'))
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    const number = String(++sent)
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nNumber: ${number}\r\n${head}\r\n\r\n${body}`)
    // What is ended before its turn is begun by nobody.
    await untilTrue(() => expect(begun.includes(number) || events.includes('ended')).toBe(true))
    return { socket, events }
  }
  return { send }
}

const said = (length: number) => `Content-Length: ${length}`

test('E68 beyond its share an address loses the connection whose body began first', async () => {
  const { send } = await openServer()
  const other = await send('127.0.0.7', said(5), 'four')
  const [first, second, third] = [
    await send('127.0.0.66', said(LONGEST / 2), 'some'),
    await send('127.0.0.66', said(LONGEST / 2), 'some'),
    await send('127.0.0.66', said(4), 'some'),
  ]
  await untilTrue(() => expect([first.events, third.events]).toEqual([['ended'], ['4 characters']]))
  other.socket.write('s')
  await untilTrue(() => expect(other.events).toEqual(['5 characters']))
  expect(second.events).toEqual([])
})

test('E68 what says no length counts by the longest that is taken, until it is answered', async () => {
  const { send } = await openServer()
  const whole = await send('127.0.0.66', said(4), 'some')
  await untilTrue(() => expect(whole.events).toEqual(['4 characters']))
  const unsaid = await send('127.0.0.66', 'Transfer-Encoding: chunked', '')
  const next = await send('127.0.0.66', said(5), 'fives')
  await untilTrue(() => expect([unsaid.events, next.events]).toEqual([['ended'], ['5 characters']]))
})

test('E68 beyond the share of all whoever has most loses, and who posts little is read', async () => {
  const { send } = await openServer()
  const callers = Math.floor(LIMITS.heldBytes / LONGEST)
  const most = await Promise.all(Array.from({ length: callers }, (_, at) => send(`127.0.1.${at + 1}`, said(LONGEST))))
  const little = await send('127.0.0.7', said(5), 'fives')
  await untilTrue(() => expect(little.events).toEqual(['5 characters']))
  await untilTrue(() => expect(most.filter(({ events }) => events.includes('ended'))).toHaveLength(1))
})

test('E68 a body that is ended for its tiny chunks counts no more', async () => {
  const { send } = await openServer()
  const tiny = '1\r\na\r\n'.repeat(LIMITS.tinyChunks + 10)
  for (let time = 0; time < 3; time++) {
    const { events } = await send('127.0.0.66', 'Transfer-Encoding: chunked', tiny)
    await untilTrue(() => expect(events.at(-1)).toBe('ended'))
  }
  // Would they count, all of the share of this address were taken, and the first of these two ended.
  const [first, second] = [
    await send('127.0.0.66', said(LONGEST - 5), 'some'),
    await send('127.0.0.66', said(5), 'five'),
  ]
  second.socket.write('s')
  await untilTrue(() => expect(second.events).toEqual(['5 characters']))
  expect(first.events).toEqual([])
})

/** More than the system keeps of an answer, and what a client may have of it until it reads on. */
const BIG = 16_000_000

test('E68 what nobody takes of answers counts as well, and those of others are not touched', async () => {
  const listening = valueIn(
    await listen(
      createNodeServer(() => new Response('县'.repeat(Math.ceil(BIG / 3))), null),
      '127.0.0.1',
      0,
      false,
    ),
  )
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  /** Asks, and takes nothing of the answer but its beginning. */
  const ask = async (localAddress: string) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'readable')
    return socket
  }
  const slow = await ask('127.0.0.7')
  const silent = []
  for (let count = 0; count < 2 * Math.ceil(LIMITS.fileBytesOfCaller / BIG); count++)
    silent.push(await ask('127.0.0.66'))
  let taken = 0
  slow.on('data', (data) => {
    taken += data.length
  })
  await untilTrue(() => expect(taken).toBeGreaterThan(BIG))
  // Whoever is ended learns it when it reads on.
  const all = await Promise.all(
    silent.map(async (socket) => {
      let size = 0
      socket.on('data', (data) => {
        size += data.length
      })
      await Promise.race([once(socket, 'close'), untilTrue(() => expect(size).toBeGreaterThan(BIG))])
      return size > BIG
    }),
  )
  expect(all.filter(Boolean).length).toBeLessThan(silent.length)
  expect(all.at(-1)).toBe(true)
})
