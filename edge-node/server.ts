/** The one listening socket of a node: desk, API, the door for new nodes and links share it. */
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import type { Certificate } from '#edge-node/certificate.ts'
import { endWithAnswer } from '#edge-node/chunks.ts'
import { KEY_GROUPS } from '#edge-node/client-hello.ts'
import { isLoopback } from '#edge-node/config.ts'
import { boundConnections, unsecuredOf } from '#edge-node/connections.ts'
import { asksForLink } from '#edge-node/downlink.ts'
import { lookAtHellos } from '#edge-node/hello-first.ts'
import { Incoming, inTurn } from '#edge-node/in-turn.ts'
import { oneByOne } from '#edge-node/one-by-one.ts'
import { writeInBytes } from '#edge-node/outgoing.ts'
import { noteWhole, readInPieces } from '#edge-node/pieces.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { remoteOf } from '#protocol/transport/callers.ts'

export interface Listening {
  readonly server: Server
  /** Where a browser on this machine finds it. */
  readonly address: string
  /** Takes no more, and ends every request and every live list. */
  close(): Promise<void>
}

type Fetch = Parameters<typeof getRequestListener>[0]

/**
 * What names no host or expects something Node would answer by itself, as often as it comes. Who offers another protocol is
 * answered in this one (RFC 9110, 7.8).
 */
const OWN_ANSWERS = { IncomingMessage: Incoming, requireHostHeader: false, shouldUpgradeCallback: asksForLink } as const

/** Creates the server; nothing is answered before {@link listen}. */
export function createNodeServer(fetch: Fetch, certificate: Certificate | null): Server {
  const server = certificate
    ? createSecureServer({ ...shown(certificate), ...OWN_ANSWERS })
    : createPlainServer(OWN_ANSWERS)
  const event = certificate ? 'secureConnection' : 'connection'
  if (server instanceof SecureServer) lookAtHellos(server)
  readInPieces(server, event)
  writeInBytes(server, event)
  const begun = boundConnections(server)
  const answer = getRequestListener(readable(fetch), { errorHandler: refuseAddress })
  const work: RequestListener = (request, response) => {
    endWithAnswer(request, response)
    void answer(request, response)
  }
  const line = oneByOne(work)
  // What waits for its turn is not idle any more.
  const inLine = inTurn((request, response) => {
    begun(request, response)
    line(request, response)
  })
  const handle: RequestListener = (request, response) => {
    noteWhole(request.socket)
    inLine(request, response)
  }
  server.on('request', handle)
  server.on('checkExpectation', handle)
  return server
}

const unreadable = () =>
  new Response('请求的地址写法不对,读不出来。\n没有改动任何数据。\n请核对地址后重试。\n', {
    status: 400,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })

/** No request can be made of an address with a name and a password in it, or a host of five numbers: who reads its body would throw. */
const readable =
  (fetch: Fetch): Fetch =>
  (request, env) => {
    const url = URL.parse(request.url)
    return url?.username === '' && url.password === '' ? fetch(request, env) : unreadable()
  }

/** The sender's mistake is told to the sender; all else has been answered by the app, as far as it can be. */
const refuseAddress = (error: unknown) =>
  error instanceof RequestError ? unreadable() : new Response(null, { status: 500 })

const shown = ({ certificate, key }: Certificate) =>
  ({ cert: certificate, key, minVersion: 'TLSv1.2', ecdhCurve: KEY_GROUPS }) as const

/** From now on whoever connects is shown another certificate; connections that are open keep theirs. */
export function renewCertificate(server: Server, certificate: Certificate): void {
  if (server instanceof SecureServer) server.setSecureContext(shown(certificate))
}

/** Begins to listen; says in words when the address cannot be had. */
export function listen(server: Server, host: string, port: number, secure: boolean): Promise<Result<Listening>> {
  const unsecured = secure ? unsecuredOf(server) : () => []
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
        for (const socket of unsecured()) socket.destroy()
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
