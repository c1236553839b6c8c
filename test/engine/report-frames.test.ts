/** What a node heard of those below it moves with the time that it is told. */
import { expect, test } from 'vitest'
import type { Core } from '#protocol/engine/core.ts'
import { type NodeStatus, unheardNode } from '#protocol/engine/office.ts'
import { shiftReports } from '#protocol/engine/writing/report-frames.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

const DAY = 86_400_000
const NODE = '00'.repeat(16) as NodeId

test('S162 ages and offsets of nodes below stay what they are when the root’s time turns out to be another', () => {
  const status: NodeStatus = { ...unheardNode(NODE), lastContact: 30 * DAY, clockOffset: 20 * DAY }
  const below = new Map([[NODE, status]])
  const core = { neighbours: { below } } as unknown as Core
  // Less is what lines and trimmed clocks differ by.
  shiftReports(core, LIMITS.clockFallMilliseconds - 1)
  expect(below.get(NODE)).toEqual(status)
  shiftReports(core, -20 * DAY)
  expect(below.get(NODE)).toMatchObject({ lastContact: 10 * DAY, clockOffset: 0 })
  shiftReports(core, -20 * DAY)
  expect(below.get(NODE)).toMatchObject({ lastContact: 0, clockOffset: -20 * DAY })
  below.set(NODE, unheardNode(NODE))
  shiftReports(core, -20 * DAY)
  expect(below.get(NODE)).toEqual(unheardNode(NODE))
})
