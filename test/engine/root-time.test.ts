/** The root's time as a parent tells it: believed as far as a date can name it. */
import { expect, test } from 'vitest'
import { COUNTY, openNode, TOWNSHIP, until } from './county.ts'
import { RawNode } from './raw-node.ts'

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
