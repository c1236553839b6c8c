/** Many requests at once over one connection: few of them are in work, and nothing goes on for whoever is gone. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { type Certificate, ownCertificate } from '#edge-node/certificate.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { temporaryFolder } from './folder.ts'

const get = (path: string, head = 'Host: localhost') => `GET ${path} HTTP/1.1\r\n${head}\r\n\r\n`
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** A server that counts what it has in work; an answer takes until it is let go. */
async function openServer(certificate: Certificate | null = null) {
  const begun: string[] = []
  let [working, most] = [0, 0]
  const held: (() => void)[] = []
  let isHolding = true
  const fetch = async (request: Request) => {
    const { pathname } = new URL(request.url)
    begun.push(pathname)
    working += 1
    most = Math.max(most, working)
    if (isHolding) await new Promise<void>((resolve) => held.push(resolve))
    const body = request.method === 'POST' ? await request.text() : ''
    working -= 1
    return new Response(`${pathname} ${body};`)
  }
  const server = createNodeServer(fetch, certificate)
  const listening = valueIn(await listen(server, '127.0.0.1', 0, certificate !== null))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const call = async () => {
    const to = { host: '127.0.0.1', port }
    const socket: Socket = certificate ? connectSecurely({ ...to, rejectUnauthorized: false }) : connect(to)
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined) // its close tells
    await once(socket, certificate ? 'secureConnect' : 'connect')
    let text = ''
    socket.setEncoding('latin1').on('data', (part) => {
      text += part
    })
    return { socket, text: () => text }
  }
  const release = () => {
    isHolding = false
    for (const go of held.splice(0)) go()
  }
  return { server, begun, most: () => most, release, call }
}

const answersIn = (text: string) => [...text.matchAll(/(\/\w+) (\w*);/g)].map(([, path, body]) => `${path} ${body}`)

test.each([
  ['plain', false],
  ['over TLS', true],
])(
  'E61 requests that come together, %s, are worked on one after the other and answered in their order',
  async (_, secure) => {
    const { begun, most, release, call } = await openServer(secure ? await ownCertificate(temporaryFolder()) : null)
    const { socket, text } = await call()
    socket.write(get('/a') + post('/b', 'body') + get('/c') + post('/d', 'more'))
    await expect.poll(() => begun).toEqual(['/a'])
    release()
    await expect.poll(() => answersIn(text())).toEqual(['/a ', '/b body', '/c ', '/d more'])
    socket.write(get('/e'))
    await expect.poll(() => answersIn(text()).at(-1)).toBe('/e ')
    expect(most()).toBe(1)
  },
)

test.each([
  ['', 'Host: localhost'],
  [' that expect something', 'Host: localhost\r\nExpect: more'],
  [' that name no host', 'Accept: */*'],
])(
  'E61 a connection with more unanswered requests%s than it may have is ended, and nothing more of it begins',
  async (_, head) => {
    const { server, begun, release, call } = await openServer()
    let read = 0
    for (const event of ['request', 'checkExpectation']) server.on(event, () => void read++)
    const { socket } = await call()
    socket.write(Array.from({ length: 1_000 }, (_, at) => get(`/${at}`, head)).join(''))
    await once(socket, 'close')
    const other = await call()
    other.socket.write(get('/other'))
    release()
    await expect.poll(() => answersIn(other.text())).toEqual(['/other '])
    expect(begun.filter((path) => path !== '/0')).toEqual(['/other'])
    expect(read).toBe(LIMITS.requestsOfConnection + 2) // one too many, and the other one's
  },
)

test('E61 as many as it may have are answered', async () => {
  const { release, call } = await openServer()
  release()
  const { socket, text } = await call()
  for (let round = 0; round < 3; round++) {
    socket.write(get('/a').repeat(LIMITS.requestsOfConnection))
    await expect.poll(() => answersIn(text())).toHaveLength(LIMITS.requestsOfConnection * (round + 1))
  }
})

test('E61 what waits for its turn when its connection closes never begins', async () => {
  const { begun, release, call } = await openServer()
  const { socket } = await call()
  socket.write(get('/a') + get('/b') + get('/c'))
  await expect.poll(() => begun).toEqual(['/a'])
  socket.destroy()
  const other = await call()
  other.socket.write(get('/other')) // by when it is read, the end of the first has been as well
  await expect.poll(() => begun).toContain('/other')
  release()
  await expect.poll(() => answersIn(other.text())).toEqual(['/other '])
  expect(begun).toEqual(['/a', '/other'])
})

test('E61 what waits behind an answer that ends the connection never begins', async () => {
  const { begun, release, call } = await openServer()
  release()
  const { socket, text } = await call()
  socket.write(`POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${get('/b')}`)
  await once(socket, 'close')
  expect(answersIn(text())).toEqual(['/a '])
  expect(begun).toEqual(['/a'])
})
