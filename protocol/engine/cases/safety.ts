/** How far entries and cases have travelled: on this computer, at the parent, at the county. */
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Logs } from '../logs/logs.ts'
import type { Safety } from '../office.ts'
import type { Storage } from '../ports/storage.ts'

/** Cases looked at one by one for an exact count; beyond it the count is that of all candidates. */
const EXACT_COUNT = 1_000

type Step = 'parentHeight' | 'rootHeight'

interface Held {
  readonly logs: Pick<Logs, 'heads'>
  readonly storage: Storage
}

/** Entries held here that have not reached a step. */
export function entriesAbove({ logs }: Held, step: Step): number {
  let sum = 0
  for (const head of logs.heads.values()) sum += Math.max(0, head.height - head[step])
  return sum
}

/** Cases with at least one entry that has not reached a step. Exact up to 1,000, then never too low. */
export async function casesAbove({ logs, storage }: Held, step: Step): Promise<number> {
  const behind = [...logs.heads.values()].filter((head) => head.height > head[step])
  if (behind.length === 0) return 0
  const arrivals = await Promise.all(behind.map((head) => storage.arrivalAbove(head.key, head[step])))
  const first = Math.min(...arrivals.filter((arrival) => arrival !== undefined))
  if (!Number.isFinite(first)) return 0
  const { ids, count } = await storage.casesSince(first, EXACT_COUNT)
  if (count > EXACT_COUNT) return count
  const places = await storage.placesOf(ids)
  return ids.filter((id) => (places.get(id) ?? []).some(({ log, seq }) => seq > (logs.heads.get(log)?.[step] ?? 0)))
    .length
}

/** How far each case has travelled: its weakest entry counts. */
export async function safetyOf({ logs, storage }: Held, ids: readonly DocumentId[]): Promise<Map<DocumentId, Safety>> {
  const places = await storage.placesOf(ids)
  return new Map(ids.map((id) => [id, weakest(logs.heads, places.get(id) ?? [])]))
}

/** How far a case has travelled, from the highest seq of each log that has entries of it. */
export const safetyOfReach = (heads: ReadonlyMap<LogKey, LogHead>, reach: ReadonlyMap<LogKey, number>): Safety =>
  weakest(
    heads,
    [...reach].map(([log, seq]) => ({ log, seq })),
  )

function weakest(
  heads: ReadonlyMap<LogKey, LogHead>,
  places: readonly { readonly log: LogKey; readonly seq: number }[],
): Safety {
  let safety: Safety = 'root'
  for (const { log, seq } of places) {
    const head = heads.get(log)
    if (!head || seq > head.parentHeight) return 'here'
    if (seq > head.rootHeight) safety = 'parent'
  }
  return safety
}
