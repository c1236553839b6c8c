/** What leaves over connections that nobody reads, over real sockets: what is held of it, and among what it counts. */
import { EventEmitter, once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { ownCertificate } from '#edge-node/certificate.ts'
import { heldForAnybody, heldForPeople } from '#edge-node/held-bytes.ts'
import { writeInBytes } from '#edge-node/outgoing.ts'
import { answerReady, makeReady } from '#edge-node/ready-answer.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { untilTrue } from '#test/programs/process.ts'
import { temporaryFolder } from './folder.ts'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** More than the system keeps of an answer. */
const BIG = 16_000_000
const RECORDS = 64 * 1024

test('E71 over TLS only a little of an answer that nobody takes is encrypted, and all of it comes to who reads on', async () => {
  const words = '县'.repeat(BIG / 4)
  const server = createNodeServer(() => new Response(words), await ownCertificate(temporaryFolder()))
  const came: Socket[] = []
  server.on('connection', (socket: Socket) => came.push(socket))
  const listening = valueIn(await listen(server, '127.0.0.1', 0, true))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const socket = connectSecurely({ host: '127.0.0.1', port, rejectUnauthorized: false })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  socket.write(GET)
  await once(socket, 'readable')
  const handle = () => (came[0] as unknown as { _handle: { writeQueueSize: number } })._handle
  await untilTrue(() => expect(handle().writeQueueSize).toBeGreaterThan(0)) // the system takes no more
  expect(handle().writeQueueSize).toBeLessThan(RECORDS)
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  const size = Buffer.byteLength(words)
  await untilTrue(() => expect(parts.reduce((sum, part) => sum + part.length, 0)).toBeGreaterThan(size))
  const text = Buffer.concat(parts).toString()
  expect(text.endsWith(`\r\n\r\n${words}`)).toBe(true)
})

test('E68 what is the same for all counts among what strangers hold, however long it is', async () => {
  const app = new Hono()
  const ready = await makeReady(new Uint8Array(BIG))
  app.get('/', (context) => answerReady(context, ready, {}))
  const listening = valueIn(await listen(createNodeServer(app.fetch, null), '127.0.0.1', 0, false))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const silent: Socket[] = []
  const count = Math.floor(LIMITS.fileBytesOfCaller / BIG) // so many files of people would be kept
  expect(count * BIG).toBeGreaterThan(LIMITS.heldBytesOfCaller + BIG)
  for (let at = 0; at < count; at++) {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.66' })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    socket.write(GET)
    await once(socket, 'readable')
    silent.push(socket)
  }
  const whole = await Promise.all(
    silent.map(async (socket) => {
      let size = 0
      socket.on('data', (part) => {
        size += part.length
      })
      await Promise.race([once(socket, 'close'), untilTrue(() => expect(size).toBeGreaterThan(BIG))])
      return size > BIG
    }),
  )
  expect([whole[0], whole.at(-1)]).toEqual([false, true])
})

test('E71 of an answer whose connection broke in the middle no further part is encrypted', () => {
  const server = new EventEmitter()
  writeInBytes(server as unknown as Server, 'secureConnection')
  let parts = 0
  const socket = {
    write: () => true,
    _write(_chunk: Uint8Array, _encoding: string, done: (error?: Error) => void) {
      parts += 1
      done(parts === 2 ? new Error('gone') : undefined)
    },
  }
  server.emit('secureConnection', socket)
  const told: unknown[] = []
  socket._write(new Uint8Array(100_000), 'buffer', (error) => told.push(error?.message))
  expect([parts, told]).toEqual([2, ['gone']])
})

test.each([
  ['plain', false],
  ['over TLS', true],
])('E68 what has been taken of an answer, %s, or was lost with its connection, counts no more', async (_, secure) => {
  const certificate = secure ? await ownCertificate(temporaryFolder()) : null
  const server = createNodeServer(() => new Response('x'.repeat(BIG)), certificate)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, secure))
  onTestFinished(() => listening.close())
  const to = { host: '127.0.0.1', port: Number(new URL(listening.address).port), rejectUnauthorized: false }
  const held = () => [heldForAnybody.callers, heldForPeople.callers]
  const ask = async () => {
    const socket = secure ? connectSecurely(to) : connect(to)
    onTestFinished(() => void socket.destroy())
    await once(socket, secure ? 'secureConnect' : 'connect')
    socket.write(GET)
    return socket
  }
  const countsNoMore = () => untilTrue(() => expect(held()).toEqual([0, 0]))
  await countsNoMore()
  for (const whose of [
    [1, 0],
    [0, 1],
  ]) {
    withLimits({ placementBytes: whose[0] === 1 ? 2 * BIG : BIG })
    const lost = await ask()
    await untilTrue(() => expect(held()).toEqual(whose))
    lost.destroy()
    await countsNoMore()
    const taken = await ask()
    await untilTrue(() => expect(held()).toEqual(whose))
    taken.resume()
    await countsNoMore()
    expect(taken.destroyed).toBe(false)
  }
})
