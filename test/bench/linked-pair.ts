/** Two node processes and one link between them: what several scenarios measure in different situations. */
import { join } from 'node:path'
import type { SavedNode } from './databases.ts'
import type { AwaitedHeight, LinkBytes } from './linked-node.ts'
import type { LastCase } from './make.ts'
import { type Bench, freshCopy, processorTimes, withWorkers } from './scenario.ts'

export interface LinkedPair {
  readonly parent: SavedNode
  readonly child: SavedNode
  /** The child connects until it knows this height of its log at the parent. */
  readonly acknowledged?: AwaitedHeight
  /** A case that must be found in the list of one side, as it is after its last fact. */
  readonly foundAt?: { readonly side: 'parent' | 'child'; readonly lastCase: LastCase }
  /** Until the child's report has reached the parent: the last thing that is said on a link where nothing happens. */
  readonly reported?: boolean
  /** Works on the databases themselves: what this link brings stays there. */
  readonly inPlace?: boolean
  /** Keeps the parent's database at this path afterwards. */
  readonly keepParent?: string
}

export interface LinkTimes {
  /** From the child's call to the last of what was awaited. */
  readonly milliseconds: number
  /** From the child's call to what the link itself was to say: the last acknowledgement, or that it is live. */
  readonly stored: number
  readonly bytes: LinkBytes
  /** Processor milliseconds of parent and child. */
  readonly processor: readonly [number, number]
}

/** Runs one link between fresh copies of both databases until everything awaited has happened. */
export function runPair(bench: Bench, pair: LinkedPair, repeat: number | string): Promise<LinkTimes> {
  const folder = join(bench.folder, `pair-${repeat}`.replaceAll('/', '-'))
  return withWorkers(bench, ['node-parent', 'node-child'], async (parent, child) => {
    const copyOf = (file: string, name: string) => (pair.inPlace ? file : freshCopy(file, folder, name))
    const parentFile = await copyOf(pair.parent.file, 'parent.db')
    await parent.ask('open', { saved: pair.parent, file: parentFile })
    await child.ask('open', { saved: pair.child, file: await copyOf(pair.child.file, 'child.db') })
    const port = await parent.ask<number>('listen')
    const finder = pair.foundAt?.side === 'parent' ? parent : child
    if (pair.foundAt) await finder.ask('watchFor', pair.foundAt.lastCase)
    let milliseconds = 0
    let stored = 0
    const processor = await processorTimes([parent, child], async () => {
      const awaited = pair.acknowledged ?? 'live'
      const link = await child.ask<{ started: number; reached: number }>('connect', { port, awaited })
      const found = pair.foundAt ? await finder.ask<number>('found') : 0
      const reported = pair.reported ? await parent.ask<number>('reported') : 0
      milliseconds = Math.max(link.reached, found, reported) - link.started
      stored = link.reached - link.started
    })
    const bytes = await parent.ask<LinkBytes>('bytes')
    if (pair.inPlace || pair.keepParent) await parent.ask('close')
    if (pair.keepParent) await freshCopy(parentFile, bench.folder, pair.keepParent)
    return { milliseconds, stored, bytes, processor }
  })
}
