/** What comes over TLS in tiny records, over real sockets: too many of them end a connection, and honest ones live on. */
import { EventEmitter, once } from 'node:events'
import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ownCertificate } from '#edge-node/certificate.ts'
import { ChunkedMessage } from '#edge-node/chunks.ts'
import { acceptLinks, type DownlinkOptions } from '#edge-node/downlink.ts'
import { readInPieces } from '#edge-node/pieces.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { untilTrue } from '#test/programs/process.ts'
import { temporaryFolder } from './folder.ts'

const UPGRADE = `GET /link HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`
const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
const post = (length: number) => `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`
/** The head of a message of 100,000 bytes, masked with zeros, as a client's is. */
const LONG_MESSAGE = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x86, 0xa0, 0, 0, 0, 0])
const MESSAGE = Buffer.from([0x82, 0x82, 0, 0, 0, 0, 9, 0])

/** A server over TLS that answers with how long a body was, and takes links on which every peer has proved itself. */
async function openServer() {
  const answer = async (request: Request) => new Response(`${(await request.text()).length};`)
  const server = createNodeServer(answer, await ownCertificate(temporaryFolder()))
  let frames = 0
  const attach: DownlinkOptions['links']['attach'] = (connection, _direction, proved) => {
    proved?.('a'.repeat(32) as NodeId)
    connection.listen({ frame: () => void frames++, closed: () => undefined })
    return new Promise(() => {})
  }
  const log = { debug: () => {}, info: () => {} } as unknown as DownlinkOptions['log']
  const failed = (error: unknown) => {
    throw error
  }
  const links = { attach } as DownlinkOptions['links']
  const downlink = acceptLinks(server, { links, log, about: () => ({}), secure: true, failed })
  const listening = valueIn(await listen(server, '127.0.0.1', 0, true))
  onTestFinished(async () => {
    downlink.close()
    await listening.close()
  })
  const call = async (localAddress = '127.0.0.1') => {
    const to = { host: '127.0.0.1', port: Number(new URL(listening.address).port), localAddress }
    const socket = connect({ ...to, rejectUnauthorized: false })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined) // its close tells
    let [text, isClosed] = ['', false]
    socket.on('close', () => {
      isClosed = true
    })
    socket.setEncoding('latin1').on('data', (part) => {
      text += part
    })
    await once(socket, 'secureConnect')
    /** Each byte is a record of its own. */
    const sendBytes = async (bytes: string | Buffer) => {
      for (const byte of Buffer.from(bytes))
        if (!isClosed) await new Promise((sent) => socket.write(Buffer.of(byte), sent))
    }
    return { socket, sendBytes, text: () => text, isClosed: () => isClosed }
  }
  return { call, server, frames: () => frames }
}

test.each([
  ['of a head', 'GET / HTTP/1.1\r\nX: '],
  ['of a body of a known length', post(100_000)],
])('E70 a connection that sends too many records of one byte, %s, is ended', async (_, head) => {
  const { call } = await openServer()
  const { socket, sendBytes, isClosed } = await call()
  socket.write(head)
  await sendBytes('a'.repeat(LIMITS.tinyPieces + 100))
  await untilTrue(() => expect(isClosed()).toBe(true))
})

test('E70 so is a link, of a message', async () => {
  const { call } = await openServer()
  const { socket, sendBytes, text, isClosed } = await call()
  socket.write(UPGRADE)
  await untilTrue(() => expect(text()).toContain(' 101 '))
  socket.write(LONG_MESSAGE)
  await sendBytes('a'.repeat(LIMITS.tinyPieces + 100))
  await untilTrue(() => expect(isClosed()).toBe(true))
})

test('E70 a few records of one byte end nothing, and bytes pay for more', async () => {
  withLimits({ tinyPieces: 50 })
  const { call } = await openServer()
  const { socket, sendBytes, text } = await call()
  const long = 40 * LIMITS.pieceBytes
  socket.write(post(80 + long))
  await sendBytes('a'.repeat(40))
  socket.write('a'.repeat(long))
  await sendBytes('a'.repeat(40))
  await untilTrue(() => expect(text()).toContain(`${80 + long};`))
})

test('E70 connections that owe much together end where each owes a little, and one that owes nothing lives on', async () => {
  withLimits({ tinyPiecesOfCaller: 100, tinyPiecesInCrowd: 20 })
  const { call } = await openServer()
  const honest = await call()
  const many = await Promise.all(Array.from({ length: 8 }, () => call()))
  for (const { socket, sendBytes } of many) {
    socket.write(post(10_000))
    await sendBytes('a'.repeat(40))
  }
  await untilTrue(() => expect(many.filter(({ isClosed }) => isClosed()).length).toBeGreaterThan(3))
  honest.socket.write(GET)
  await untilTrue(() => expect(honest.text()).toContain('0;'))
  // Nobody owes anything any more for connections that are gone.
  for (const { socket } of many) socket.destroy()
  await untilTrue(() => expect(many.every(({ isClosed }) => isClosed())).toBe(true))
  const later = await call()
  later.socket.write(post(60))
  await later.sendBytes('a'.repeat(60))
  await untilTrue(() => expect(later.text()).toContain('60;'))
})

test('E70 connections of many addresses that owe much together end where each owes a little', async () => {
  withLimits({ tinyPiecesInAll: 100, tinyPiecesInCrowd: 20 })
  const { call } = await openServer()
  const many = await Promise.all(Array.from({ length: 8 }, (_, at) => call(`127.0.0.${at + 2}`)))
  for (const { socket, sendBytes } of many) {
    socket.write(post(10_000))
    await sendBytes('a'.repeat(40))
  }
  await untilTrue(() => expect(many.filter(({ isClosed }) => isClosed()).length).toBeGreaterThan(3))
})

test('E70 in a crowd that owes too much nobody ends who owes a little alone', async () => {
  withLimits({ tinyPiecesOfCaller: 30, tinyPiecesInAll: 30, tinyPiecesInCrowd: 20 })
  const { call } = await openServer()
  const many = await Promise.all(Array.from({ length: 4 }, () => call()))
  for (const { socket, sendBytes } of many) {
    socket.write(post(15))
    await sendBytes('a'.repeat(14))
  }
  for (const { socket, text } of many) {
    socket.write('a')
    await untilTrue(() => expect(text()).toContain('15;'))
  }
  expect(many.some(({ isClosed }) => isClosed())).toBe(false)
})

test('E70 a connection that is cut is decrypted no further: closing alone goes on through all that has come', () => {
  withLimits({ tinyPieces: 5 })
  const server = new EventEmitter()
  readInPieces(server as unknown as Server, 'secureConnection')
  const done: string[] = []
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress: '127.0.0.2',
    push: () => done.push('read'),
    _destroySSL: () => done.push('decrypts no more'),
    destroy: () => done.push('closed'),
  })
  server.emit('secureConnection', socket)
  for (let count = 0; count < 6; count++) socket.push.call(socket, ...([Buffer.of(97)] as unknown as []))
  socket.emit('close')
  expect(done).toEqual([...Array<string>(5).fill('read'), 'decrypts no more', 'closed'])
})

test('E70 what comes at once is parsed in small pieces: little is looked at behind the one that ended the connection', async () => {
  withLimits({ tinyChunks: 50 })
  let chunks = 0
  const push = ChunkedMessage.prototype.push
  ChunkedMessage.prototype.push = function (chunk) {
    if (chunk) chunks += 1
    return push.call(this, chunk)
  }
  onTestFinished(() => {
    ChunkedMessage.prototype.push = push
  })
  const { call } = await openServer()
  const { socket, isClosed } = await call()
  const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n'
  socket.write(head + '1\r\na\r\n'.repeat(2_600)) // a record of TLS holds 16 KB
  await untilTrue(() => expect(isClosed()).toBe(true))
  expect(chunks).toBeGreaterThan(50)
  expect(chunks).toBeLessThan(1_000)
})

test('E70 changes of keys count as pieces: a connection that sends many of them is ended with its next piece', async () => {
  withLimits({ tinyPieces: 50 })
  const { call, server } = await openServer()
  const served = once(server, 'secureConnection')
  const { socket, isClosed } = await call()
  const [theirs] = await served
  // No client of Node's can change keys: what is told of them is said here as Node says it.
  for (let count = 0; count < 60; count++) server.emit('keylog', Buffer.from('CLIENT_TRAFFIC_SECRET_N'), theirs)
  expect(isClosed()).toBe(false)
  socket.write('G')
  await untilTrue(() => expect(isClosed()).toBe(true))
})

test('E70 a long body pays for no flood of tiny records behind it', async () => {
  withLimits({ tinyPieces: 50 })
  const { call } = await openServer()
  const { socket, sendBytes, isClosed } = await call()
  socket.write(post(200 * LIMITS.pieceBytes + 1_000))
  socket.write('a'.repeat(200 * LIMITS.pieceBytes))
  await sendBytes('a'.repeat(100))
  await untilTrue(() => expect(isClosed()).toBe(true))
})

test('E70 a connection lives on small requests for as long as it likes', async () => {
  withLimits({ tinyPieces: 10 })
  const { call } = await openServer()
  const { socket, text } = await call()
  for (let count = 1; count <= 40; count++) {
    socket.write(GET)
    await untilTrue(() => expect(text().split('0;').length).toBe(count + 1), 2)
  }
})

test('E70 a link lives on small messages for as long as it likes', async () => {
  withLimits({ tinyPieces: 10 })
  const { call, frames } = await openServer()
  const { socket, text } = await call()
  socket.write(UPGRADE)
  await untilTrue(() => expect(text()).toContain(' 101 '))
  for (let count = 1; count <= 40; count++) {
    socket.write(MESSAGE)
    await untilTrue(() => expect(frames()).toBe(count), 2)
  }
})

test('E70 E68 of a body in tiny records its bytes are kept, together, and not a buffer for each', async () => {
  let kept = 0
  const push = Readable.prototype.push
  Readable.prototype.push = function (chunk, ...given) {
    if (this instanceof ChunkedMessage && chunk) kept += 1
    return push.call(this, chunk, ...given)
  }
  onTestFinished(() => {
    Readable.prototype.push = push
  })
  const { call } = await openServer()
  const { socket, sendBytes, text } = await call()
  socket.write(post(300 + 10_000))
  await sendBytes('ab'.repeat(150))
  socket.write('a'.repeat(10_000))
  await untilTrue(() => expect(text()).toContain('10300;'))
  expect(kept).toBeLessThan(10)
})
