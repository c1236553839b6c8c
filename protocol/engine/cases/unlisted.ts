/** Cases of which entries are durable that lists and receipts do not show yet: what a link brings is folded behind its commit. */
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { LocalRow, Storage } from '../ports/storage.ts'

/** The note on the disk: the arrival from which on entries may not be listed. Without it everything is. */
export const UNLISTED_NOTE = { space: 'engine', key: 'unlisted' } as const

/** Cases that could not be read, or folded, when an entry of them was kept; it counts when they can be. */
export const UNREAD_CASES_SPACE = 'unread-cases'

/** The cases, those whose entries came first first. */
export interface Unlisted {
  readonly size: number
  has(id: DocumentId): boolean
  /** Whether a case could not be listed, for a fault or damage: noted in {@link UNREAD_CASES_SPACE}. */
  isApart(id: DocumentId): boolean
  ids(): Iterable<DocumentId>
  /** The lowest arrival of an entry that is not listed, once some cases are; undefined when nothing is left. */
  since(listed: (id: DocumentId) => boolean): number | undefined
  /** @param arrival their first entry lies there or behind it; never lower than in the call before */
  add(ids: Iterable<DocumentId>, arrival: number): void
  remove(ids: Iterable<DocumentId>): void
  /** Takes over what a commit says of cases that could not be listed. */
  noted(rows: readonly LocalRow[]): void
}

/** Opens an empty list. */
export function createUnlisted(): Unlisted {
  const arrivals = new Map<DocumentId, number>()
  const apart = new Set<string>()
  return {
    get size() {
      return arrivals.size
    },
    has: (id) => arrivals.has(id),
    isApart: (id) => apart.has(id),
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
    noted(rows) {
      for (const { space, key, value } of rows) {
        if (space !== UNREAD_CASES_SPACE) continue
        if (value === null) apart.delete(key)
        else apart.add(key)
      }
    },
  }
}

/**
 * What an earlier run left: the cases of all packs from the noted arrival on. Some of them may be listed already.
 * @param damaged told of packs that the disk has changed: their cases cannot be named here
 */
export async function loadUnlisted(
  storage: Pick<Storage, 'local' | 'localAll' | 'packsAfter'>,
  damaged: () => void,
): Promise<Unlisted> {
  const unlisted = createUnlisted()
  const apart = await storage.localAll(UNREAD_CASES_SPACE)
  unlisted.noted(apart.map((row) => ({ ...row, space: UNREAD_CASES_SPACE })))
  const text = await storage.local(UNLISTED_NOTE.space, UNLISTED_NOTE.key)
  if (text === undefined) return unlisted
  for (let after = arrivalIn(text) - 1; ; ) {
    const packs = await storage.packsAfter(after, LIMITS.cachedPackBytes)
    const last = packs.at(-1)
    if (!last) return unlisted
    for (const { arrival, bytes } of packs) {
      const cases = casesIn(bytes)
      if (cases) unlisted.add(cases, arrival)
      else damaged()
    }
    after = last.arrival
  }
}

/** The arrival that a note tells; from the first on where the disk has changed it. */
function arrivalIn(text: string): number {
  const arrival = Number(text)
  return Number.isSafeInteger(arrival) && arrival > 0 ? arrival : 1
}

const NO_HASH = new Uint8Array()

/** The cases of a pack; undefined when the disk has changed it. */
const casesIn = (pack: Uint8Array): DocumentId[] | undefined =>
  decodePack(pack)?.flatMap(({ log, record }) => {
    const document = readEntry(log, record, NO_HASH)?.document
    return document !== undefined && isCase(document) ? [document] : []
  })
