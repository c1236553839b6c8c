/** A county and a township whose clock is off: they met once, and there is no line any more. */
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { DirectoryRecord } from '#protocol/casework/directory.ts'
import { createClock } from '#protocol/engine/clock.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { hostWith, MONDAY, morningOf } from '#test/clock/host.ts'
import { openClock } from './clock-host.ts'
import { COUNTY, callUntil, type Node, nodeRecord, openNode, publish, STATIONS, TOWNSHIP, until } from './county.ts'

export const DAY = 24 * 60 * 60_000
/** When the county of these tests is met. */
export const MET = morningOf(MONDAY)
export const countyHost = (): Host => openClock(new Date(MET).toISOString()).host

/** A machine whose clock is as far ahead of the county's as a test says. */
export function openMachine() {
  const county = countyHost()
  let ahead = 0
  // What passes is what passes at the county: a clock that is set is seen to be set.
  const host: Host = { ...hostWith(() => county.now() + ahead), elapsed: () => county.now(), after: county.after }
  const set = (by: number) => {
    ahead = by
  }
  return { host, set }
}

/** Has them meet while the township's clock is so far ahead; `more`: what the county publishes besides. */
export async function parted(
  ahead: number,
  more: (root: Node) => Promise<readonly DirectoryRecord[]> = async () => [],
) {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, host: countyHost() })
  machine.set(ahead)
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, storage, host: machine.host })
  await publish(root, [...STATIONS, nodeRecord(root, null), nodeRecord(township, root.identity.node)])
  await publish(root, [...(await more(root)), ...SAMPLE_ITEMS])
  const isKnown = async () =>
    township.engine.office.directory.items().length === SAMPLE_ITEMS.length &&
    (await township.engine.office.status()).clockOffset !== null
  const link = await callUntil(township, root, 'the township knows the catalogue and the time', isKnown)
  await until('its people are there', () => township.engine.office.stations.length === 1)
  link.cut()
  await link.ended
  await township.engine.stop()
  const { keys } = township.identity
  const at = { station: TOWNSHIP, lease: 2, keys, parent: root, root } as const
  /** The township again, without a line; `disk`: as another one has it. */
  const start = (incarnation = 2, disk = storage, host: Host = machine.host) =>
    openNode({ ...at, storage: disk, host, incarnation })
  return { machine, start, root, storage, keys }
}

/** A clock so far ahead of the county's, told the time at MET; `passes` is seen by the program, `moves` is not. */
export function toldClock(ahead: number) {
  let [shown, elapsed] = [MET + ahead, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
  clock.heardRoot(MET)
  const told = {
    clock,
    moves(by: number) {
      shown += by
      // Somebody looks: what comes next is a stretch of its own.
      clock.time()
      return told
    },
    passes(by: number) {
      elapsed += by
      return told.moves(by)
    },
  }
  return told
}
