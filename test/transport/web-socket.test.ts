/** Links over real sockets keep the connection contract; what only a socket can do wrong is tested here too. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { MESSAGE_BYTES } from '#protocol/limits.ts'
import { createLinkServer, openWebSocket, socketConnection } from '#protocol/transport/web-socket.ts'
import { connectionContract, watch } from './contract.ts'

const servers: Server[] = []
const sockets: WebSocket[] = []

async function listen(): Promise<{ address: string; accepted: Promise<Connection> }> {
  const server = createServer()
  const links = createLinkServer()
  servers.push(server)
  const accepted = new Promise<Connection>((resolve) => {
    server.on('upgrade', (request, socket, head) =>
      links.handleUpgrade(request, socket, head, (upgraded) => {
        sockets.push(upgraded)
        resolve(socketConnection(upgraded))
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`, accepted }
}

async function closeServers(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.terminate() // a server does not know its upgraded sockets
  for (const server of servers.splice(0)) {
    await new Promise((resolve) => server.close(resolve))
  }
}

async function connect() {
  const { address, accepted } = await listen()
  const left = await openWebSocket(address)
  return { left, right: await accepted }
}

connectionContract('WebSocket, called to caller', connect, closeServers)
connectionContract(
  'WebSocket, caller to called',
  async () => {
    const { left, right } = await connect()
    return { left: right, right: left }
  },
  closeServers,
)

afterEach(closeServers)
const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })

/** A client that keeps no rule of ours. */
async function rawClient(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address, { perMessageDeflate: false })
  socket.on('error', () => undefined) // the refusal is what the tests look at
  await new Promise((resolve) => socket.once('open', resolve))
  return socket
}

test('T4 an oversized message from a hostile client ends only its link', async () => {
  const { address, accepted } = await listen()
  const socket = await rawClient(address)
  const seen = watch(await accepted)
  socket.send(new Uint8Array(MESSAGE_BYTES + 1))
  await until(() => expect(seen.ends).toHaveLength(1))
  expect(seen.frames).toEqual([])
  await until(() => expect(socket.readyState).toBe(WebSocket.CLOSED))
})

test('T11 a socket that does not say how many bytes have come is found out when the link opens, not by links that fall silent', async () => {
  const { address } = await listen()
  const socket = await rawClient(address)
  expect(() => socketConnection(Object.create(socket, { _socket: { value: undefined } }))).toThrow('counts its bytes')
  socket.terminate()
})

test('T6 a text message ends the link', async () => {
  const { address, accepted } = await listen()
  const socket = await rawClient(address)
  const seen = watch(await accepted)
  socket.send('hello')
  await until(() => expect(seen.ends).toEqual(['text-frame']))
  expect(seen.frames).toEqual([])
})

test('T7 a peer that stops reading is cut off', async () => {
  const { address, accepted } = await listen()
  const socket = await rawClient(address)
  socket.pause()
  const connection = await accepted
  const seen = watch(connection)
  const frame = new Uint8Array(MESSAGE_BYTES)
  for (let sent = 0; sent < 200 && seen.ends.length === 0; sent++) {
    connection.send(frame)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(seen.ends).toEqual(['peer-does-not-read'])
  socket.terminate()
})

test('T3 a connection that breaks without a word is told as its end', async () => {
  const { address, accepted } = await listen()
  const socket = await rawClient(address)
  const seen = watch(await accepted)
  socket.terminate()
  await until(() => expect(seen.ends).toHaveLength(1))
})

test('T3 an address where nobody listens rejects', async () => {
  const { address } = await listen()
  await closeServers()
  await expect(openWebSocket(address)).rejects.toThrow(/ECONNREFUSED/)
})

test('T11 the bytes of a message that is still arriving are told', async () => {
  const { address, accepted } = await listen()
  const socket = await rawClient(address)
  const connection = await accepted
  const seen = watch(connection)
  const before = connection.received()
  const raw = (socket as unknown as { readonly _socket: Socket })._socket
  const header = Uint8Array.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]) // a masked frame of 64 KiB
  raw.write(header)
  raw.write(new Uint8Array(1_000))
  await until(() => expect(connection.received()).toBe(before + header.length + 1_000))
  expect(seen.frames).toEqual([])
  raw.write(new Uint8Array(64 * 1024 - 1_000))
  await until(() => expect(seen.frames).toHaveLength(1))
})

test('T12 who is not read from is held up by the network, not by this machine’s memory', async () => {
  const { address, accepted } = await listen()
  const socket = await rawClient(address)
  const connection = await accepted
  const seen = watch(connection)
  connection.pause()
  let sent = 0
  while (socket.bufferedAmount < 4 * MESSAGE_BYTES && sent < 500) {
    socket.send(new Uint8Array(MESSAGE_BYTES))
    sent += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(sent).toBeLessThan(500)
  expect(seen.frames).toEqual([])
  const waiting = connection.received()
  expect(waiting).toBeLessThan(2 * MESSAGE_BYTES)
  connection.resume()
  await until(() => expect(seen.frames).toHaveLength(sent))
})
