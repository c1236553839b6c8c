/** Which case rows a change of the directory makes stale: the smallest set that is certain to hold them. */
import type { DirectoryRecord, Letter, NodeRecord, Station } from '#protocol/casework/directory.ts'
import type { Directory } from '../directory/directory.ts'

/** Cases to be judged anew. */
export interface RefoldScope {
  /** Codes of items; null for all. */
  readonly items: readonly string[] | null
  /** Ended cases too: what they rest on has changed, not only how time is counted. */
  readonly ended: boolean
}

const differs = (left: unknown, right: unknown): boolean => JSON.stringify(left) !== JSON.stringify(right)

/** What a record changes for cases that were judged before it came; undefined when nothing. */
export function scopeOf(record: DirectoryRecord, directory: Directory): RefoldScope | undefined {
  switch (record.type) {
    case 'station':
      return scopeOfPlace(record, directory.station(record.id), ({ tier, parent, formerParents }: Station) => [
        tier,
        parent,
        formerParents,
      ])
    case 'node':
      return scopeOfPlace(
        record,
        directory.node(record.id),
        ({ stations, formerStations, lease, revoked }: NodeRecord) => [
          stations,
          formerStations, // what others carry of a station that it had comes back (R67)
          lease,
          revoked?.held,
          revoked?.carried,
        ],
      )
    case 'letter':
      return scopeOfLetter(record, directory)
    // An ended case says for good whether its day was exceeded, and a hand-over that waits has its own last day.
    case 'item':
      return { items: [record.id], ended: true }
    case 'calendar':
    case 'rules':
      return { items: null, ended: true }
    default:
      return undefined
  }
}

/** Who speaks for whom: a new place can only matter to what came before its record; a changed one to everything. */
function scopeOfPlace<Of>(record: Of, known: Of | undefined, judged: (record: Of) => unknown): RefoldScope | undefined {
  if (known === undefined) return { items: null, ended: false }
  return differs(judged(record), judged(known)) ? { items: null, ended: true } : undefined
}

function scopeOfLetter(letter: Letter, directory: Directory): RefoldScope | undefined {
  const known = directory.letters().find(({ id }) => id === letter.id)
  if (known && !differs({ ...known, version: 0 }, { ...letter, version: 0 })) return undefined
  const itemsOf = ({ items, department }: Letter) =>
    items ??
    directory
      .items()
      .filter((item) => item.department === department)
      .map(({ id }) => id)
  return { items: [...new Set([...itemsOf(letter), ...(known ? itemsOf(known) : [])])], ended: true }
}

/** Both together. */
export const uniteScopes = (left: RefoldScope, right: RefoldScope): RefoldScope => ({
  items: left.items === null || right.items === null ? null : [...new Set([...left.items, ...right.items])],
  ended: left.ended || right.ended,
})
