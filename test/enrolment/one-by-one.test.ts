/** Many requests at once over many connections: one begins in each turn of the program, and callers take turns. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { oneByOne } from '#edge-node/one-by-one.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import { inTurnOf } from '#edge-node/turns.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'
import { untilTrue } from '#test/programs/process.ts'
import { countTurns } from '#test/programs/turns.ts'

/** A server that notes in which turn of the program which request begins. */
async function openServer(perform: (response: ServerResponse) => void) {
  const begun: { readonly path: string; readonly turn: number }[] = []
  const turn = countTurns()
  const handle = oneByOne((request, response) => {
    begun.push({ path: request.url ?? '', turn: turn() })
    perform(response)
  })
  // What has come is handed over together, as it is where a turn has taken long.
  const together: Parameters<typeof handle>[] = []
  const waiting = new Map<string, ServerResponse>()
  let awaited = 0
  const server = createServer((request, response) => {
    together.push([request, response])
    waiting.set(request.url ?? '', response)
    if (together.length < awaited) return
    for (const [each, answer] of together.splice(0)) handle(each, answer)
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  /** Asks from addresses at once; answers when all have been told what came of it. */
  const ask = async (asked: readonly (readonly [path: string, from: string])[]) => {
    awaited = asked.length
    const sockets = asked.map(([path, localAddress]) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      return once(socket, path === '/gone' ? 'close' : 'data').finally(() => socket.destroy())
    })
    await Promise.all(sockets)
  }
  return { begun, ask, waiting, order: () => [...waiting.keys()] }
}

const CROWD = Array.from({ length: 40 }, (_, place) => [`/crowd-${place}`, '127.0.0.66'] as const)

test('E66 one request begins in a turn, and a caller does not wait behind all that another one has asked for', async () => {
  const { begun, ask, order } = await openServer((response) => response.end('done'))
  await ask([...CROWD, ['/page', '127.0.0.7'], ['/style', '127.0.0.7']])
  expect(new Set(begun.map(({ turn }) => turn)).size).toBe(CROWD.length + 2)
  const paths = begun.map(({ path }) => path)
  expect(paths.indexOf('/page')).toBeLessThanOrEqual(4) // the next one by what this one has cost
  // The crowd's own stay in their order of arrival.
  expect(paths.filter((path) => path.startsWith('/crowd'))).toEqual(order().filter((path) => path.startsWith('/crowd')))
  // When nobody is left, the next begins at once.
  await ask([['/later', '127.0.0.7']])
  expect(begun.at(-1)?.path).toBe('/later')
})

test('E66 what waits for its turn when its connection closes never begins, and the others go on', async () => {
  const { begun, ask, waiting } = await openServer((response) => {
    waiting.get('/gone')?.req.socket.destroy()
    response.end('done')
  })
  await ask([...CROWD, ['/gone', '127.0.0.66'], ['/last', '127.0.0.66']])
  expect(begun.map(({ path }) => path)).not.toContain('/gone')
  expect(begun).toHaveLength(CROWD.length + 1)
})

test('E60 E66 the server lets one begin in a turn, and none that waits loses its connection to one that comes later', async () => {
  const begun: number[] = []
  const turn = countTurns()
  const fetch = () => {
    begun.push(turn())
    return new Response('done')
  }
  const server = createNodeServer(fetch, null)
  let taken = 0
  server.on('connection', () => {
    taken += 1
  })
  const listening = valueIn(await listen(server, '127.0.0.1', 0, false))
  onTestFinished(() => {
    return listening.close()
  })
  const port = Number(new URL(listening.address).port)
  const open = async () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.66' })
    await once(socket, 'connect')
    return socket
  }
  const ask = (socket: Socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return Promise.race([once(socket, 'data'), once(socket, 'close').then(() => 'lost')])
  }
  const sockets = await Promise.all(Array.from({ length: LIMITS.connectionsOfCaller }, open))
  await untilTrue(() => expect(taken).toBe(LIMITS.connectionsOfCaller))
  // The system says again of a door that was knocked at that somebody may be there, before it says what has come since.
  for (let look = 0; look < 3; look++) await new Promise((done) => setImmediate(done))
  const answers = sockets.map(ask)
  // They come while the program does not look; what came later would only make the test weaker.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  const later = await Promise.all([open(), open(), open()])
  const all = await Promise.all(answers)
  expect(all).not.toContain('lost')
  expect(new Set(begun).size).toBe(begun.length)
  expect(begun).toHaveLength(LIMITS.connectionsOfCaller)
  for (const socket of [...sockets, ...later]) socket.destroy()
})

test('E66 who knocks is let in between two pieces of work, however many wait', async () => {
  const order: string[] = []
  const server = createNodeServer(() => new Response('done'), null)
  server.on('connection', () => order.push('in'))
  const listening = valueIn(await listen(server, '127.0.0.1', 0, false))
  onTestFinished(() => listening.close())
  const port = Number(new URL(listening.address).port)
  const sockets = Array.from({ length: 40 }, () => connect({ port, host: '127.0.0.1' }))
  // All of them knock while the program does not look.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  const works = Array.from(
    { length: 40 },
    () => new Promise<void>((resolve) => inTurnOf('192.0.2.66', () => resolve(void order.push('work')))),
  )
  await Promise.all([...works, untilTrue(() => expect(order.filter((one) => one === 'in')).toHaveLength(40))])
  const between = order.slice(order.indexOf('in'), order.lastIndexOf('in')).filter((one) => one === 'work')
  expect(between.length).toBeLessThan(4)
  for (const socket of sockets) socket.destroy()
})

test('E66 whoever leaves before its turn is held by nobody', async () => {
  const begun: number[] = []
  const leaves = Array.from({ length: 200 }, (_, place) => inTurnOf('192.0.2.66', () => begun.push(place)))
  for (const leave of leaves.slice(1, -1)) leave()
  await new Promise<void>((resolve) => inTurnOf('192.0.2.66', resolve))
  expect(begun).toEqual([0, 199])
})
