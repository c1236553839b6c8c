/** Reading the audit logs that lie here: day by day from the newest, so that a page costs what it shows. */
import { auditDocument, auditPlace, isStrangeDay, readAuditNote } from '#protocol/casework/audit.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import { type DocumentId, type EntryHash, type LogKey, logParts, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { AuditLine, AuditPage, AuditQuery } from '../audit.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import { AUDIT_DAYS_SPACE, countsInAudit } from '../writing/audit-entries.ts'
import { recordsInPieces } from '../writing/record-pieces.ts'

const decoder = new TextDecoder()

/** A line with its place in the order. */
interface Placed extends Place {
  readonly line: AuditLine
}

/** What an entry says; of a carried one what lies inside. Undefined when it says nothing that counts. */
function lineOf(core: Core, entry: Entry): Placed | undefined {
  if (!countsInAudit(core.directory, entry)) return undefined
  const said = entry.kind === KIND.carried ? decodeCarried(core.host.cryptography.sha256, entry.payload) : entry
  if (said?.kind !== KIND.audit) return undefined
  const note = readAuditNote(decoder.decode(said.payload))
  if (note === undefined) return undefined
  const hash = toHex(said.hash) as EntryHash
  const { authority } = core.directory
  const { log, seq, station, person } = said
  const time = said.time + (said.clockOffset ?? 0)
  const afterRevocation = authority.afterRevocation(log, seq, hash, entry.kind === KIND.carried)
  const day = auditPlace(entry.document)?.day
  const strangeDay = day !== undefined && isStrangeDay(day, core.clock.today())
  const line = { ...note, hash, node: logParts(log).node, station, person, time, afterRevocation, strangeDay }
  return { time, log, seq, line }
}

/** Capitals count as small: earlier programs kept the x of an identity number as it was typed. */
const contains = (part: string, text: string): boolean => part.toLowerCase().includes(text.toLowerCase())

const isWanted = (line: AuditLine, { person, event, texts = [''] }: AuditQuery): boolean =>
  (person === undefined || line.person === person) &&
  (event === undefined || line.event === event) &&
  [line.subject, line.details, line.address].some((part) => texts.some((text) => contains(part, text)))

/** The latest first; of the same moment what its author wrote later. */
const isBefore = (left: Place, right: Place): boolean =>
  left.time !== right.time
    ? left.time > right.time
    : left.log === right.log
      ? left.seq > right.seq
      : left.log > right.log
const latestFirst = (left: Place, right: Place): number => (isBefore(left, right) ? -1 : 1)

/** Where a line stands; a page ends at one. */
interface Place {
  readonly time: number
  readonly log: LogKey
  readonly seq: number
}

/** Behind every line of a day. */
const END: Place = { time: Number.MIN_SAFE_INTEGER, log: '' as LogKey, seq: 0 }

const cursorOf = (day: Day, { time, log, seq }: Place): string => [day, time, log, seq].join(' ')

function readCursor(text: string): (Place & { readonly day: Day }) | undefined {
  const [day = '', time = '', log = '', seq = ''] = text.split(' ')
  const numbers = [Number(time), Number(seq)] as const
  return isDay(day) && numbers.every(Number.isSafeInteger)
    ? { day, time: numbers[0], log: log as LogKey, seq: numbers[1] }
    : undefined
}

/** Days of which something lies here, the newest first. */
async function daysHere({ storage }: Core): Promise<readonly Day[]> {
  const days = (await storage.localAll(AUDIT_DAYS_SPACE)).map(({ key }) => key as Day)
  return days.sort((left, right) => (left < right ? 1 : -1))
}

/** Those of the days that a question is about and that the pages before have not shown. */
function daysAsked(days: readonly Day[], { from, until, after }: AuditQuery): readonly Day[] {
  const last = after === undefined ? until : (readCursor(after)?.day ?? until)
  return days.filter((day) => day >= from && day <= last)
}

interface DayRead {
  readonly lines: readonly Placed[]
  readonly entries: number
}

/** The lines of a day that are wanted, in their order; an entry that is held twice is one. */
async function readDay(core: Core, day: Day, query: AuditQuery): Promise<DayRead> {
  const documents: DocumentId[] = query.stations.map((station) => auditDocument(station, day))
  const lines = new Map<EntryHash, Placed>()
  let entries = 0
  for await (const piece of recordsInPieces(core.storage, documents)) {
    entries += piece.length
    for (const record of piece) {
      const placed = lineOf(core, storedEntry(record))
      if (placed && isWanted(placed.line, query)) lines.set(placed.line.hash, placed)
    }
    // Others have their turn: a hostile station has as many entries as it likes.
    await new Promise<void>((resolve) => core.host.after(0, resolve))
    if (entries >= LIMITS.auditReadEntries) break
  }
  return { lines: [...lines.values()].sort(latestFirst), entries }
}

/**
 * One page of the audit log. Looks through LIMITS.auditReadEntries entries, or the first day that has more, and says
 * where to go on; a page may be shorter than it could be, or empty, before the last one.
 */
export async function auditTrail(core: Core, query: AuditQuery): Promise<AuditPage> {
  const begin = query.after === undefined ? undefined : readCursor(query.after)
  const found: AuditLine[] = []
  const days = await daysHere(core)
  const strangeDays = days.filter((day) => isStrangeDay(day, core.clock.today()))
  let looked = 0
  for (const day of daysAsked(days, query)) {
    const { lines, entries } = await readDay(core, day, query)
    looked += entries
    for (const placed of lines) {
      if (begin?.day === day && !isBefore(begin, placed)) continue
      found.push(placed.line)
      if (found.length === LIMITS.pageRows) return { lines: found, next: cursorOf(day, placed), strangeDays }
    }
    if (looked >= LIMITS.auditReadEntries) return { lines: found, next: cursorOf(day, END), strangeDays }
  }
  return { lines: found, next: null, strangeDays }
}
