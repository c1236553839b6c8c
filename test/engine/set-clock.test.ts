/** The clock of a machine is put right, or wrong: links live by a clock that nobody sets. */
import { expect, test } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { Connection, LinkEnd } from '#protocol/engine/ports/identity.ts'
import { LIMITS } from '#protocol/limits.ts'
import { memoryPair } from '#protocol/transport/memory.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { FRIDAY, hurriedHost, morningOf } from '#test/clock/host.ts'
import { COUNTY, type Node, nodeRecord, openNode, publish, STATIONS, TOWNSHIP, until } from './county.ts'

const TWO_YEARS = 2 * 365 * 86_400_000
/** So many signs of life take longer than any silence that a link bears. */
const BEATS = Math.ceil(LIMITS.silenceMilliseconds / LIMITS.heartbeatMilliseconds) + 2

/** A machine whose clock is set by a test; what passes on it passes all the same. */
function openMachine() {
  const hurried = hurriedHost(morningOf(FRIDAY), 40)
  let shift = 0
  const host: Host = { ...hurried, now: () => hurried.now() + shift }
  const set = (by: number) => {
    shift = by
  }
  return { host, set }
}

async function openPlace() {
  const [above, below] = [openMachine(), openMachine()]
  const root = await openNode({ station: COUNTY, lease: 1, host: above.host })
  const township = await openNode({ station: TOWNSHIP, lease: 2, host: below.host, parent: root })
  await publish(root, [...STATIONS, nodeRecord(root, null), nodeRecord(township, root.identity.node)])
  return { root, township, above, below }
}

/** Links a child to its parent and counts the signs of life of both. */
function connectCounting(child: Node, parent: Node) {
  const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
  const beats = { up: 0, down: 0 }
  const counting = (connection: Connection, side: 'up' | 'down'): Connection => ({
    ...connection,
    send(frame) {
      if (decodeMessage(frame)?.type === 'beat') beats[side] += 1
      connection.send(frame)
    },
  })
  let end: LinkEnd | undefined
  const ended = child.engine.attach(counting(up, 'up'), 'up').then((how) => {
    end = how
    return how
  })
  void parent.engine.attach(counting(down, 'down'), 'down')
  /** Waits until both have given so many signs of life, or the link has ended. */
  const lives = async (count: number) => {
    const before = { ...beats }
    const isLong = () => beats.up >= before.up + count && beats.down >= before.down + count
    await until('both give signs of life', () => end !== undefined || isLong())
    return end === undefined
  }
  return { ended, lives, cut: () => up.close('cut by the test') }
}

test.each([TWO_YEARS, -TWO_YEARS])(
  'S19 who sets a clock ends no link, and how long it lived is true (%i ms below)',
  async (by) => {
    const { root, township, above, below } = await openPlace()
    const began = below.host.elapsed()
    const link = connectCounting(township, root)
    await until('township has its station', () => township.engine.office.stations.length === 1)
    const live = below.host.elapsed()
    await link.lives(1) // nothing else is left to be said
    below.set(by)
    above.set(-by)
    expect(await link.lives(BEATS)).toBe(true)
    const cut = below.host.elapsed()
    link.cut()
    const { reason, liveMilliseconds } = await link.ended
    expect(reason).toBe('closed')
    expect(liveMilliseconds).toBeGreaterThanOrEqual(cut - live)
    expect(liveMilliseconds).toBeLessThanOrEqual(below.host.elapsed() - began)
  },
)

test.each([TWO_YEARS, -TWO_YEARS])(
  'S19 nor does it end a handshake, or keep one that is never answered (%i ms)',
  async (by) => {
    const { township, below } = await openPlace()
    const [mine] = memoryPair((deliver) => queueMicrotask(deliver))
    const began = below.host.elapsed()
    const ended = township.engine.attach(mine, 'up')
    below.set(by)
    expect(await ended).toMatchObject({ reason: 'silent', liveMilliseconds: 0 })
    expect(below.host.elapsed() - began).toBeGreaterThan(LIMITS.handshakeMilliseconds)
  },
)
