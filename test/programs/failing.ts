/** A program with a bug, for the test that says how it ends. */
import { createLog } from '#edge-node/log.ts'
import type { RunningNode } from '#edge-node/node.ts'
import { runNode } from '#edge-node/program.ts'
import { success } from '#protocol/result.ts'

const node = { address: 'nowhere', stop: async () => undefined } as unknown as RunningNode
await runNode(createLog('info'), async () => success(node))
setTimeout(() => {
  throw new Error('a bug somewhere')
}, 10)
setInterval(() => undefined, 1_000) // would run for ever
