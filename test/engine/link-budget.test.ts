/** What all links take up together. */
import { expect, test } from 'vitest'
import { createLinkBudget } from '#protocol/engine/links/link-budget.ts'
import { LIMITS } from '#protocol/limits.ts'

test('S20 a link from below is served while there are fewer than the limit and the queue holds few enough bytes', async () => {
  const budget = createLinkBudget()
  expect([LIMITS.links - 1, LIMITS.links].map((links) => budget.admits(links))).toEqual([true, false])
  const within = await budget.during(LIMITS.admissionQueueBytes, async () => {
    const full = budget.admits(0)
    return [full, await budget.during(1, async () => budget.admits(0)), budget.admits(0)]
  })
  expect(within).toEqual([true, false, true])
})

test('S20 bytes stop waiting when their work fails', async () => {
  const budget = createLinkBudget()
  const failing = budget.during(LIMITS.admissionQueueBytes + 1, async () => {
    throw new Error('the disk refuses')
  })
  expect(budget.admits(0)).toBe(false)
  await expect(failing).rejects.toThrow('refuses')
  expect(budget.admits(0)).toBe(true)
})
