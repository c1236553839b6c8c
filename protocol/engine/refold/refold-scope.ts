/** Which case rows a change of the directory makes stale: the smallest set that is certain to hold them. */
import type { DirectoryRecord, Letter, NodeRecord, Staff, Station } from '#protocol/casework/directory.ts'
import { serviceChange } from '#protocol/casework/rules/service.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Directory } from '../directory/directory.ts'

/** Cases to be judged anew: those of some items, and of all others those that say so by themselves. */
export interface RefoldScope {
  /** Codes of items; null for all. */
  readonly items: readonly string[] | null
  /** Ended cases of these items too: what they rest on has changed, not only how time is counted. */
  readonly ended: boolean
  /** Cases in which something was signed on that day or later: somebody does not belong to a station any more. */
  readonly since?: Day | null
  /** Cases with facts that were set aside for who signed them: somebody belongs to a station who did not. */
  readonly foreign?: boolean
}

const ALL: RefoldScope = { items: null, ended: true }

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
    case 'staff':
      return scopeOfStaff(record, directory)
    // An ended case says for good whether its day was exceeded, and a hand-over that waits has its own last day.
    case 'item':
      return { items: [record.id], ended: true }
    case 'calendar':
    case 'rules':
      return ALL
    default:
      return undefined
  }
}

/** Who speaks for whom: a new place can only matter to what came before its record; a changed one to everything. */
function scopeOfPlace<Of>(record: Of, known: Of | undefined, judged: (record: Of) => unknown): RefoldScope | undefined {
  if (known === undefined) return { items: null, ended: false }
  return differs(judged(record), judged(known)) ? ALL : undefined
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
  const items = [...new Set([...itemsOf(letter), ...(known ? itemsOf(known) : [])])]
  // One that names a person says as well who may sign for its station.
  const named = letter.person !== null || (known?.person ?? null) !== null
  const first = known && (known.from < letter.from ? known.from : letter.from)
  return { items, ended: true, ...(named ? { since: first ?? null, foreign: true } : {}) }
}

/** The first one there is judges everybody; others those whom they name. */
function scopeOfStaff(staff: Staff, directory: Directory): RefoldScope | undefined {
  if (directory.staffs().length === 0) return ALL
  const nobody: Staff = { ...staff, service: [], disabled: [] }
  const { gains, since } = serviceChange(directory.staff(staff.id) ?? nobody, staff)
  return gains || since !== null ? { items: [], ended: false, since, foreign: gains } : undefined
}

const earlier = (left: Day | null, right: Day | null): Day | null =>
  left === null || right === null ? (left ?? right) : left < right ? left : right

/** Both together. */
export const uniteScopes = (left: RefoldScope, right: RefoldScope): RefoldScope => ({
  items: left.items === null || right.items === null ? null : [...new Set([...left.items, ...right.items])],
  ended: left.ended || right.ended,
  since: earlier(left.since ?? null, right.since ?? null),
  foreign: (left.foreign ?? false) || (right.foreign ?? false),
})
