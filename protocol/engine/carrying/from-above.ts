/** What came back over a link although it was written here or below: by a copy of this machine, or a former one. */
import { type LogKey, logParts } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { stagedHead } from '../logs/staged-logs.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'
import { isBelow, type PeerHolds } from './peer-holds.ts'

/** By log; on the disk, because a link may end, and the program stop, between the entries and a cut. */
const SPACE = 'from-above'

/** The first and the last seq of entries that came together. */
export type SeqRange = readonly [first: number, last: number]

/** Notes with a group what a link brings of a log beyond what is held: of this node's own from any side, of nodes below from the parent. */
export async function noteFromAbove(
  staging: Staging,
  log: LogKey,
  height: number,
  { fromParent }: { readonly fromParent: boolean },
): Promise<void> {
  const { core } = staging
  const held = stagedHead(staging.logs, log).height
  const { node } = logParts(log)
  const isReturning = core.logs.isOwn(log) || (fromParent && isBelow(core, node, core.identity.node))
  if (height <= held || !isReturning) return
  const noted = ((await getLocal(staging, SPACE, log)) ?? []) as readonly SeqRange[]
  setLocal(staging, SPACE, log, withMore(noted, held, height))
}

/** Notes with a group that a log is cut: what comes in the place of what is taken off may come from below. */
export async function noteCutFromAbove(staging: Staging, log: LogKey, height: number): Promise<void> {
  const noted = (await getLocal(staging, SPACE, log)) as readonly SeqRange[] | undefined
  if (noted?.some(([, last]) => last > height)) setLocal(staging, SPACE, log, upTo(noted, height))
}

/** The stretches with what has come behind a height. */
export function withMore(noted: readonly SeqRange[], held: number, height: number): SeqRange[] {
  const last = noted.at(-1)
  return last?.[1] === held ? [...noted.slice(0, -1), [last[0], height]] : [...noted, [held + 1, height]]
}

/** The stretches as far as a cut leaves them. */
export const upTo = (noted: readonly SeqRange[], height: number): SeqRange[] =>
  noted.flatMap(([first, last]): SeqRange[] => (first <= height ? [[first, Math.min(last, height)]] : []))

/** Tells of entries of this node and those below whether they came back. */
export async function cameFromAbove({ storage }: Core): Promise<PeerHolds> {
  const rows = await storage.localAll(SPACE)
  const stretches = new Map(rows.map(({ key, value }) => [key, JSON.parse(value) as readonly SeqRange[]]))
  return (log, seq) => stretches.get(log)?.some(([first, last]) => first <= seq && seq <= last) ?? false
}
