/** Who calls, as far as a door can know it: the address at the other end of the socket, never what a header says of it. */

/** An address as the budgets of doors count it. */
export type Caller = string

/** Whoever has no address: no socket is in between. All of them are one caller. */
export const UNKNOWN_CALLER: Caller = 'unknown'

/** Groups of an IPv6 address that its owner does not choose (RFC 6177): what stands behind them, one machine can have all of. */
const NETWORK_GROUPS = 4

/** The groups of an IPv6 address in full. */
function groupsOf(address: string): readonly string[] {
  const [before = '', after] = address.replace(/%.*$/, '').split('::')
  const left = before.split(':').filter(Boolean)
  const right = (after ?? '').split(':').filter(Boolean)
  const between = after === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array<string>(between).fill('0'), ...right].map((group) => group.replace(/^0+(?=.)/, ''))
}

/** The caller at a remote address: an IPv4 address, also one written as IPv6, or the /64 of an IPv6 address. */
export function callerAt(remote: string | undefined): Caller {
  if (!remote) return UNKNOWN_CALLER
  const four = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1]
  if (four) return four
  return remote === '::1' ? '127.0.0.1' : `${groupsOf(remote).slice(0, NETWORK_GROUPS).join(':').toLowerCase()}::/64`
}

/** A request as the server hands it on with the socket it came by; in tests and on other hosts there may be none. */
interface Asked {
  readonly env?: unknown
}

interface Incoming {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string }; readonly errored?: unknown }
}

/** The remote address of a request; undefined where no socket is in between. */
export const remoteOf = ({ env }: Asked): string | undefined =>
  (env as Incoming | undefined)?.incoming?.socket?.remoteAddress

/** The caller of a request. */
export const callerOf = (asked: Asked): Caller => callerAt(remoteOf(asked))

/** Whether an error is only that whoever asked went away in the middle of a request: nobody hears the answer, nothing is wrong here. */
export const isBrokenOff = ({ env }: Asked, error: unknown): boolean =>
  (env as Incoming | undefined)?.incoming?.errored === error
