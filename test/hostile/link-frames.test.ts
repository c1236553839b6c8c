/** Frames without end on a link's socket: strangers and members send more than leads anywhere, and are parsed no further. */
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { acceptLinks, type DownlinkOptions } from '#edge-node/downlink.ts'
import { readInPieces } from '#edge-node/pieces.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { createFrameBound } from '#protocol/transport/frame-bound.ts'
import { withLimits } from './other-limits.ts'

const UPGRADE =
  'GET /link HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
/** Masked with zeros, as a client's frames are. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])
const PING = Buffer.from([0x89, 0x80, 0, 0, 0, 0])
const MESSAGE = Buffer.from([0x82, 0x82, 0, 0, 0, 0, 9, 0])
const PART = Buffer.from([0x00, 0x80, 0, 0, 0, 0])
const FIRST_PART = Buffer.from([0x02, 0x80, 0, 0, 0, 0])
/** What a node's server may look at of what has already come when a connection ends: a piece of 4 KB. */
const FRAMES_OF_A_PIECE = Math.ceil(4096 / PONG.length)

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })

/** A server that takes links; what was heard on each, and why it ended. Every peer has proved itself when `isProved`. */
async function linkServer(isProved: boolean) {
  const server = createServer()
  readInPieces(server, 'connection')
  const [messages, ends, frames]: [Uint8Array[], string[], string[]] = [[], [], []]
  const emit = WebSocket.prototype.emit
  vi.spyOn(WebSocket.prototype, 'emit').mockImplementation(function (this: WebSocket, name, ...given) {
    if (['ping', 'pong', 'message'].includes(String(name))) frames.push(String(name))
    return emit.call(this, name, ...given)
  })
  const attach: DownlinkOptions['links']['attach'] = (connection, _direction, proved) => {
    if (isProved) proved?.('a'.repeat(32) as NodeId)
    connection.listen({ frame: (frame) => void messages.push(frame), closed: (reason) => void ends.push(reason) })
    return new Promise(() => {})
  }
  const silent = { debug: () => {}, info: () => {} } as unknown as DownlinkOptions['log']
  const links = { attach } as DownlinkOptions['links']
  const failed = (error: unknown) => {
    throw error
  }
  const downlink = acceptLinks(server, { links, log: silent, about: () => ({}), secure: false, failed })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    vi.restoreAllMocks()
    downlink.close()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, messages, ends, frames }
}

/** A socket on which the upgrade is through; it is told what comes and whether the other side has closed. */
async function upgraded(port: number) {
  const socket: Socket = connect({ host: '127.0.0.1', port })
  const told: Buffer[] = []
  let closed = false
  socket.on('error', () => undefined) // what is sent behind the end is refused
  socket.on('close', () => {
    closed = true
  })
  socket.on('data', (data) => told.push(data))
  socket.write(UPGRADE)
  await until(() => expect(told.length).toBeGreaterThan(0))
  return { socket, text: () => Buffer.concat(told).toString('latin1'), isClosed: () => closed }
}

const many = (frame: Buffer, count: number) => Buffer.concat(Array.from({ length: count }, () => frame))

test.each([
  ['pongs', PONG, 'too-many-control-frames'],
  ['pings', PING, 'too-many-control-frames'],
  ['tiny messages', MESSAGE, 'too-many-frames'],
])('E65 a stranger who sends %s without end is ended by name and parsed no further', async (_what, frame, reason) => {
  const { port, ends, frames } = await linkServer(false)
  const { socket, isClosed } = await upgraded(port)
  socket.write(many(frame, 50_000))
  await until(() => expect(isClosed()).toBe(true))
  expect(ends).toEqual([reason])
  expect(frames.length).toBeGreaterThan(LIMITS.controlFrames)
  expect(frames.length).toBeLessThan(2 * LIMITS.unprovedFrames + 2 * FRAMES_OF_A_PIECE)
})

test('E65 who has proved its key may send messages as its window allows, and is ended for control frames as well', async () => {
  const { port, ends, messages, frames } = await linkServer(true)
  const { socket, isClosed } = await upgraded(port)
  socket.write(many(MESSAGE, 5_000))
  await until(() => expect(messages).toHaveLength(5_000))
  expect(ends).toEqual([])
  frames.length = 0
  socket.write(many(PING, 50_000))
  await until(() => expect(isClosed()).toBe(true))
  expect(ends).toEqual(['too-many-control-frames'])
  expect(frames.length).toBeLessThan(2 * LIMITS.unprovedFrames + 2 * FRAMES_OF_A_PIECE)
})

test('E65 a stranger may send what leads to the proof and what follows it at once: as many frames as are allowed, and some pings', async () => {
  const { port, ends, messages } = await linkServer(false)
  const { socket, text } = await upgraded(port)
  socket.write(many(PING, 5))
  socket.write(many(MESSAGE, LIMITS.unprovedFrames - 5))
  await until(() => expect(messages).toHaveLength(LIMITS.unprovedFrames - 5))
  expect(ends).toEqual([])
  socket.write(MESSAGE)
  await until(() => expect(text()).toContain('too-many-frames'))
  expect(ends).toEqual(['too-many-frames'])
  socket.destroy()
})

test('E65 a message in empty parts without end ends its connection', async () => {
  const { port, ends, messages } = await linkServer(true)
  const { socket, isClosed } = await upgraded(port)
  socket.write(FIRST_PART)
  socket.write(many(PART, LIMITS.messageFragments + 1))
  await until(() => expect(ends).toHaveLength(1))
  socket.end()
  await until(() => expect(isClosed()).toBe(true))
  expect(messages).toEqual([])
})

test('E65 control frames are counted anew after each heartbeat, messages of a stranger are not', () => {
  withLimits({ controlFrames: 2, unprovedFrames: 6, heartbeatMilliseconds: 100 })
  let [now, isStranger] = [0, true]
  const bound = createFrameBound(
    () => isStranger,
    () => now,
  )
  expect([bound.control(), bound.control(), bound.control()]).toEqual([undefined, undefined, 'too-many-control-frames'])
  now = 101
  expect([bound.control(), bound.control()]).toEqual([undefined, undefined])
  now = 202
  expect([bound.message(), bound.message(), bound.control()]).toEqual([undefined, undefined, 'too-many-frames'])
  isStranger = false
  expect([bound.message(), bound.control()]).toEqual([undefined, undefined])
})
