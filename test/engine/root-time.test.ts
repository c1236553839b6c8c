/** The root's time as a parent tells it: believed as far as a date can name it. */
import { expect, test } from 'vitest'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { openClock } from './clock-host.ts'
import { COUNTY, openNode, TOWNSHIP, until } from './county.ts'
import { RawNode } from './raw-node.ts'
import { copyOf } from './restoring.ts'

test('S66 a time of the root that no date can name is passed over, and the link goes on', async () => {
  const raw = new RawNode(COUNTY)
  const parent = {
    station: COUNTY,
    identity: { node: raw.node, keys: raw.keys, root: { node: raw.node, publicKey: raw.keys.publicKey } },
  }
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: parent as never, root: parent as never })
  const offset = async () => (await township.engine.office.status()).clockOffset
  await raw.link(township, 'up')
  raw.send({ type: 'beat', rootTime: 1_790_000_000_000 })
  await until('a time is learnt', async () => (await offset()) !== null)
  const before = await offset()
  for (const rootTime of [Number.MAX_SAFE_INTEGER, -1, 253_402_300_800_000]) raw.send({ type: 'beat', rootTime })
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(await offset()).toBe(before)
  expect(raw.ended).toBe(false)
  // The next one that a date names is heard behind them.
  raw.send({ type: 'beat', rootTime: 1_800_000_000_000 })
  await until('a later time is learnt', async () => ((await offset()) ?? 0) > (before ?? 0) + 1_000_000_000)
  await township.engine.stop()
})

test('S150 on a link that lives for long the last contact is kept now and then: a machine that loses power knows it', async () => {
  const raw = new RawNode(COUNTY)
  const identity = { node: raw.node, keys: raw.keys, root: { node: raw.node, publicKey: raw.keys.publicKey } }
  const parent = { station: COUNTY, identity } as never
  const clock = openClock('2026-11-20T09:00+08:00')
  const storage = new MemoryStorage()
  const options = { station: TOWNSHIP, lease: 2, parent, root: parent, host: clock.host, incarnation: 2 }
  const township = await openNode({ ...options, storage })
  await raw.link(township, 'up')
  clock.jumpTo('2026-11-20T15:00+08:00')
  raw.send({ type: 'beat', rootTime: Date.parse('2026-11-20T15:00+08:00') })
  const contactOn = async (disk: MemoryStorage) => {
    const { keys } = township.identity
    const again = await openNode({ ...options, keys, storage: disk })
    const { parent } = await again.engine.office.status()
    await again.engine.stop()
    return parent?.lastContact ?? 0
  }
  const since = Date.parse('2026-11-20T15:00+08:00')
  await until('it is on the disk', async () => (await contactOn(copyOf(storage))) >= since)
  await township.engine.stop()
})
