/** The names by which people and department systems reach a node: under any other one nothing is answered, so that no page of a stranger borrows a browser that may. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { MiddlewareHandler } from 'hono'
import { fail } from '#protocol/result.ts'

export interface HostNamesOptions {
  /** PEM of the certificate the node listens with; null on plain HTTP. */
  readonly certificate: string | null
  /** Where the county's register says that this node is reached. */
  addresses(): readonly string[]
}

/** The host of an address; undefined for text that is none. */
const hostOf = (address: string): string | undefined =>
  URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$|\.$/g, '') : undefined

/**
 * Whether a node answers by a name. Numbers always: a page that wants to borrow a browser needs a name that leads here
 * for a while only. Else this machine's own name, those of its certificate, and those in the register.
 */
export function isOwnName(host: string, { certificate, addresses }: HostNamesOptions): boolean {
  if (isIP(host) !== 0 || host === 'localhost') return true
  const machine = hostname().toLowerCase()
  if (host === machine || host === `${machine}.local`) return true
  if (addresses().some((address) => hostOf(address) === host)) return true
  return certificate !== null && new X509Certificate(certificate).checkHost(host) !== undefined
}

const refusal = (host: string) =>
  fail(
    'host-unknown',
    `本机不用“${host}”这个名字,没有打开`,
    '没有改动任何数据',
    '请用本机的 IP 地址打开;要用这个名字,请县中心管理员在“节点”页把它登记为本节点的地址',
  ).problem

/** Refuses what is asked for under another name. Doors for machines stand before it: they know each other by keys. */
export function onlyOwnNames(options: HostNamesOptions): MiddlewareHandler {
  return (context, next) => {
    const host = hostOf(context.req.url) ?? ''
    if (isOwnName(host, options)) return next()
    const problem = refusal(host)
    if (context.req.path.startsWith('/api/')) return Promise.resolve(context.json(problem, 421))
    return Promise.resolve(context.text(`${problem.message}。\n${problem.kept}。\n${problem.next}。\n`, 421))
  }
}
