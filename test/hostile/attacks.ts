/** What a stranger on the network can do to a node without any key: each begins at once and goes on until it is ended. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { ask } from '#test/programs/calls.ts'

/** Whom it is against, and from which address of this machine it comes. */
export interface Aim {
  /** The node's address, over plain HTTP. */
  readonly address: string
  readonly from: string
}

export interface Attack {
  /** How often each status was answered so far; 0 for a connection that was cut. */
  answers(): ReadonlyMap<number, number>
  /** What it holds open at the moment. */
  open(): number
  end(): Promise<void>
}

/** Requests without a pause, so many at once; the n-th is made by the caller. */
function flood(parallel: number, request: (count: number) => Promise<{ readonly status: number }>): Attack {
  const answers = new Map<number, number>()
  let [isOver, count] = [false, 0]
  const one = async () => {
    while (!isOver) {
      const status = await request(count++).then(
        (answer) => answer.status,
        () => 0,
      )
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  }
  const all = Array.from({ length: parallel }, one)
  return {
    answers: () => answers,
    open: () => (isOver ? 0 : parallel),
    async end() {
      isOver = true
      await Promise.all(all)
    },
  }
}

const post = ({ address, from }: Aim, path: string, body: string) =>
  ask(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    localAddress: from,
  })

const wrongSignIn = (name: string, count: number) => JSON.stringify({ name, password: `Wrong-pass ${count}` })

/** So many connections, on each of which the next question is asked as soon as the answer is there. */
export const askingConnections = ({ address, from }: Aim, count: number, path: string): Attack =>
  flood(count, () => ask(`${address}${path}`, { localAddress: from }))

/** Sign-ins under one name with wrong passwords, many at once. */
export const signInFlood = (aim: Aim, name: string): Attack =>
  flood(60, (count) => post(aim, '/api/sign-in', wrongSignIn(name, count)))

/** Wrong passwords from so many addresses, one after the other at each. */
export const signInsFromEverywhere = (address: string, addresses: number): Attack =>
  flood(addresses, (count) =>
    post({ address, from: `127.0.2.${(count % addresses) + 1}` }, '/api/sign-in', wrongSignIn(`nobody${count}`, count)),
  )

/** One password for ever new user names. */
export const spraying = (aim: Aim): Attack =>
  flood(2, (count) => post(aim, '/api/sign-in', JSON.stringify({ name: `clerk${count}`, password: 'Qwer-1234' })))

/** Bodies that are nothing, wrong codes and questions at the door for new nodes. */
export function joinFlood(aim: Aim): Attack {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  const wrong = () =>
    JSON.stringify({ secret: 'AAAAAAAA', parent: hex(16), publicKey: hex(32), name: '', proof: hex(64) })
  return flood(20, (count) => {
    if (count % 3 === 0) return post(aim, '/join', '{}')
    if (count % 3 === 1) return post(aim, '/join', wrong())
    return ask(`${aim.address}/join/hello?nonce=${hex(16)}`, { localAddress: aim.from })
  })
}

/** Keeps so many of something open; what the node ends is opened again. */
function keepOpen<Held>(count: number, open: (ended: () => void) => Held, close: (held: Held) => void): Attack {
  const held = new Set<Held>()
  let [isOver, cut] = [false, 0]
  const more = () => {
    const one = open(() => {
      held.delete(one)
      cut += 1
      if (!isOver) setTimeout(more, 50)
    })
    held.add(one)
  }
  for (let at = 0; at < count; at++) more()
  return {
    answers: () => new Map([[0, cut]]),
    open: () => held.size,
    async end() {
      isOver = true
      for (const one of held) close(one)
    },
  }
}

/** Links that are opened and say nothing. */
export const silentLinks = ({ address, from }: Aim, count: number): Attack =>
  keepOpen(
    count,
    (ended) => {
      const socket = new WebSocket(`${address.replace('http', 'ws')}/link`, { localAddress: from })
      socket.on('error', () => undefined) // its close tells
      socket.on('close', ended)
      return socket
    },
    (socket) => socket.terminate(),
  )

/** So many connections; what is done with each once it is open. */
const connections = ({ address, from }: Aim, count: number, begin: (socket: Socket) => void): Attack => {
  const { hostname, port } = new URL(address)
  return keepOpen<Socket>(
    count,
    (ended) => {
      const socket = connect({ host: hostname, port: Number(port), localAddress: from }, () => begin(socket))
      socket.on('error', () => undefined) // its close tells
      socket.on('close', ended)
      return socket
    },
    (socket) => socket.destroy(),
  )
}

/** Connections that are opened and ask for nothing, or send the head of a request and keep its body back. */
export const silentConnections = (aim: Aim, count: number, isHalf = false): Attack => {
  const half =
    'POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n'
  return connections(aim, count, (socket) => {
    if (isHalf) socket.write(half)
  })
}

/** Connections that each ask for a page, and again before the server would close them as unused. */
export const keptConnections = (aim: Aim, count: number): Attack =>
  connections(aim, count, (socket) => {
    const ask = () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const again = setInterval(ask, 3_000)
    socket.on('close', () => clearInterval(again))
    socket.resume()
    ask()
  })

/** Connections that each ask for the same a thousand times at once, and come again when they are ended. */
export const pipelinedConnections = (aim: Aim, count: number, path: string): Attack =>
  connections(aim, count, (socket) => {
    socket.resume()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1_000))
  })

interface Post {
  readonly path: string
  readonly type: string
  readonly body: string
}

/** Posts of which all connections keep back the last byte and send it together, again and again. */
export function withheldBodies(aim: Aim, count: number, { path, type, body }: Post): Attack {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\n`
  const withheld = new Set<Socket>()
  const attack = connections(aim, count, (socket) => {
    socket.resume()
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`, () => withheld.add(socket))
    socket.on('close', () => withheld.delete(socket))
  })
  const together = setInterval(() => {
    for (const socket of withheld) socket.write(body.slice(-1))
    withheld.clear()
  }, 2_000)
  return {
    ...attack,
    end() {
      clearInterval(together)
      return attack.end()
    },
  }
}
