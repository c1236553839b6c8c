/** Callers that hold every place of a node without being idle, or from one port twice: over real sockets. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { valueIn } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'

const requestOf = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
const UPGRADE = requestOf('/link', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')

/** Under `/never` there is no answer, under `/live` it begins and does not end. */
function answer({ url }: Request): Response | Promise<Response> {
  if (url.endsWith('/never')) return new Promise<never>(() => undefined)
  if (!url.endsWith('/live')) return new Response('here')
  return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('live')) }))
}

async function openServer(host: string) {
  const server = createNodeServer(answer, null)
  const listening = valueIn(await listen(server, host, 0, false))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const call = async (localAddress: string, given: { readonly host?: string; readonly localPort?: number } = {}) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress, ...given })
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined) // it is ended by the server
    await Promise.race([once(socket, 'connect'), once(socket, 'close')])
    socket.on('data', () => undefined)
    return socket
  }
  return { server, call }
}

/** Sends something and waits until the answer has begun, or the connection is ended. */
async function ask(socket: Socket, text: string): Promise<void> {
  const answered = Promise.race([once(socket, 'data'), once(socket, 'close')])
  socket.write(text)
  await answered
}

test('E60 who asks again and again before it is answered makes room where it has all places', async () => {
  withLimits({ connectionsOfCaller: 9, connections: 9 })
  const { server, call } = await openServer('127.0.0.1')
  const before = await call('127.0.0.3')
  await ask(before, requestOf('/'))
  const live = await call('127.0.0.4')
  await ask(live, requestOf('/live'))
  const begun = new Set<Socket>()
  server.on('request', ({ socket }) => void begun.add(socket))
  const eager: Socket[] = []
  for (let count = 1; count <= 7; count++) {
    const one = await call('127.0.0.2')
    one.write(requestOf('/never').repeat(2))
    await expect.poll(() => begun.size).toBe(count)
    await ask(before, requestOf('/')) // behind which it has had its turn
    eager.push(one)
  }
  const newcomer = await call('127.0.0.5')
  await ask(newcomer, requestOf('/'))
  await ask(before, requestOf('/'))
  await expect.poll(() => eager.filter(({ closed }) => closed).length).toBe(1)
  expect([before, live, newcomer].map(({ closed }) => closed)).toEqual([false, false, false])
})

test('E60 a client that comes from one port to two addresses of the node is counted for both', async () => {
  withLimits({ connectionsOfCaller: 3, connections: 100 })
  const { server, call } = await openServer('0.0.0.0')
  const links: Duplex[] = []
  server.on('upgrade', (_request, socket) => void links.push(socket))
  onTestFinished(() => {
    for (const link of links) link.destroy()
  })
  const seconds: Socket[] = []
  for (let pair = 1; pair <= 5; pair++) {
    const first = await call('127.0.0.77', { host: '127.0.0.1' })
    const { localPort } = first
    seconds.push(await call('127.0.0.77', { host: '127.0.0.2', localPort: localPort as number }))
    // Links are counted elsewhere; what came from the same port to the other address is none.
    first.write(UPGRADE)
    await expect.poll(() => links.length).toBe(pair)
  }
  await expect.poll(() => seconds.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(3)
})
