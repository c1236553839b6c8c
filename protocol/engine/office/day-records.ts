/** What this node recorded under given days: what is looked at when it went by a wrong one (rule S158). */
import { decodeFact } from '#protocol/casework/facts/facts.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import { type DocumentId, type LogKey, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import type { DayRecord, DayRecordPage, DayRecordQuery } from '../day-records.ts'
import { readAbove } from '../logs/log-reading.ts'
import { inPieces } from '../logs/pieces.ts'
import { writingTime } from '../logs/writing-time.ts'
import { damagedEntries } from '../ports/storage.ts'

/** Where a page goes on: the entry of an own log that is looked at next. */
interface Spot {
  readonly log: LogKey
  readonly seq: number
}

const cursorOf = ({ log, seq }: Spot): string => `${log} ${seq}`

/** The own logs from where a page goes on, each from its top; a cursor that names no place begins anew. */
function spotsFrom({ logs }: Core, cursor = ''): readonly Spot[] {
  const own = [...logs.heads.values()].filter(({ key, height }) => logs.isOwn(key) && height > 0)
  const spots = own
    .map(({ key: log, height: seq }) => ({ log, seq }))
    .sort((one, other) => (one.log < other.log ? -1 : 1))
  const [log = '', seq] = cursor.split(' ')
  const at = spots.findIndex((spot) => spot.log === log)
  const first = Number(seq)
  if (at === -1 || !Number.isSafeInteger(first) || first < 1) return spots
  return spots.slice(at).map((spot, place) => (place === 0 ? { log: spot.log, seq: Math.min(first, spot.seq) } : spot))
}

/** The entries of a log at and below a spot that lie in one pack, what came last first. */
async function entriesAt({ logs }: Core, { log, seq }: Spot): Promise<readonly Entry[]> {
  const pack = await logs.packHolding(log, seq)
  const run = pack?.runs.find((one) => one.log === log && one.first <= seq && seq <= one.last)
  const found = run ? await readAbove(logs, log, run.first - 1, seq) : []
  if (found.length === 0) throw damagedEntries()
  return found.map(({ entry }) => entry).reverse()
}

/** What an entry of an own log records in a case under its day; what a fork cut off is carried on by its own author. */
function recordOf({ logs, identity }: Core, entry: Entry): (DayRecord & { readonly document: DocumentId }) | undefined {
  const said = entry.kind === KIND.carried ? decodeCarried(logs.sha256, entry.payload) : entry
  if (said?.kind !== KIND.fact || logParts(said.log).node !== identity.node) return undefined
  const kind = decodeFact(said.payload)?.kind
  return kind && { document: said.document, kind, day: civilDay(writingTime(said)) }
}

/** The own logs one after the other, each pack by pack from its top, with the spot at which a pack is met. */
async function* ownPacks(core: Core, after: string | undefined) {
  const pieces = inPieces(core.host, 1)
  for (const { log, seq: top } of spotsFrom(core, after)) {
    for (let seq = top; seq > 0; ) {
      const spot = { log, seq }
      const entries = await entriesAt(core, spot)
      yield { spot, entries }
      seq -= entries.length
      await pieces()
    }
  }
}

/**
 * The cases in which this node recorded something under the days from one to another, both among them, what was recorded
 * last first. Looks at about LIMITS.dayRecordEntries entries of its own logs and says where to go on: a page may be empty
 * before the last one, and a case that was worked on twice may stand on two. Throws StorageFailure for a disk that cannot
 * be read.
 */
export async function dayRecords(core: Core, { from, until, after }: DayRecordQuery): Promise<DayRecordPage> {
  const found = new Map<DocumentId, DayRecord[]>()
  let looked = 0
  for await (const { spot, entries } of ownPacks(core, after)) {
    const isFull = looked >= LIMITS.dayRecordEntries || found.size >= LIMITS.pageRows
    if (isFull) return { cases: await withRows(core, found), next: cursorOf(spot) }
    for (const entry of entries) {
      const record = recordOf(core, entry)
      if (!record || record.day < from || record.day > until) continue
      const { document, kind, day } = record
      const known = found.get(document)
      if (known) known.push({ kind, day })
      else found.set(document, [{ kind, day }])
    }
    looked += entries.length
  }
  return { cases: await withRows(core, found), next: null }
}

async function withRows(core: Core, found: ReadonlyMap<DocumentId, readonly DayRecord[]>) {
  const rows = new Map((await core.storage.casesById([...found.keys()])).map((row) => [row.id, row]))
  return [...found].flatMap(([id, records]) => {
    const row = rows.get(id)
    // Found from the newest back; a person reads them in the order in which they were done.
    return row ? [{ row, records: records.toReversed() }] : []
  })
}
