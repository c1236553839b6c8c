/** The sizes of frames between real engines: small at first, larger on a link that proved fast, and so the next time. */
import { expect, test } from 'vitest'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { memoryPair } from '#protocol/transport/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { connect, type Node, openCounty, person, TOWNSHIP, until } from './county.ts'

const clerk = person(TOWNSHIP, ['clerk', 'agent'])
/** A frame is weighed before it is sent and cut when it is more than a quarter too large. */
const TOLERANCE = 1.25

/** Links a township to the county until everything is there; sizes of its frames of entries, in order. */
async function sync(township: Node, root: Node): Promise<number[]> {
  const sizes: number[] = []
  const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
  const ended = township.engine.attach(
    {
      ...up,
      send(frame) {
        if (decodeMessage(frame)?.type === 'entries') sizes.push(frame.length)
        up.send(frame)
      },
    },
    'up',
  )
  void root.engine.attach(down, 'down')
  await until('everything is at the county', async () => (await township.engine.office.status()).entriesOnlyHere === 0)
  up.close('cut by the test')
  await ended
  return sizes
}

/** Writes notes of noise, about so many bytes when compressed. */
async function write(township: Node, bytes: number): Promise<void> {
  const { id } = value(await township.engine.office.openCase(clerk, 'SL0001'))
  for (let written = 0; written < bytes; written += 1_500)
    value(await township.engine.office.act(clerk, id, 'noted', { text: toHex(nodeHost.random(1_500)) }))
}

test('S101 S103 the first frame is small, the following ones grow, and the next link begins with a larger one', async () => {
  const { root, township } = await openCounty()
  const link = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  link.cut()
  await link.ended
  await write(township, 400_000)
  const first = await sync(township, root)
  expect(first[0]).toBeLessThanOrEqual(LIMITS.firstFrameBytes * TOLERANCE)
  expect(first[0]).toBeGreaterThan(LIMITS.firstFrameBytes / 2)
  expect(Math.max(...first)).toBeGreaterThan(4 * LIMITS.firstFrameBytes)
  await write(township, 100_000)
  const [second = 0] = await sync(township, root)
  expect(second).toBeGreaterThan(2 * LIMITS.firstFrameBytes)
  expect(second).toBeLessThanOrEqual(4 * LIMITS.firstFrameBytes * TOLERANCE)
  await Promise.all([root.engine.stop(), township.engine.stop()])
})
