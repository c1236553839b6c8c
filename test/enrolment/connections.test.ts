/** Open connections of a node: so many of an address and so many in all, over real sockets; whoever opens too many loses its own. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectSecurely } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { type Certificate, ownCertificate } from '#edge-node/certificate.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { untilTrue } from '#test/programs/process.ts'
import { temporaryFolder } from './folder.ts'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
const LIVE = 'GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n'
const HALF = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n'
const UPGRADE = `GET /link HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`

/** More than the system keeps for a connection. */
const BIG = 16_000_000
/** So much that a slow reader takes it for longer than two looks. */
const HUGE = 60_000_000
/** What a slow reader takes at once. */
const PIECE = 64 * 1024

const PART = new Uint8Array(PIECE)

/** Answers once it has read the request, under `/refused` before; under `/endless` it goes on as long as somebody takes it; under `/live` an answer begins and does not end. */
async function answer(request: Request): Promise<Response> {
  if (request.url.endsWith('/refused')) return new Response('no')
  await request.text()
  if (request.url.endsWith('/endless'))
    return new Response(new ReadableStream({ pull: (stream) => stream.enqueue(PART) }))
  if (request.url.endsWith('/huge')) return new Response('x'.repeat(HUGE))
  if (request.url.endsWith('/big')) return new Response('x'.repeat(BIG))
  if (!request.url.endsWith('/live')) return new Response('here')
  return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('live')) }))
}

interface Caller {
  readonly socket: Socket
  /** Sends something and waits until the answer has begun, or the connection is ended. */
  ask(text: string): Promise<void>
}

/** A server of so many connections of an address and in all, and a way to open them from any address of this machine. */
async function openServer(each: number, all: number, certificate: Certificate | null = null) {
  withLimits({ connectionsOfCaller: each, connections: all })
  const server = createNodeServer(answer, certificate)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, certificate !== null))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const call = async (localAddress: string): Promise<Caller> => {
    const to = { host: '127.0.0.1', port, localAddress }
    const socket = certificate ? connectSecurely({ ...to, rejectUnauthorized: false }) : connect(to)
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined) // it is ended by the server
    // A server that takes no more ends it as soon as it has come.
    await Promise.race([once(socket, certificate ? 'secureConnect' : 'connect'), once(socket, 'close')])
    socket.on('data', () => undefined)
    return {
      socket,
      async ask(text) {
        const answered = Promise.race([once(socket, 'data'), once(socket, 'close')])
        socket.write(text)
        await answered
      },
    }
  }
  return { server, port, call }
}

const isOpen = ({ socket }: Caller) => !socket.destroyed && !socket.readableEnded
const areOpen = (callers: readonly Caller[], open: readonly boolean[]) =>
  expect.poll(() => callers.map(isOpen), { timeout: 20_000 }).toEqual(open)

test('E60 who has asked is counted on: the longest idle connection of a full address gives way, none of another address', async () => {
  const { call } = await openServer(3, 100)
  const other = await call('127.0.0.3')
  const flood: Caller[] = []
  for (let count = 0; count < 3; count++) {
    const one = await call('127.0.0.2')
    await one.ask(GET)
    flood.push(one)
  }
  await flood[0]?.ask(GET) // idle from now on, longer than the others no more
  flood.push(await call('127.0.0.2'))
  await areOpen([...flood, other], [true, false, true, true, true])
  await other.ask(GET)
})

test('E60 live pages never give way, what has sent part of a request does; an address that has nothing else gets no further connection', async () => {
  const { server, call } = await openServer(3, 100)
  const live: Caller[] = []
  for (let count = 0; count < 2; count++) {
    const one = await call('127.0.0.2')
    await one.ask(LIVE)
    live.push(one)
  }
  const half = await call('127.0.0.2')
  const heard = once(server, 'request')
  half.socket.write(HALF)
  await heard
  const third = await call('127.0.0.2')
  await areOpen([...live, half, third], [true, true, false, true])
  await third.ask(LIVE)
  const late = await call('127.0.0.2')
  await areOpen([...live, third, late], [true, true, true, false])
  live[0]?.socket.destroy() // a page that is closed makes room
  await expect
    .poll(async () => {
      const next = await call('127.0.0.2')
      await next.ask(GET)
      return isOpen(next)
    })
    .toBe(true)
})

test('E60 where the whole is full, the address that has most loses its longest idle one', async () => {
  const { call } = await openServer(4, 6)
  const few = [await call('127.0.0.3'), await call('127.0.0.4')]
  const many: Caller[] = []
  for (let count = 0; count < 4; count++) many.push(await call('127.0.0.2'))
  await many[0]?.ask(LIVE)
  few.push(await call('127.0.0.5'))
  await areOpen([...few, ...many], [true, true, true, true, false, true, true])
})

test.each([
  ['plain', false],
  ['over TLS', true],
])('E60 who takes nothing of an answer, %s, keeps nobody else out', async (_, secure) => {
  withLimits({ unreadMilliseconds: 30 })
  const { call } = await openServer(9, 2, secure ? await ownCertificate(temporaryFolder()) : null)
  const live = await call('127.0.0.1')
  await live.ask(LIVE)
  const stuck = await call('127.0.0.2')
  await stuck.ask('GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3))
  stuck.socket.pause()
  const isServed = async () => {
    const other = await call('127.0.0.3').catch(() => undefined) // it was the one that went
    if (!other) return false
    await other.ask(GET)
    const served = isOpen(other)
    other.socket.destroy()
    return served
  }
  await expect.poll(isServed, { timeout: 20_000 }).toBe(true)
  expect(isOpen(live)).toBe(true)
})

test.each([
  ['plain', false],
  ['over TLS', true],
])('E60 who takes a big answer slowly, %s, keeps its connection', async (_, secure) => {
  withLimits({ unreadMilliseconds: 1_500 }) // the system tells of a third of its buffer at once, which is megabytes here
  const { port, call } = await openServer(9, 1, secure ? await ownCertificate(temporaryFolder()) : null)
  const { socket } = await call('127.0.0.2')
  let taken = 0
  socket.on('data', (part) => {
    const before = taken
    taken += part.length
    if (Math.floor(taken / PIECE) === Math.floor(before / PIECE)) return
    socket.pause()
    setTimeout(() => socket.resume(), 5)
  })
  socket.write('GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  while (taken < HUGE && !socket.destroyed) {
    const other = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.3' }) // one too many: it goes, or one that is idle
    other.on('error', () => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    other.destroy()
  }
  expect(taken).toBeGreaterThanOrEqual(HUGE)
})

test.each([
  ['plain', false],
  ['over TLS', true],
])(
  'E60 where slow readers have all places, %s, one of the address that has most makes room, no page and nobody who was there',
  async (_, secure) => {
    const { call } = await openServer(9, 9, secure ? await ownCertificate(temporaryFolder()) : null)
    const before = await call('127.0.0.3')
    await before.ask(GET)
    const live: Caller[] = []
    for (let count = 0; count < 3; count++) {
      const one = await call('127.0.0.4')
      await one.ask(LIVE)
      live.push(one)
    }
    const slow: Caller[] = []
    for (let count = 0; count < 5; count++) {
      const one = await call('127.0.0.2')
      await one.ask('GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n')
      one.socket.pause()
      slow.push(one)
    }
    const newcomer = await call('127.0.0.5')
    await newcomer.ask(GET)
    await before.ask(GET)
    await areOpen([before, ...live, newcomer], [true, true, true, true, true])
    for (const { socket } of slow) socket.resume()
    await areOpen(slow, [false, true, true, true, true])
  },
)

const LOOK = 200
const looks = (count: number) => new Promise((resolve) => setTimeout(resolve, count * LOOK))

test('E60 who took nothing of an answer for a while and then reads on keeps its connection again', async () => {
  withLimits({ unreadMilliseconds: LOOK })
  const { call } = await openServer(2, 100)
  const reader = await call('127.0.0.2')
  await reader.ask('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n')
  reader.socket.pause()
  await looks(5)
  reader.socket.resume()
  await looks(3)
  const kept = await call('127.0.0.2')
  await kept.ask(GET)
  const next = await call('127.0.0.2')
  await areOpen([reader, kept, next], [true, false, true])
})

test('E60 a body that comes after it was refused holds no place', async () => {
  const { call } = await openServer(2, 100)
  const refused = await call('127.0.0.2')
  await refused.ask(HALF.replace('/', '/refused'))
  await refused.ask(`${'a'.repeat(100)}${GET}`) // its answer tells that the body was read
  const kept = await call('127.0.0.2')
  await kept.ask(GET)
  const next = await call('127.0.0.2')
  await areOpen([refused, kept, next], [false, true, true])
})

test('E60 links are not counted here', async () => {
  const { server, call } = await openServer(1, 100)
  const links: Duplex[] = []
  server.on('upgrade', (_request, socket) => void links.push(socket))
  onTestFinished(() => void links[0]?.destroy())
  const link = await call('127.0.0.2')
  link.socket.write(UPGRADE)
  await expect.poll(() => links.length).toBe(1)
  const page = await call('127.0.0.2')
  await page.ask(GET)
  await areOpen([link, page], [true, true])
})

test('E60 the same holds under TLS, where the socket of a request is not the one that came', async () => {
  const { call } = await openServer(2, 100, await ownCertificate(temporaryFolder()))
  const live = await call('127.0.0.2')
  await live.ask(LIVE)
  const kept = await call('127.0.0.2')
  await kept.ask(GET)
  const next = await call('127.0.0.2')
  await areOpen([live, kept, next], [true, false, true])
  await next.ask(GET)
})

test('E60 a browser with its six connections and all its live pages is far below what one address may have', () => {
  expect(LIMITS.connectionsOfCaller).toBeGreaterThan(6 + LIMITS.liveStreams)
  // However many live pages there are, and however many one address opens, others can ask.
  expect(LIMITS.connections - LIMITS.liveStreamsInAll).toBeGreaterThan(LIMITS.connectionsOfCaller)
})

test('E60 whoever asks for a link behind an answer that it does not take keeps no connection', async () => {
  const server = createNodeServer(answer, null)
  const came: Socket[] = []
  server.on('connection', (socket: Socket) => came.push(socket))
  server.on('upgrade', (_request, socket: Duplex) =>
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n', () => socket.destroy()),
  )
  const listening = valueIn(await listen(server, '127.0.0.1', 0, false))
  onTestFinished(() => listening.close())
  const socket = connect({ port: Number(new URL(listening.address).port), host: '127.0.0.1' })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  socket.write(GET.replace('/ ', '/big '))
  await once(socket, 'readable')
  socket.write(UPGRADE)
  await untilTrue(() => expect(came.map(({ destroyed }) => destroyed)).toEqual([true]))
})

test('E60 what has come in full is not idle, with a body as well, before anybody reads it', async () => {
  withLimits({ connectionsOfCaller: 3, connections: 9 })
  let come = 0
  let read = () => {}
  const mayRead = new Promise<void>((resolve) => {
    read = resolve
  })
  const fetch = async (request: Request) => {
    come += 1
    await mayRead
    return new Response(await request.text())
  }
  const listening = valueIn(await listen(createNodeServer(fetch, null), '127.0.0.1', 0, false))
  onTestFinished(() => listening.close())
  const open = async () => {
    const to = { host: '127.0.0.1', port: Number(new URL(listening.address).port), localAddress: '127.0.0.66' }
    const socket = connect(to)
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  const posts = await Promise.all([open(), open(), open()])
  for (const post of posts) post.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab')
  await untilTrue(() => expect(come).toBe(3))
  const answers = posts.map((post) =>
    Promise.race([once(post, 'data').then(String), once(post, 'close').then(() => 'lost')]),
  )
  const late = await open()
  await once(late, 'close')
  read()
  expect((await Promise.all(answers)).map((answer) => answer.endsWith('ab'))).toEqual([true, true, true])
})

test('E60 nor is what came in full behind another request of its connection, while it is answered', async () => {
  withLimits({ connectionsOfCaller: 3, connections: 9 })
  const mayGo: (() => void)[] = []
  const fetch = async (request: Request) => {
    await new Promise<void>((resolve) => mayGo.push(resolve))
    return new Response(await request.text())
  }
  const listening = valueIn(await listen(createNodeServer(fetch, null), '127.0.0.1', 0, false))
  onTestFinished(() => listening.close())
  const open = async () => {
    const port = Number(new URL(listening.address).port)
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.66' })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  const both = await open()
  let told = ''
  both.on('data', (part) => {
    told += part
  })
  both.once('close', () => {
    told += 'lost'
  })
  both.write(`${GET}POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab`)
  await untilTrue(() => expect(mayGo).toHaveLength(1))
  mayGo[0]?.()
  await untilTrue(() => expect(mayGo).toHaveLength(2))
  const [idlest, ...others] = [await open(), await open(), await open()]
  await once(idlest as Socket, 'close')
  mayGo[1]?.()
  await untilTrue(() => expect(told.endsWith('\r\nab') || told.endsWith('lost')).toBe(true))
  expect([told.endsWith('ab'), ...others.map(({ destroyed }) => destroyed)]).toEqual([true, false, false])
})

test.each([
  ['plain', false],
  ['over TLS', true],
])('E20 a server closes at once, %s, whatever connections say nothing', async (_, secure) => {
  const certificate = secure ? await ownCertificate(temporaryFolder()) : null
  const server = createNodeServer(answer, certificate)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, secure))
  const silent = connect({ host: '127.0.0.1', port: Number(new URL(listening.address).port) })
  onTestFinished(() => void silent.destroy())
  let taken = 0
  server.on('connection', () => {
    taken += 1
  })
  await untilTrue(() => expect(taken).toBe(1))
  let isClosed = false
  void listening.close().then(() => {
    isClosed = true
  })
  await untilTrue(() => expect(isClosed).toBe(true))
})
