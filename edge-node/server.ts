/** The one listening socket of a node: desk, API, the door for new nodes and links share it. */
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import type { Certificate } from '#edge-node/certificate.ts'
import { isLoopback } from '#edge-node/config.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { createCrowd } from '#protocol/transport/budgets.ts'
import { callerAt, remoteOf } from '#protocol/transport/callers.ts'

export interface Listening {
  readonly server: Server
  /** Where a browser on this machine finds it. */
  readonly address: string
  /** Takes no more, and ends every request and every live list. */
  close(): Promise<void>
}

type Fetch = Parameters<typeof getRequestListener>[0]

/** Creates the server; nothing is answered before {@link listen}. */
export function createNodeServer(fetch: Fetch, certificate: Certificate | null): Server {
  const listener = getRequestListener(fetch)
  const server = certificate
    ? createSecureServer({ cert: certificate.certificate, key: certificate.key, minVersion: 'TLSv1.2' }, listener)
    : createPlainServer(listener)
  boundConnections(server)
  return server
}

/** Whether something follows the head of a request. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Tells when a request is no longer worked on: its answer is over, or nothing of it is taken any more. */
function restWhenDone(socket: Socket, response: ServerResponse, rest: () => void): void {
  let before = 0
  const look = setInterval(() => {
    const left = socket.writableLength
    if (before > 0 && left >= before) done()
    before = left
  }, LIMITS.unreadMilliseconds)
  look.unref()
  let isDone = false
  const done = () => {
    clearInterval(look)
    if (!isDone) rest()
    isDone = true
  }
  response.once('close', done)
}

/**
 * The system gives a program so many connections: whoever opens too many loses its own, the longest idle first. Idle is
 * also a connection that is kept after an answer, one that has sent the head of a request and keeps its body back, and one that
 * takes nothing of its answer.
 * What asks for a link leaves here: links are counted where they come (`downlink.ts`).
 */
function boundConnections(server: Server): void {
  const shares = { each: LIMITS.connectionsOfCaller, all: LIMITS.connections }
  const crowd = createCrowd<Socket>(shares, (socket) => socket.destroy())
  // Under TLS the socket of a request is another one than that which came: both have the same ends.
  const came = new Map<string, Socket>()
  const endsOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`
  const cameAs = ({ socket }: IncomingMessage) => came.get(endsOf(socket))
  server.on('connection', (socket: Socket) => {
    const ends = endsOf(socket)
    came.set(ends, socket)
    socket.once('close', () => {
      crowd.delete(socket)
      if (came.get(ends) === socket) came.delete(ends)
    })
    crowd.add(socket, callerAt(socket.remoteAddress))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const socket = cameAs(request)
    const run = () => {
      if (response.writableFinished) return // refused before its body was read
      const rest = socket && crowd.occupy(socket)
      if (rest) restWhenDone(request.socket, response, rest)
    }
    if (hasBody(request)) request.once('end', run)
    else run()
  })
  server.on('upgrade', (request: IncomingMessage) => {
    const socket = cameAs(request)
    if (socket) crowd.delete(socket)
  })
}

/** From now on whoever connects is shown another certificate; connections that are open keep theirs. */
export function renewCertificate(server: Server, { certificate, key }: Certificate): void {
  if (server instanceof SecureServer) server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })
}

/** Begins to listen; says in words when the address cannot be had. */
export function listen(server: Server, host: string, port: number, secure: boolean): Promise<Result<Listening>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(refused(error, host, port)))
    server.listen(port, host, () => {
      const bound = server.address() as AddressInfo
      const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
      resolve(success({ server, address: `${secure ? 'https' : 'http'}://${name}:${bound.port}`, close }))
    })
    const close = () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
  })
}

function refused(error: NodeJS.ErrnoException, host: string, port: number) {
  const kept = '数据没有改动'
  if (error.code === 'EADDRINUSE')
    return fail('port-taken', `端口 ${port} 已被别的程序占用`, kept, '请关闭占用端口的程序,或用 DESK_PORT 换一个端口')
  if (error.code === 'EACCES')
    return fail('port-forbidden', `没有权限监听端口 ${port}`, kept, '请用 DESK_PORT 换一个 1024 以上的端口')
  if (error.code === 'EADDRNOTAVAIL')
    return fail('host-unknown', `本机没有地址 ${host}`, kept, '请把 DESK_HOST 改为本机的地址,或 0.0.0.0')
  return fail('cannot-listen', `不能监听 ${host}:${port}(${error.code ?? error.message})`, kept, '请检查网络设置')
}

/** Keeps everybody but this machine away: for what must not cross a network in clear. */
export const onlyFromHere: MiddlewareHandler = async (context, next) => {
  if (isLoopback(remoteOf(context) ?? '')) return next()
  const { problem } = fail(
    'not-encrypted',
    '入网只接受加密连接(https)',
    '没有登记,入网码没有因此失效',
    '请用 https 地址;上级节点须配置证书或使用自动生成的证书',
  )
  return context.json({ problem }, 403)
}
