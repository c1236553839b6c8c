/** What a node refuses before it costs a session. */
import { EventEmitter, once } from 'node:events'
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
afterEach(() => open?.close())

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

test('E16 only /link is upgraded, and each link goes to the engine', async () => {
  const attached: Connection[] = []
  const server = createNodeServer(() => new Response(), null)
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
  const from = (remoteAddress: string, url = '/link') => ({ url, socket: { remoteAddress } })
  expect(refusalOf(from('127.0.0.1'), false, 0)).toBeUndefined()
  expect(refusalOf(from('10.0.0.7'), false, 0)).toContain('403')
  expect(refusalOf(from('10.0.0.7'), true, 0)).toBeUndefined()
  expect(refusalOf(from('10.0.0.7'), true, LIMITS.links - 1)).toBeUndefined()
  expect(refusalOf(from('10.0.0.7'), true, LIMITS.links)).toContain('503')
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

test('E16 who opens many links and proves nothing keeps nobody out: the oldest of them goes', async () => {
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
  const call = async () => {
    const socket = new WebSocket(`${open?.address.replace('http', 'ws')}/link`)
    socket.on('error', () => undefined) // it is ended by the server
    await once(socket, 'open')
    sockets.push(socket)
    return socket
  }
  const station = await call()
  await expect.poll(() => proofs.length).toBe(1)
  proofs[0]?.('a'.repeat(32) as NodeId)
  const silent = await call()
  const closed = once(silent, 'close')
  for (let count = 0; count < LIMITS.unprovedLinks; count++) await call()
  await closed
  expect(station.readyState).toBe(WebSocket.OPEN)
  expect(sockets.at(-1)?.readyState).toBe(WebSocket.OPEN)
  const isOpen = ({ readyState }: WebSocket) => readyState === WebSocket.OPEN
  await Promise.all(Array.from({ length: LIMITS.unprovedLinks / 2 }, call)) // at once, too, as many go as come
  await expect.poll(() => sockets.filter(isOpen).length).toBe(1 + LIMITS.unprovedLinks)
  expect(isOpen(station)).toBe(true)
  for (const socket of sockets) socket.terminate()
  downlink.close()
})
