/** What a node refuses before it costs a session. */
import { EventEmitter, once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { Hono } from 'hono'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { acceptLinks, refusalOf } from '#edge-node/downlink.ts'
import { createNodeServer, type Listening, listen, onlyFromHere } from '#edge-node/server.ts'
import type { Connection, LinkEnd } from '#protocol/engine/ports/identity.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let open: Listening | undefined
let endLinks: () => void = () => undefined
afterEach(async () => {
  endLinks() // a server waits for links that are open
  await open?.close()
})

/** The upgrade a WebSocket client gets: its status when refused. */
async function upgrade(path: string): Promise<number> {
  const socket = new WebSocket(`${open?.address.replace('http', 'ws')}${path}`)
  const events = new EventEmitter()
  socket.on('error', () => undefined) // the status says it
  socket.on('unexpected-response', (_request, response) => events.emit('status', response.statusCode))
  socket.on('open', () => events.emit('status', 101))
  const [status] = await once(events, 'status')
  socket.terminate()
  return status
}

test('E16 E64 only /link is upgraded, and each link goes to the engine', async () => {
  const attached: Connection[] = []
  const server = createNodeServer(() => new Response(null, { status: 404 }), null)
  const links = {
    attach(connection: Connection): Promise<LinkEnd> {
      attached.push(connection)
      return new Promise(() => undefined)
    },
  }
  const failed = (error: unknown) => expect.fail(String(error))
  const downlink = acceptLinks(server, { links, log, secure: false, failed, about: () => ({}) })
  const listening = await listen(server, '127.0.0.1', 0, false)
  open = listening.ok ? listening.value : undefined
  expect([await upgrade('/link'), await upgrade('/live'), await upgrade('/link/more')]).toEqual([101, 404, 404])
  expect(attached).toHaveLength(1)
  downlink.close()
})

test.each([
  ['/api/health', 'h2c'], // what Java and `curl --http2` offer
  ['/api/health', 'websocket'],
  ['/link', 'h2c'],
])('E64 who asks %s and offers %s is answered as anybody', async (path, protocol) => {
  const server = createNodeServer((request) => new Response(new URL(request.url).pathname), null)
  server.on('upgrade', () => expect.fail('upgraded'))
  const listening = await listen(server, '127.0.0.1', 0, false)
  open = listening.ok ? listening.value : undefined
  const asked = get(`${open?.address}${path}`, { headers: { connection: 'Upgrade', upgrade: protocol } })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  expect([response.statusCode, await text(response)]).toEqual([200, path])
})

test('E27 the log names node and stations when a link from below begins and when it ends, and why', async () => {
  const said: [object, string][] = []
  const ends: ((end: LinkEnd) => void)[] = []
  const node = 'a'.repeat(32) as NodeId
  const links = {
    attach(_connection: Connection, _direction: string, proved?: (peer: NodeId) => void): Promise<LinkEnd> {
      proved?.(node)
      return new Promise((resolve) => ends.push(resolve))
    },
  }
  const failed = (error: unknown) => expect.fail(String(error))
  const about = () => ({ name: '安昌镇便民服务中心', stations: ['510724100'] })
  const telling = { ...log, info: (given: object, message: string) => said.push([given, message]) }
  const server = createNodeServer(() => new Response(), null)
  const downlink = acceptLinks(server, { links, log: telling, secure: false, failed, about })
  const listening = await listen(server, '127.0.0.1', 0, false)
  open = listening.ok ? listening.value : undefined
  await upgrade('/link')
  const who = { from: '127.0.0.1', node, name: '安昌镇便民服务中心', stations: ['510724100'] }
  expect(said).toEqual([[who, 'link from below began']])
  const end = { reason: 'silent', liveMilliseconds: 5_000, retryAfterSeconds: null, retry: true }
  ends[0]?.(end)
  await new Promise((resolve) => setImmediate(resolve))
  expect(said.at(-1)).toEqual([{ ...who, ...end }, 'link from below ended'])
  downlink.close()
})

test('E13 E16 plain links come from this machine only, and the next link beyond the limit is refused', () => {
  const from = (remoteAddress: string) => ({ headers: {}, socket: { remoteAddress } })
  expect(refusalOf(from('127.0.0.1'), false, 0)).toBeUndefined()
  expect(refusalOf(from('10.0.0.7'), false, 0)).toContain('403')
  expect(refusalOf(from('10.0.0.7'), true, 0)).toBeUndefined()
  expect(refusalOf(from('10.0.0.7'), true, LIMITS.links - 1)).toBeUndefined()
  expect(refusalOf(from('10.0.0.7'), true, LIMITS.links)).toContain('503')
})

test('E53 a request that names an origin comes from a page in a browser and gets no link', () => {
  const asking = (origin: string) => ({ headers: { origin }, socket: { remoteAddress: '127.0.0.1' } })
  for (const origin of ['https://evil.example', 'http://127.0.0.1:8080', 'null', ''])
    expect(refusalOf(asking(origin), true, 0), origin).toContain('403')
})

test('E13 joins over plain HTTP are taken from this machine only', async () => {
  const app = new Hono().use('/join/*', onlyFromHere).get('/join/hello', (context) => context.text('hello'))
  app.post('/join', (context) => context.text('joined'))
  const statusFor = async (remoteAddress: string, path: string, method: string) =>
    (await app.request(path, { method }, { incoming: { socket: { remoteAddress, remoteFamily: 'IPv4' } } })).status
  expect(await statusFor('127.0.0.1', '/join/hello', 'GET')).toBe(200)
  expect(await statusFor('10.0.0.7', '/join/hello', 'GET')).toBe(403)
  expect(await statusFor('10.0.0.7', '/join', 'POST')).toBe(403)
})

/** A server for links whose test says who proves a key; sockets are opened from any address of this machine. */
async function openServer() {
  const proofs: ((peer: NodeId) => void)[] = []
  const links = {
    attach(_connection: Connection, _direction: string, proved?: (peer: NodeId) => void): Promise<LinkEnd> {
      if (proved) proofs.push(proved)
      return new Promise(() => undefined)
    },
  }
  const failed = (error: unknown) => expect.fail(String(error))
  const server = createNodeServer(() => new Response(), null)
  const downlink = acceptLinks(server, { links, log, secure: false, failed, about: () => ({}) })
  const listening = await listen(server, '127.0.0.1', 0, false)
  open = listening.ok ? listening.value : undefined
  const sockets: WebSocket[] = []
  const call = async (localAddress = '127.0.0.1') => {
    const socket = new WebSocket(`${open?.address.replace('http', 'ws')}/link`, { localAddress })
    socket.on('error', () => undefined) // it is ended by the server
    await once(socket, 'open')
    sockets.push(socket)
    return socket
  }
  endLinks = () => {
    for (const socket of sockets) socket.terminate()
    downlink.close()
  }
  return { proofs, sockets, call }
}

const isOpen = ({ readyState }: WebSocket) => readyState === WebSocket.OPEN

test('E16 whoever opens many links and proves nothing keeps nobody out: the oldest of them goes', async () => {
  const { proofs, sockets, call } = await openServer()
  const station = await call()
  await expect.poll(() => proofs.length).toBe(1)
  proofs[0]?.('a'.repeat(32) as NodeId)
  const silent = await call()
  const closed = once(silent, 'close')
  for (let count = 0; count < LIMITS.unprovedLinks; count++) await call()
  await closed
  expect([station, sockets.at(-1)].map((socket) => socket && isOpen(socket))).toEqual([true, true])
  await Promise.all(Array.from({ length: LIMITS.unprovedLinks / 2 }, () => call())) // at once, too, as many go as come
  await expect.poll(() => sockets.filter(isOpen).length).toBe(1 + LIMITS.unprovedLinks)
  expect(isOpen(station)).toBe(true)
})

test('E51 six hundred silent links from one address end their own oldest, never one of another address', async () => {
  const { sockets, call } = await openServer()
  const slow = [await call('127.0.0.2'), await call('127.0.0.3')] // a station on a very slow line
  const flood: WebSocket[] = []
  for (let round = 0; round < 6; round++)
    flood.push(...(await Promise.all(Array.from({ length: 100 }, () => call('127.0.0.4')))))
  await expect.poll(() => sockets.filter(isOpen).length).toBe(LIMITS.unprovedLinks)
  expect(slow.map(isOpen)).toEqual([true, true])
  expect(flood.slice(0, 100).filter(isOpen)).toEqual([])
  expect(isOpen(await call('127.0.0.5'))).toBe(true)
})
