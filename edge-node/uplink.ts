/** The uplink: keeps one link to the parent for as long as the program runs. */
import type { Log } from '#edge-node/log.ts'
import type { Parent } from '#edge-node/parent.ts'
import type { Following } from '#edge-node/parent-following.ts'
import { afterEnd, beginAnew, nextPause, type Waiting } from '#edge-node/reconnect.ts'
import type { Connection, LinkEnd, Links } from '#protocol/engine/ports/identity.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { CertificateChanged, pinnedAgent } from '#protocol/transport/pinned.ts'
import { openWebSocket } from '#protocol/transport/web-socket.ts'

export interface UplinkOptions {
  readonly links: Links
  readonly node: NodeId
  readonly parent: Parent
  readonly following: Following
  readonly log: Log
  /** Milliseconds since 1970 on this machine's clock, which goes on while the machine sleeps: for nothing else. */
  now(): number
  /** Milliseconds on a clock that nobody sets: how long the parent has been gone. */
  elapsed(): number
  /** At least 0 and below 1. */
  chance(): number
  after(milliseconds: number, callback: () => void): () => void
}

export interface Uplink {
  /** Ends the pause before the next call, if there is one: a person wants the link now. */
  callNow(): void
  /** Calls no more; a link that is open ends with the engine. */
  stop(): void
  /** Rejects when the program has a bug; never resolves before {@link stop}. */
  readonly running: Promise<void>
}

const NEVER_OPENED = { liveMilliseconds: 0, retryAfterSeconds: null, retry: true } as const

/** Starts calling the parent. */
export function startUplink(options: UplinkOptions): Uplink {
  const { log, following } = options
  const stopping = new AbortController()
  let skip = () => {}
  let elsewhere = false
  following.watch(() => {
    elsewhere = true
    skip()
  })

  const run = async () => {
    let waiting: Waiting = { for: 'slot', node: options.node }
    while (!stopping.signal.aborted) {
      const milliseconds = nextPause(waiting, options.chance())
      log.debug({ milliseconds, waiting: waiting.for }, 'next call to the parent')
      const skipping = new AbortController()
      skip = () => skipping.abort()
      await pause(options, milliseconds, AbortSignal.any([stopping.signal, skipping.signal]))
      if (stopping.signal.aborted) return
      following.beforeCalling()
      const end = await linkOnce(options, stopping.signal)
      if (stopping.signal.aborted) return
      log.info(end, 'link to the parent ended')
      // The back-off was the former parent's.
      waiting = elsewhere ? beginAnew(options.elapsed()) : afterEnd(waiting, end, options.elapsed())
      elsewhere = false
      if (end.reason === 'unknown-node') await following.unknown()
      if (end.liveMilliseconds > 0) following.reached()
      else await following.unreached()
    }
  }
  return { callNow: () => skip(), stop: () => stopping.abort(), running: run() }
}

/** One link from call to end. A machine that cannot be reached is an end like any other; an engine that throws is not. */
async function linkOnce(options: UplinkOptions, stopping: AbortSignal): Promise<LinkEnd> {
  const called = await callParent(options, stopping)
  if ('reason' in called) return called
  if (stopping.aborted) {
    called.close('stopping')
    return { ...NEVER_OPENED, reason: 'stopping' }
  }
  options.log.info({ address: options.parent.current().address }, 'connected to the parent')
  return options.links.attach(called, 'up')
}

/** The connection, or why there is none: the addresses are tried in turn, the last good one first. */
async function callParent(options: UplinkOptions, stopping: AbortSignal): Promise<Connection | LinkEnd> {
  let end: LinkEnd = { ...NEVER_OPENED, reason: 'unreachable' }
  for (const address of options.parent.addresses()) {
    const called = await callAt(options, address)
    if (!('reason' in called)) return called
    options.log.debug({ address, reason: called.reason }, 'the parent is not reached there')
    end = called
    if (stopping.aborted) break
  }
  return end
}

/** Calls the parent at one address. Nothing but the question who it is goes to anybody who has not proved the pinned key. */
async function callAt({ parent, log }: UplinkOptions, address: string): Promise<Connection | LinkEnd> {
  const known = await parent.at(address)
  if (!known.ok) {
    const { code, message } = known.problem
    if (code === 'parent-not-genuine')
      log.warn({ address, message }, 'another machine answers at an address of the parent')
    return { ...NEVER_OPENED, reason: code === 'parent-unreachable' ? `unreachable: ${message}` : code }
  }
  const { certificate } = known.value
  const link = new URL('/link', address)
  link.protocol = link.protocol === 'https:' ? 'wss:' : 'ws:'
  try {
    const connection = await openWebSocket(link.href, link.protocol === 'wss:' ? pinnedAgent(certificate) : undefined)
    const kept = parent.reached(known.value)
    if (!kept.ok) log.warn({ ...kept.problem }, 'the address of the parent is not kept')
    return connection
  } catch (error) {
    if (!(error instanceof CertificateChanged))
      return { ...NEVER_OPENED, reason: `unreachable: ${(error as Error).message}` }
    return renewed(parent, log, address)
  }
}

/** Another certificate than the proved one: it counts when the machine proves the pinned key over it. */
async function renewed(parent: Parent, log: Log, address: string): Promise<LinkEnd> {
  parent.certificateChanged(address)
  const proved = await parent.at(address)
  if (proved.ok) parent.reached(proved.value)
  log.warn({ address, renewed: proved.ok }, 'the parent shows another certificate')
  return { ...NEVER_OPENED, reason: proved.ok ? 'certificate-renewed' : 'parent-not-genuine' }
}

/** Waits; less when it is told to end, or when the computer wakes up, because timers stand still while it sleeps. */
async function pause({ after, now }: UplinkOptions, milliseconds: number, ending: AbortSignal): Promise<void> {
  for (let left = milliseconds; left > 0 && !ending.aborted; left -= LIMITS.wakeCheckMilliseconds) {
    const began = now()
    const piece = Math.min(left, LIMITS.wakeCheckMilliseconds)
    await new Promise<void>((resolve) => {
      const cancel = after(piece, resolve)
      const end = () => {
        cancel()
        resolve()
      }
      ending.addEventListener('abort', end, { once: true })
    })
    if (now() - began > piece + LIMITS.sleepMilliseconds) return
  }
}
