/** The first message of TLS, over real sockets: what is cut up, too long or no hello never comes to OpenSSL. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ownCertificate } from '#edge-node/certificate.ts'
import { KEY_GROUPS } from '#edge-node/client-hello.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { untilTrue } from '#test/programs/process.ts'
import { temporaryFolder } from './folder.ts'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** The random of a server's hello by which it asks for a second one (RFC 8446, 4.1.3). */
const ASKS_AGAIN = 'cf21ad74e59a6111be1d8c021e65b891'

const number = (value: number, size: number): Buffer => {
  const bytes = Buffer.alloc(size)
  bytes.writeUIntBE(value, 0, size)
  return bytes
}
const vector = (size: number, ...parts: Buffer[]): Buffer => {
  const inside = Buffer.concat(parts)
  return Buffer.concat([number(inside.length, size), inside])
}
const extension = (type: number, inside: Buffer): Buffer => Buffer.concat([number(type, 2), vector(2, inside)])

/** A hello of TLS 1.3 that offers keys of no group, and ends in so many bytes of nothing. */
function helloWithoutKeys(padding: number): Buffer {
  const extensions = [
    extension(43, vector(1, number(0x0304, 2))),
    extension(10, vector(2, number(0x1d, 2))),
    extension(13, vector(2, number(0x0403, 2), number(0x0804, 2))),
    extension(51, vector(2)),
    extension(21, Buffer.alloc(padding)),
  ]
  const body = [
    number(0x0303, 2),
    Buffer.alloc(32, 7),
    vector(1),
    vector(2, number(0x1301, 2)),
    vector(1, Buffer.of(0)),
  ]
  return Buffer.concat([Buffer.of(1), vector(3, ...body, vector(2, ...extensions))])
}

const record = (part: Buffer): Buffer => Buffer.concat([Buffer.of(22, 3, 1), vector(2, part)])
function inRecords(message: Buffer, size: number): Buffer {
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += size) records.push(record(message.subarray(at, at + size)))
  return Buffer.concat(records)
}

/** A server over TLS; what is told of each connection that has come to OpenSSL and ended there. */
async function openServer() {
  const server = createNodeServer(() => new Response('here'), await ownCertificate(temporaryFolder()))
  let begun = 0
  server.on('tlsClientError', () => void begun++)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, true))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const call = async (localAddress = '127.0.0.1') => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined) // its close tells
    await once(socket, 'connect')
    return socket.resume()
  }
  return { call, port, begun: () => begun }
}

/** A way to a server that changes what is sent first, and notes what comes back. */
function wayTo(socket: Socket, change: (first: Buffer) => readonly Buffer[]) {
  const come: Buffer[] = []
  let isFirst = true
  const way = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      const parts = isFirst ? change(chunk) : [chunk]
      isFirst = false
      for (const part of parts) socket.write(part)
      done()
    },
  })
  socket.on('data', (chunk: Buffer) => {
    come.push(chunk)
    way.push(chunk)
  })
  socket.on('close', () => way.destroy())
  return { way, come: () => Buffer.concat(come).toString('hex') }
}

/** Asks for a page over a way and gives the answer. */
async function askedOver(way: Duplex, ecdhCurve = 'auto'): Promise<string> {
  const socket = connectTls({ socket: way, rejectUnauthorized: false, ecdhCurve })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  socket.write(GET)
  const [text] = await once(socket, 'data')
  return String(text)
}

const served = async (call: () => Promise<Socket>) => {
  const { way } = wayTo(await call(), (first) => [first])
  expect(await askedOver(way)).toContain('here')
}

test.each([
  ['in records of one byte', inRecords(helloWithoutKeys(8_000), 1)],
  ['in more records than are taken', inRecords(helloWithoutKeys(8_000), 8_000 / (LIMITS.helloRecords + 1))],
  ['longer than is taken', inRecords(helloWithoutKeys(LIMITS.helloBytes), 16_000)],
  ['that would be asked for again', record(helloWithoutKeys(0))],
  ['that is another message', record(Buffer.of(2, 0, 0, 1, 0))],
  ['of nothing', record(Buffer.alloc(0))],
  ['that says it is empty', record(Buffer.of(1, 0, 0, 0, 1))],
  ['in a record longer than there are', Buffer.concat([Buffer.of(22, 3, 1, 255, 255, 1, 0, 1, 0), Buffer.alloc(100)])],
  ['that is a page asked for in clear', Buffer.from(GET)],
])('E72 a hello %s ends its connection, and no other, before OpenSSL has it', async (_, bytes) => {
  const { call, begun } = await openServer()
  const socket = await call()
  socket.write(bytes)
  await once(socket, 'close')
  expect([begun(), socket.bytesRead]).toEqual([0, 0])
  await served(call)
})

test('E72 nor does one that comes in too many pieces, or does not become whole in time', async () => {
  withLimits({ helloPieces: 5 })
  const { call, begun } = await openServer()
  const pieces = await call()
  for (const byte of record(helloWithoutKeys(500)).subarray(0, 50))
    if (!pieces.closed) await new Promise((sent) => pieces.write(Buffer.of(byte), () => setImmediate(sent)))
  await untilTrue(() => expect(pieces.closed).toBe(true))
  withLimits({ handshakeMilliseconds: 30 })
  const late = await call()
  late.write(record(helloWithoutKeys(500)).subarray(0, 50))
  await untilTrue(() => expect(late.closed).toBe(true))
  expect(begun()).toBe(0)
})

test('E72 a hello in some pieces and some records comes through whole', async () => {
  const { call } = await openServer()
  const { way } = wayTo(await call(), (first) => {
    const [message, behind] = [first.subarray(5, 5 + first.readUInt16BE(3)), first.subarray(5 + first.readUInt16BE(3))]
    const records = inRecords(message, Math.ceil(message.length / (LIMITS.helloRecords - 1)))
    return [records.subarray(0, 3), records.subarray(3, 700), records.subarray(700), behind]
  })
  expect(await askedOver(way)).toContain('here')
})

test.each(KEY_GROUPS.split(':'))('E72 nobody who offers a key of %s is asked for a second hello', async (group) => {
  const { call } = await openServer()
  const others = KEY_GROUPS.split(':').filter((other) => other !== group)
  const { way, come } = wayTo(await call(), (first) => [first])
  expect(await askedOver(way, [group, ...others].join(':'))).toContain('here')
  expect(come()).not.toContain(ASKS_AGAIN)
})

test('E72 TLS 1.2, which knows no second hello, is taken, and nothing that was agreed on begins anew', async () => {
  const { call, port } = await openServer()
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect')
  socket.write(GET)
  expect(String((await once(socket, 'data'))[0])).toContain('here')
  let isAgreed = false
  socket.renegotiate({ rejectUnauthorized: false }, () => {
    isAgreed = true
  })
  await once(socket.resume(), 'close')
  expect(isAgreed).toBe(false)
  await served(call)
})

test('E72 E60 a connection with half a hello is idle: it gives way to the next one of its address', async () => {
  withLimits({ connectionsOfCaller: 2 })
  const { call } = await openServer()
  const halves = [await call('127.0.0.2'), await call('127.0.0.2')]
  for (const half of halves) half.write(record(helloWithoutKeys(500)).subarray(0, 50))
  await served(() => call('127.0.0.2'))
  await untilTrue(() => expect(halves.map(({ closed }) => closed)).toEqual([true, false]))
})
