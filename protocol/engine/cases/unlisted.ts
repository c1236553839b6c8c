/** Cases of which entries are durable that lists and receipts do not show yet: what a link brings is folded behind its commit. */
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { Storage } from '../ports/storage.ts'

/** The note on the disk: the arrival from which on entries may not be listed. Without it everything is. */
export const UNLISTED_NOTE = { space: 'engine', key: 'unlisted' } as const

/** Cases that could not be read, or folded, when an entry of them was kept; it counts when they can be. */
export const UNREAD_CASES_SPACE = 'unread-cases'

/** The cases, those whose entries came first first. */
export interface Unlisted {
  readonly size: number
  has(id: DocumentId): boolean
  ids(): Iterable<DocumentId>
  /** The lowest arrival of an entry that is not listed, once some cases are; undefined when nothing is left. */
  since(listed: (id: DocumentId) => boolean): number | undefined
  /** @param arrival their first entry lies there or behind it; never lower than in the call before */
  add(ids: Iterable<DocumentId>, arrival: number): void
  remove(ids: Iterable<DocumentId>): void
}

/** Opens an empty list. */
export function createUnlisted(): Unlisted {
  const arrivals = new Map<DocumentId, number>()
  return {
    get size() {
      return arrivals.size
    },
    has: (id) => arrivals.has(id),
    ids: () => arrivals.keys(),
    since(listed) {
      for (const [id, arrival] of arrivals) if (!listed(id)) return arrival
      return undefined
    },
    add(ids, arrival) {
      for (const id of ids) if (!arrivals.has(id)) arrivals.set(id, arrival)
    },
    remove(ids) {
      for (const id of ids) arrivals.delete(id)
    },
  }
}

/** What an earlier run left: the cases of all packs from the noted arrival on. Some of them may be listed already. */
export async function loadUnlisted(storage: Pick<Storage, 'local' | 'packsAfter'>): Promise<Unlisted> {
  const unlisted = createUnlisted()
  const text = await storage.local(UNLISTED_NOTE.space, UNLISTED_NOTE.key)
  if (text === undefined) return unlisted
  for (let after = Number(text) - 1; ; ) {
    const packs = await storage.packsAfter(after, LIMITS.cachedPackBytes)
    const last = packs.at(-1)
    if (!last) return unlisted
    for (const { arrival, bytes } of packs) unlisted.add(casesIn(bytes), arrival)
    after = last.arrival
  }
}

const NO_HASH = new Uint8Array()

/** The cases of a pack; one that the disk has changed tells none, and is told as damaged by whoever reads its entries. */
const casesIn = (pack: Uint8Array): DocumentId[] =>
  (decodePack(pack) ?? []).flatMap(({ log, record }) => {
    const document = readEntry(log, record, NO_HASH)?.document
    return document !== undefined && isCase(document) ? [document] : []
  })
