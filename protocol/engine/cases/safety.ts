/** How far entries and cases have travelled: on this computer, at the parent, at the county. */
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Elsewhere } from '../logs/elsewhere.ts'
import type { Logs } from '../logs/logs.ts'
import { SAFETIES, type Safety } from '../office.ts'
import type { Storage } from '../ports/storage.ts'
import { UNREAD_CASES_SPACE, type Unlisted } from './unlisted.ts'

/** Cases looked at one by one for an exact count; beyond it the count is that of all candidates. */
const EXACT_COUNT = 1_000

/** How far entries can have come: at the parent, at the root, and at the root also on another node. */
type Step = 'parentHeight' | 'rootHeight' | 'elsewhere'

interface Held {
  readonly logs: Pick<Logs, 'heads'>
  readonly elsewhere: Elsewhere | null
  readonly unlisted: Pick<Unlisted, 'ids'>
  readonly storage: Storage
}

/** How much of a log has come that far. */
const reached = ({ elsewhere }: Pick<Held, 'elsewhere'>, head: LogHead, step: Step): number =>
  step === 'elsewhere' ? Math.min(head.height, elsewhere?.heightOf(head.key) ?? head.height) : head[step]

/** Entries held here that have not reached a step; `of`: of which logs. */
export function entriesAbove(
  held: Pick<Held, 'logs' | 'elsewhere'>,
  step: Step,
  of: (log: LogKey) => boolean = () => true,
): number {
  let sum = 0
  for (const head of held.logs.heads.values())
    if (of(head.key)) sum += Math.max(0, head.height - reached(held, head, step))
  return sum
}

/** Cases with at least one entry that has not reached a step. Exact up to 1,000, then never too low, nor more than there are such entries. */
export async function casesAbove(held: Held, step: Step): Promise<number> {
  const { logs, storage } = held
  const heights = new Map([...logs.heads.values()].map((head) => [head.key, reached(held, head, step)]))
  const behind = [...logs.heads.values()].filter(({ key, height }) => height > (heights.get(key) ?? 0))
  if (behind.length === 0) return 0
  const arrivals = await Promise.all(behind.map(({ key }) => storage.arrivalAbove(key, heights.get(key) ?? 0)))
  const first = Math.min(...arrivals.filter((arrival) => arrival !== undefined))
  if (!Number.isFinite(first)) return 0
  // Before the lists are read: what is listed meanwhile is found there.
  const unlisted = [...held.unlisted.ids(), ...(await unreadCases(storage))]
  const listed = await storage.casesSince(first, EXACT_COUNT)
  const most = listed.count + unlisted.length
  if (most > EXACT_COUNT) return Math.min(most, entriesAbove(held, step))
  const ids = [...new Set([...listed.ids, ...unlisted])]
  const places = await storage.placesOf(ids)
  return ids.filter((id) => (places.get(id) ?? []).some(({ log, seq }) => seq > (heights.get(log) ?? 0))).length
}

const unreadCases = async (storage: Storage): Promise<DocumentId[]> =>
  (await storage.localAll(UNREAD_CASES_SPACE)).map(({ key }) => key as DocumentId)

/** How far each case has travelled: its weakest entry counts. */
export async function safetyOf(held: Held, ids: readonly DocumentId[]): Promise<Map<DocumentId, Safety>> {
  const places = await held.storage.placesOf(ids)
  return new Map(ids.map((id) => [id, weakest(held, places.get(id) ?? [])]))
}

/** How far a case has travelled, from the highest seq of each log that has entries of it. */
export const safetyOfReach = (held: Pick<Held, 'logs' | 'elsewhere'>, reach: ReadonlyMap<LogKey, number>): Safety =>
  weakest(
    held,
    [...reach].map(([log, seq]) => ({ log, seq })),
  )

function weakest(
  { logs, elsewhere }: Pick<Held, 'logs' | 'elsewhere'>,
  places: readonly { readonly log: LogKey; readonly seq: number }[],
): Safety {
  let least = SAFETIES.length - 1
  for (const { log, seq } of places) {
    const head = logs.heads.get(log)
    if (!head || seq > head.parentHeight) return 'here'
    const safety = seq > head.rootHeight ? 'parent' : elsewhere && seq > elsewhere.heightOf(log) ? 'alone' : 'root'
    least = Math.min(least, SAFETIES.indexOf(safety))
  }
  return SAFETIES[least] ?? 'here'
}
