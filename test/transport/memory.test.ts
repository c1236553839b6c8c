/** The in-memory pair keeps the connection contract, under the scheduler it is given. */
import { expect, test } from 'vitest'
import { memoryPair } from '#protocol/transport/memory.ts'
import { connectionContract, watch } from './contract.ts'

connectionContract(
  'memory',
  async () => {
    const [left, right] = memoryPair((deliver) => queueMicrotask(deliver))
    return { left, right }
  },
  async () => undefined,
)

test('T1 in memory nothing arrives before the scheduler says so', () => {
  const waiting: (() => void)[] = []
  const [left, right] = memoryPair((deliver) => waiting.push(deliver))
  const seen = watch(right)
  left.send(new Uint8Array([1]))
  left.close('over')
  expect([seen.frames.length, seen.ends.length]).toEqual([0, 0])
  for (const deliver of waiting) deliver()
  expect([seen.frames.length, seen.ends]).toEqual([1, ['over']])
})
