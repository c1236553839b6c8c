/** Bodies in chunks, over real sockets: what is in tiny pieces ends its connection, also where nobody reads it. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ownCertificate } from '#edge-node/certificate.ts'
import { ChunkedMessage } from '#edge-node/chunks.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { temporaryFolder } from './folder.ts'

const head = (path: string, method = 'POST') =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`
const chunks = (bytes: number, count: number) => `${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n`.repeat(count)
const END = '0\r\n\r\n'

/** Under `/read` it is answered once the body was read, under `/late` never, else at once. */
function answer(request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/late') return new Promise<Response>(() => undefined)
  return pathname === '/read' ? request.text().then((body) => new Response(`${body.length};`)) : new Response('no;')
}

async function openServer(secure = false) {
  const certificate = secure ? await ownCertificate(temporaryFolder()) : null
  const listening = valueIn(await listen(createNodeServer(answer, certificate), '127.0.0.1', 0, secure))
  onTestFinished(() => listening.close())
  const to = { host: '127.0.0.1', port: Number(new URL(listening.address).port) }
  return async (sent: string) => {
    const socket = secure ? connectSecurely({ ...to, rejectUnauthorized: false }) : connect(to)
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined) // its close tells
    let text = ''
    socket.setEncoding('latin1').on('data', (part) => {
      text += part
    })
    await once(socket, secure ? 'secureConnect' : 'connect')
    socket.write(sent)
    return { socket, closed: new Promise((resolve) => socket.once('close', resolve)), text: () => text }
  }
}

/** Counts what the parser hands over from now on. */
function countChunks() {
  let count = 0
  const { push } = ChunkedMessage.prototype
  ChunkedMessage.prototype.push = function (chunk) {
    if (chunk) count += 1
    return push.call(this, chunk)
  }
  onTestFinished(() => {
    ChunkedMessage.prototype.push = push
  })
  return () => count
}

test.each([
  ['read', '/read', 'POST', false],
  ['read, over TLS', '/read', 'POST', true],
  ['left alone', '/late', 'POST', false],
  ['left alone at a method without one', '/late', 'GET', false],
  ['refused before it came', '/refused', 'POST', false],
  ['refused before it came, over TLS', '/refused', 'POST', true],
])(
  'E63 a body in tiny chunks that is %s ends its connection, and little of it is looked at',
  async (_, path, method, secure) => {
    const call = await openServer(secure)
    const count = countChunks()
    await (await call(head(path, method) + chunks(1, 50_000))).closed
    expect(count()).toBeLessThan(2 * LIMITS.tinyChunks)
  },
)

test.each([
  ['as many tiny chunks as there may be', 1, LIMITS.tinyChunks],
  ['many chunks that are not tiny', 2 * LIMITS.chunkBytes, 3 * LIMITS.tinyChunks],
  [
    'many chunks that stay above it though each piece of what comes cuts one',
    LIMITS.chunkBytes + 40,
    2 * LIMITS.tinyChunks,
  ],
])('E63 %s are read', async (_, bytes, count) => {
  const call = await openServer()
  const { closed, text } = await call(head('/read') + chunks(bytes, count) + END)
  await closed
  expect(text()).toMatch(new RegExp(`\r\n${bytes * count};`))
})

test('E63 the answer to a body in chunks ends the connection, so that nothing of the rest is looked at', async () => {
  const call = await openServer()
  const count = countChunks()
  const { closed, text } = await call(head('/refused'))
  await closed
  expect(text()).toContain('no;')
  expect(text()).toMatch(/\r\nConnection: close\r\n/i)
  expect(count()).toBe(0)
})

test.each([
  ['GET', 1],
  ['HEAD', 1],
  ['POST', LIMITS.catalogueBytes + LIMITS.requestBytes + 1],
])(
  'E63 a body that comes with %s and says a length of %d ends the connection with the answer',
  async (method, length) => {
    const call = await openServer()
    const { closed, text } = await call(
      `${method} /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`,
    )
    await closed
    expect(text()).toMatch(/\r\nConnection: close\r\n/i)
  },
)

test('E63 E70 a body of a known length may come byte by byte, if it is short', async () => {
  const call = await openServer(true)
  const count = LIMITS.tinyChunks + 100
  const { socket, text } = await call(`POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${count}\r\n\r\n`)
  for (let sent = 0; sent < count; sent++) await new Promise((done) => socket.write('a', done)) // each is a record of its own
  await expect.poll(text).toContain(`${count};`)
})
