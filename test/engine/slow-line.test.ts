/** Real nodes over real sockets on the poorest line: 16 kbit/s and two seconds there and back. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import type { WebSocketServer } from 'ws'
import { startUplink } from '#edge-node/uplink.ts'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodePack, splitPacks } from '#protocol/log/pack.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { createLinkServer, socketConnection } from '#protocol/transport/web-socket.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { fixedParent } from '#test/enrolment/fixed-parent.ts'
import { type Line, openLine } from '#test/transport/slow-line.ts'
import { connect, type Node, openCounty, person, TOWNSHIP, until } from './county.ts'

const POOR = { bytesPerSecond: 2_000, roundTripMilliseconds: 2_000 }
const clerk = person(TOWNSHIP, ['clerk', 'agent'])
const log = { debug() {}, info() {}, warn() {}, error() {} }
const eventually = (check: () => void | Promise<void>, timeout: number) => vi.waitFor(check, { timeout, interval: 50 })

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** What a parent heard, frame by frame. */
interface Heard {
  bytes: number
  /** Frames of entries: their size, and whether every record in them had come before. */
  readonly frames: { readonly size: number; readonly isRepeated: boolean }[]
}

/** A parent that takes links, and counts what comes in them. */
async function listenFor(parent: Node): Promise<{ readonly port: number; readonly heard: Heard }> {
  const heard: Heard = { bytes: 0, frames: [] }
  const known = new Set<string>()
  const server: Server = createServer()
  const links: WebSocketServer = createLinkServer()
  server.on('upgrade', (request, socket, head) =>
    links.handleUpgrade(request, socket, head, (accepted) => {
      const connection = socketConnection(accepted)
      const listen: Connection['listen'] = ({ frame, closed }) =>
        connection.listen({
          closed,
          frame(bytes) {
            note(heard, known, bytes)
            frame(bytes)
          },
        })
      void parent.engine.attach({ ...connection, listen }, 'down')
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    for (const client of links.clients) client.terminate()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, heard }
}

function note(heard: Heard, known: Set<string>, bytes: Uint8Array): void {
  heard.bytes += bytes.length
  const message = decodeMessage(bytes)
  if (message?.type !== 'entries') return
  const body = nodeHost.compression.unpack(message.packed, LIMITS.unpackedFrameBytes)
  const names = (splitPacks(body ?? new Uint8Array()) ?? [])
    .flatMap((pack) => decodePack(pack) ?? [])
    .map((one) => `${one.log} ${one.record.seq}`)
  heard.frames.push({ size: bytes.length, isRepeated: names.every((name) => known.has(name)) })
  for (const name of names) known.add(name)
}

/** The township's real uplink over a line. */
async function callOver(line: Line, township: Node): Promise<void> {
  const address = `http://127.0.0.1:${line.port}`
  const { node } = township.identity
  const uplink = startUplink({
    ...testHost,
    links: township.engine,
    node,
    ...fixedParent(address),
    log,
    chance: () => 0.5,
  })
  ends.push(() => uplink.stop())
}

/** A county and a township that knows it, cut off. */
async function apart() {
  const { root, township } = await openCounty()
  const link = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  link.cut()
  await link.ended
  ends.push(() => Promise.all([root.engine.stop(), township.engine.stop()]))
  return { root, township }
}

/** Text that does not compress below half. */
const noise = (characters: number) => toHex(nodeHost.random(characters / 2))

async function write(township: Node, cases: number, characters: number) {
  const ids = []
  for (let count = 0; count < cases; count++) {
    const { id } = value(await township.engine.office.openCase(clerk, 'SL0001'))
    value(await township.engine.office.act(clerk, id, 'noted', { text: noise(characters) }))
    ids.push(id)
  }
  return ids
}

const atRoot = async (township: Node, ids: Awaited<ReturnType<typeof write>>) => {
  const safety = await township.engine.office.safetyOf(ids)
  return ids.filter((id) => safety.get(id) === 'root').length
}

test('S105 at 16 kbit/s and 2 s there and back cases get through although the line is cut, and a cut repeats one frame at most', async () => {
  const { root, township } = await apart()
  const { port, heard } = await listenFor(root)
  const line = await openLine({ target: port, ...POOR })
  ends.push(() => line.close())
  const ids = await write(township, 12, 3_000)
  await callOver(line, township)
  for (const bytes of [6_000, 16_000, 25_000]) {
    await eventually(() => expect(line.carried.up).toBeGreaterThan(bytes), 60_000)
    line.cut()
  }
  await eventually(async () => expect(await atRoot(township, ids)).toBe(ids.length), 90_000)
  expect(line.calls).toBe(4)
  const repeated = heard.frames.filter(({ isRepeated }) => isRepeated).reduce((sum, { size }) => sum + size, 0)
  const largest = Math.max(...heard.frames.map(({ size }) => size))
  const calling = 1_000 // the upgrade and the headers of messages
  expect(line.carried.up - heard.bytes + repeated).toBeLessThanOrEqual(3 * largest + line.calls * calling)
}, 180_000)
