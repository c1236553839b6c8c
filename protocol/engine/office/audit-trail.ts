/** Reading the audit logs that lie here: day by day from the newest, and within a day from what came last, so that a page costs what it shows. */
import { appendAll } from '#protocol/append-all.ts'
import { auditDocument, auditPlace, isOfAccount, isStrangeDay, readAuditNote } from '#protocol/casework/audit.ts'
import { signingOf } from '#protocol/casework/folding/day-of.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import { type DocumentId, type EntryHash, logParts, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Entry } from '#protocol/log/entry.ts'
import type { AuditLine, AuditPage, AuditQuery } from '../audit.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import { inPieces, type Pieces } from '../logs/pieces.ts'
import { publishedBefore, writingTime } from '../logs/writing-time.ts'
import { damagedEntries, type Place, type PlacePage, type StoredPack } from '../ports/storage.ts'
import {
  AUDIT_DAYS_SPACE,
  auditStationsSpace,
  carriersSpace,
  countsInAudit,
  entryName,
  saidIn,
} from '../writing/audit-entries.ts'

const decoder = new TextDecoder()

/** An event as it is read, from the entry that says it, or that carries what a fork cut off. */
function lineOf(core: Core, entry: Entry, said: Entry): AuditLine | undefined {
  const note = readAuditNote(decoder.decode(said.payload))
  if (note === undefined) return undefined
  const hash = toHex(said.hash) as EntryHash
  const { authority } = core.directory
  const { log, seq, station, person } = said
  const afterRevocation = authority.afterRevocation(log, seq, hash, said !== entry)
  const signing = signingOf({ ...said, published: publishedBefore(said) })
  const foreignPerson = person !== '' && authority.standing(person, station, signing) === 'foreign'
  const day = auditPlace(said.document)?.day
  const strangeDay = day !== undefined && isStrangeDay(day, core.clock.today())
  const unsureTime = said.clockOffset === null
  const marks = { foreignPerson, afterRevocation, strangeDay, unsureTime, isEarliest: signing.orLater }
  return { ...note, hash, node: logParts(log).node, station, person, time: writingTime(said), ...marks }
}

/** Which of the entries that carry an event says it: the one that came first, of those that count and lie here. */
async function firstCarrier(core: Core, entry: Entry, said: Entry, held: ReadonlyMap<string, Place>) {
  const carriers = (await core.storage.localAll(carriersSpace(said))).map(({ key }) => held.get(key))
  const counts = (place: Place | undefined): place is Place =>
    place !== undefined && countsInAudit(core.directory, { ...entry, log: place.log })
  return entryName(carriers.filter(counts).sort(lastFirst).at(-1) ?? entry)
}

/** Tells of the entries of a day whether an event is read there: what lies here itself, or is carried twice, is one event. */
function readingOnce(core: Core, places: readonly Place[]) {
  const held = new Map(places.map((place) => [entryName(place), place]))
  const firsts = new Map<string, string>()
  return async (entry: Entry, said: Entry): Promise<boolean> => {
    const event = entryName(said)
    if (said === entry || held.has(event)) return said === entry
    // A member can carry one event thousands of times.
    const first = firsts.get(event) ?? (await firstCarrier(core, entry, said, held))
    firsts.set(event, first)
    return first === entryName(entry)
  }
}

/** Capitals count as small: earlier programs kept the x of an identity number as it was typed. */
const contains = (part: string, text: string): boolean => part.toLowerCase().includes(text.toLowerCase())

const isWanted = (line: AuditLine, { people, event, texts = [''] }: AuditQuery): boolean =>
  (people === undefined || people.some((person) => isOfAccount(line, person))) &&
  (event === undefined || line.event === event) &&
  [line.subject, line.details, line.address].some((part) => texts.some((text) => contains(part, text)))

/** Where a page ended: the day and the entry that was looked at last, by its arrival here; null: the whole day is behind. */
interface Cursor {
  readonly day: Day
  readonly last: Pick<Place, 'arrival' | 'offset'> | null
}

const cursorOf = ({ day, last }: Cursor): string => (last ? [day, last.arrival, last.offset].join(' ') : day)

function readCursor(text: string): Cursor | undefined {
  const [day = '', arrival, offset] = text.split(' ')
  if (!isDay(day)) return undefined
  const [at, from] = [Number(arrival), Number(offset)]
  return { day, last: Number.isSafeInteger(at) && Number.isSafeInteger(from) ? { arrival: at, offset: from } : null }
}

/** Days of which something lies here, the newest first. */
async function daysHere({ storage }: Core): Promise<readonly Day[]> {
  const days = (await storage.localAll(AUDIT_DAYS_SPACE)).map(({ key }) => key as Day)
  return days.sort((left, right) => (left < right ? 1 : -1))
}

/** Those of the days that a question is about and that the pages before have not shown. */
function daysAsked(days: readonly Day[], { from, until }: AuditQuery, cursor: Cursor | undefined): readonly Day[] {
  const isLeft = (day: Day) => cursor === undefined || day < cursor.day || (day === cursor.day && cursor.last !== null)
  return days.filter((day) => day >= from && day <= until && isLeft(day))
}

const lastFirst = (left: Place, right: Place): number => right.arrival - left.arrival || right.offset - left.offset

/** Where the entries of a day lie, what came last first; of a station that has more than LIMITS.auditDayPlaces the last ones. */
async function placesOf(core: Core, documents: readonly DocumentId[]) {
  const all: Place[] = []
  const pieces = inPieces(core.host, 1)
  let cut = false
  for (const document of documents) {
    let own: Place[] = []
    for (let mark: number | null = 0; mark !== null; ) {
      const page: PlacePage = await core.storage.placesBehind(document, mark)
      const whole = [...own, ...page.places]
      cut ||= whole.length > LIMITS.auditDayPlaces
      own = whole.slice(-LIMITS.auditDayPlaces)
      mark = page.mark
      if (mark !== null) await pieces()
    }
    appendAll(all, own)
  }
  return { places: all.sort(lastFirst), cut }
}

/** How often the disk is asked which stations a day has. */
const lookUps = ({ stations }: AuditQuery): number => (stations.length > LIMITS.auditLookUps ? 1 : stations.length)

/** The documents of a day that a question is about, of those that lie here. */
async function documentsOf({ storage }: Core, { stations }: AuditQuery, day: Day): Promise<readonly DocumentId[]> {
  const space = auditStationsSpace(day)
  const here = new Set<string>()
  if (stations.length > LIMITS.auditLookUps) for (const { key } of await storage.localAll(space)) here.add(key)
  else for (const station of stations) if (await storage.local(space, station)) here.add(station)
  return stations.filter((station) => here.has(station)).map((station) => auditDocument(station, day))
}

/** So often the disk is asked before others have their turn: some milliseconds. */
const AT_ONCE = 200

/** Counts what was looked at, days and stations without anything wanted too, and waits now and then. */
async function look(page: Reading, much: number): Promise<void> {
  page.looked += much
  await page.pieces(much)
}

/** The entry at a place. What came together lies in one pack, which can be long: it is read once. */
async function entryAt({ storage }: Core, place: Place, page: Reading): Promise<Entry> {
  if (page.pack?.arrival !== place.arrival) page.pack = await storage.packHolding(place.log, place.seq)
  if (!page.pack) throw damagedEntries()
  const bytes = page.pack.bytes.subarray(place.offset, place.offset + place.length)
  return storedEntry({ ...place, bytes })
}

/** Looks at the entries of a day, what came last first, until a page is full or enough were looked at. */
async function readDay(core: Core, query: AuditQuery, day: Day, page: Reading): Promise<Cursor | null> {
  const documents = await documentsOf(core, query, day)
  const { places, cut } = await placesOf(core, documents)
  if (cut) page.cutDays.push(day)
  const isReadHere = readingOnce(core, places)
  await look(page, lookUps(query) + documents.length)
  const { cursor } = page
  const isLeft = (place: Place) => cursor?.day !== day || cursor.last === null || isBehind(cursor.last, place)
  for (const place of places.filter(isLeft)) {
    const entry = await entryAt(core, place, page)
    const said = countsInAudit(core.directory, entry) ? saidIn(core, entry) : undefined
    const line = said && lineOf(core, entry, said)
    if (line && isWanted(line, query) && (await isReadHere(entry, said))) page.lines.push(line)
    await look(page, 1)
    if (page.lines.length === LIMITS.pageRows || page.looked >= LIMITS.auditReadEntries) return { day, last: place }
  }
  return null
}

const isBehind = (one: Pick<Place, 'arrival' | 'offset'>, other: Place): boolean =>
  other.arrival < one.arrival || (other.arrival === one.arrival && other.offset < one.offset)

/** A page while it is put together. */
interface Reading {
  readonly cursor: Cursor | undefined
  readonly lines: AuditLine[]
  readonly cutDays: Day[]
  /** The one that was read last. */
  pack: StoredPack | undefined
  looked: number
  readonly pieces: Pieces
}

/**
 * One page of the audit log. Looks at LIMITS.auditReadEntries entries at most and says where to go on; a page may be
 * shorter than it could be, or empty, before the last one.
 */
export async function auditTrail(core: Core, query: AuditQuery): Promise<AuditPage> {
  const cursor = query.after === undefined ? undefined : readCursor(query.after)
  const page: Reading = {
    cursor,
    lines: [],
    cutDays: [],
    pack: undefined,
    looked: 0,
    pieces: inPieces(core.host, AT_ONCE),
  }
  const days = await daysHere(core)
  const today = core.clock.today()
  const { lines, cutDays } = page
  const told = { lines, cutDays, strangeDays: days.filter((day) => isStrangeDay(day, today)) }
  for (const day of daysAsked(days, query, cursor)) {
    const next = await readDay(core, query, day, page)
    const end = next ?? (page.looked >= LIMITS.auditReadEntries ? { day, last: null } : undefined)
    if (end) return { ...told, next: cursorOf(end), nextDay: day }
  }
  return { ...told, next: null, nextDay: null }
}
