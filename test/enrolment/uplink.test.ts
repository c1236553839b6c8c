/** The uplink's pauses as a person and a sleeping computer meet them; time is virtual, the address is one where nobody listens. */

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startUplink, type Uplink } from '#edge-node/uplink.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fixedParent } from './fixed-parent.ts'

const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })
const node = `ffffffff${'0'.repeat(24)}` as NodeId

let uplink: Uplink | undefined

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** An uplink whose clock stands until it is moved, and which keeps what it waits for. */
async function start() {
  const address = `http://127.0.0.1:${await closedPort()}`
  const waits: { milliseconds: number; done: () => void; cancelled: boolean }[] = []
  const calls: string[] = []
  const pauses: number[] = []
  const state = { now: 1_000_000_000, elapsed: 0, set: 0 }
  const debug = (about: object) => {
    if ('milliseconds' in about) pauses.push(about.milliseconds as number)
  }
  const { parent, following } = fixedParent(address)
  const addresses = () => {
    calls.push(address)
    state.now += state.set
    state.set = -state.set
    return [address]
  }
  uplink = startUplink({
    links: { attach: () => Promise.reject(new Error('nobody answers')) },
    node,
    parent: { ...parent, addresses },
    following,
    log: { debug, info() {}, warn() {}, error() {} },
    now: () => state.now,
    elapsed: () => state.elapsed,
    chance: () => 0.999999,
    after(milliseconds, done) {
      const wait = { milliseconds, done, cancelled: false }
      waits.push(wait)
      return () => {
        wait.cancelled = true
      }
    },
  })
  onTestFinished(uplink.stop)
  await until(() => expect(waits).toHaveLength(1))
  /** Lets the present piece of the pause pass, the wall clock going on by more than that where told: the machine slept, or somebody set it. */
  const pass = async (jump = 0) => {
    const count = waits.length
    const wait = waits.at(-1)
    state.now += (wait?.milliseconds ?? 0) + jump
    state.elapsed += wait?.milliseconds ?? 0
    wait?.done()
    await until(() => expect(waits.length).toBeGreaterThan(count))
  }
  return { waits, calls, pauses, state, pass }
}

/** Goes on until the pauses are long. */
async function untilLong({ pauses, pass }: Awaited<ReturnType<typeof start>>): Promise<void> {
  while ((pauses.at(-1) ?? 0) < 6 * LIMITS.wakeCheckMilliseconds) await pass()
}

test('E15 S19 a wall clock that is set, far back or far on, changes no pause', async () => {
  const even = await start()
  const set = await start()
  set.state.set = 10_000_000_000 // with each call, on and back again in turn
  for (let turn = 0; turn < 8; turn++) for (const one of [even, set]) await one.pass()
  expect(set.pauses).toEqual(even.pauses)
  expect(new Set(even.pauses).size).toBeGreaterThan(2)
})

test('E26 a person ends the pause: the parent is called at once', async () => {
  const given = await start()
  await untilLong(given)
  const called = given.calls.length
  uplink?.callNow()
  await until(() => expect(given.calls.length).toBe(called + 1))
  expect(given.waits.some(({ cancelled }) => cancelled)).toBe(true)
})

test('E26 a computer that wakes up calls at once; one whose clock goes on evenly waits the whole pause', async () => {
  const given = await start()
  await untilLong(given)
  const called = given.calls.length
  await given.pass() // one piece of the pause: more of them follow
  expect(given.calls.length).toBe(called)
  await given.pass(LIMITS.sleepMilliseconds + 1)
  expect(given.calls.length).toBe(called + 1)
})

test('E16 a stopped uplink calls no more', async () => {
  const given = await start()
  uplink?.stop()
  await uplink?.running
  expect(given.waits.at(-1)?.cancelled).toBe(true)
})
