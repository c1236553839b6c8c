/** The directory in memory: who and what there is, who may speak for whom, which streams a node is granted. */
import {
  type Absence,
  type CalendarYear,
  type Consultation,
  DEFAULT_RULES,
  type Department,
  type DirectoryRecord,
  type EnabledLevel,
  type Handover,
  type Letter,
  type LocalRules,
  type NodeRecord,
  type Person,
  type Region,
  type RootRecord,
  type Staff,
  type Station,
  type WindowRecord,
} from '#protocol/casework/directory.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { Authority } from '#protocol/casework/register.ts'
import { FIRST_LEVEL, isEnabled, KNOWN, type Knowledge, knowsKind } from '#protocol/casework/rules/level.ts'
import { rolesOf, standingOf } from '#protocol/casework/rules/service.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  fromHex,
  logParts,
  type NodeId,
  type PersonId,
  type StreamId,
  streamOf,
} from '#protocol/ids.ts'
import type { Identity } from '../ports/identity.ts'
import type { DirectoryRow } from '../ports/storage.ts'
import type { DirectoryView } from './directory-view.ts'
import { createEditions, type Editions } from './editions.ts'
import { createGrants } from './grants.ts'
import { readDirectoryRecord } from './record-reading.ts'
import { createStationLists, isNewer, type Rank, type StationLists } from './station-lists.ts'
import { isOfItsStation, isStationDocument, isStationRecord } from './station-records.ts'

export interface Directory extends DirectoryView {
  readonly authority: Authority
  /** Whether this program can read facts of a kind, or a field of them. */
  knows(kind: FactKind, field?: string): boolean
  /** Whether the county has enabled a kind of fact, or a field of it: every node in use can read it. */
  isEnabled(kind: FactKind, field?: string): boolean
  /** Takes a row when it is newer than what is known; answers whether it did. */
  apply(row: DirectoryRow): boolean
  /** The row that counts for a record of the root; undefined when there is none. */
  row(document: DocumentId): DirectoryRow | undefined
  /** The rank of the row that counts; undefined when there is none, or a station's record is not on the lists. */
  rank(document: DocumentId): Rank | undefined
  /** Takes a station's record off the lists: it was judged anew. */
  forget(document: DocumentId): void
  /** Puts rows of stations in place of all that are on the lists. */
  relist(rows: readonly DirectoryRow[]): void
  /** County stream, the stations a node serves and everything below them; every stream for a standby. */
  streamsOf(node: NodeId): ReadonlySet<StreamId>
  /** Streams of stations that a node was ever granted: what it holds of them it may deliver. */
  deliverableBy(node: NodeId): ReadonlySet<StreamId>
  /** The Ed25519 public key of a node; undefined while its record has not arrived. */
  keyOf(node: NodeId): Uint8Array | undefined
  /** Highest version of any item. */
  catalogueVersion(): number
  /** Highest version of any calendar year. */
  calendarVersion(): number
}

/** Where a record lies: people and what a station writes with their station, everything else in the county stream. */
export const streamOfRecord = (record: DirectoryRecord): StreamId =>
  record.type === 'person' || isStationRecord(record) ? streamOf(record.station) : COUNTY_STREAM

/** Records of the root by type and id, with their lists. */
interface Shelf {
  put(record: RootRecord): void
  get<Of extends RootRecord>(type: Of['type'], id: string): Of | undefined
  /** All records of a type by id; the same list until one of them changes. */
  list<Of extends RootRecord>(type: Of['type']): readonly Of[]
}

function createShelf(): Shelf {
  const records = new Map<RootRecord['type'], Map<string, RootRecord>>()
  const lists = new Map<RootRecord['type'], readonly RootRecord[]>()
  return {
    put(record) {
      const known = records.get(record.type)
      if (known) known.set(record.id, record)
      else records.set(record.type, new Map([[record.id, record]]))
      lists.delete(record.type)
    },
    get: <Of extends RootRecord>(type: Of['type'], id: string) => records.get(type)?.get(id) as Of | undefined,
    list: <Of extends RootRecord>(type: Of['type']) => {
      const known = lists.get(type)
      if (known) return known as readonly Of[]
      const made = [...(records.get(type)?.values() ?? [])].sort((left, right) => (left.id < right.id ? -1 : 1))
      lists.set(type, made)
      return made as unknown as readonly Of[]
    },
  }
}

/** What people and folds read of the shelf. */
const viewOf = ({ get, list }: Shelf, editions: Editions, stations: StationLists): DirectoryView => ({
  station: (id) => get<Station>('station', id),
  stations: () => list<Station>('station'),
  item: editions.newest,
  items: editions.list,
  edition: editions.edition,
  editions: editions.all,
  openable: editions.openable,
  person: (id: PersonId) => get<Person>('person', id),
  people: () => list<Person>('person'),
  staff: (id) => get<Staff>('staff', id),
  staffs: () => list<Staff>('staff'),
  personName: (id) => (get<Staff>('staff', id) ?? get<Person>('person', id))?.name ?? id,
  node: (id) => get<NodeRecord>('node', id),
  nodes: () => list<NodeRecord>('node'),
  department: (id) => get<Department>('department', id),
  departments: () => list<Department>('department'),
  windows: () => list<WindowRecord>('window'),
  letters: () => list<Letter>('letter'),
  calendars: () => list<CalendarYear>('calendar'),
  calendar: () => workCalendar(list<CalendarYear>('calendar')),
  rules: () => get<LocalRules>('rules', DEFAULT_RULES.id) ?? DEFAULT_RULES,
  regions: () => list<Region>('region'),
  level: () => get<EnabledLevel>('level', 'rules')?.version ?? FIRST_LEVEL,
  absences: () => stations.list<Absence>('absence'),
  consultations: () => stations.list<Consultation>('consultation'),
  handovers: () => stations.list<Handover>('handover'),
})

/** Opens an empty directory for a node, whose program knows so much of the rules. */
export function createDirectory(identity: Identity, knowledge: Knowledge = KNOWN): Directory {
  const rows = new Map<DocumentId, DirectoryRow>()
  const shelf = createShelf()
  const editions = createEditions()
  const highest = { item: 0, calendar: 0 }
  const stations = createStationLists()
  const view = viewOf(shelf, editions, stations)
  const grants = createGrants(view)

  const keep = (record: RootRecord) => {
    if (record.type === 'item') editions.put(record)
    else shelf.put(record)
    if (record.type === 'item' || record.type === 'calendar') {
      highest[record.type] = Math.max(highest[record.type], record.version)
    }
    if (record.type === 'station' || record.type === 'node') grants.clear()
  }
  const apply = (row: DirectoryRow): boolean => {
    const record = readDirectoryRecord(row.json, row.document)
    if (!record) return false
    if (isStationRecord(record)) return isOfItsStation(record) && stations.take(row, record)
    if (!isNewer(row, rows.get(row.document))) return false
    rows.set(row.document, row)
    keep(record)
    return true
  }
  return {
    ...view,
    knows: (kind, field) => knowsKind(knowledge, kind, field),
    isEnabled: (kind, field) => knowsKind(knowledge, kind, field) && isEnabled(view, knowledge.since(kind, field)),
    apply,
    row: (document) => rows.get(document),
    rank: (document) => (isStationDocument(document) ? stations.rank(document) : rows.get(document)),
    forget: stations.forget,
    relist(listed) {
      stations.clear()
      for (const row of listed) apply(row)
    },
    streamsOf: grants.streamsOf,
    deliverableBy: grants.deliverableBy,
    keyOf(node) {
      const known = view.node(node)
      return pinnedKey(identity, node) ?? (known && fromHex(known.publicKey))
    },
    catalogueVersion: () => highest.item,
    calendarVersion: () => highest.calendar,
    authority: {
      serves: (node, station) => view.node(node)?.stations.includes(station) ?? false,
      isRoot: (node) => node === identity.root.node,
      afterRevocation(log, seq, hash, isOnlyCarried = false) {
        const { held, carried } = view.node(logParts(log).node)?.revoked ?? {}
        if (held === undefined || held === null) return false
        const isAbove = isOnlyCarried || seq > (held[log] ?? 0)
        return isAbove && !(hash !== undefined && carried?.includes(hash))
      },
      standing: (person, station, signing) =>
        view.staffs().length === 0
          ? 'belongs'
          : standingOf(person === '' ? undefined : view.staff(person), view.letters(), person, station, signing),
      rolesOf: (person, station, signing) =>
        view.staffs().length === 0
          ? null
          : rolesOf(person === '' ? undefined : view.staff(person), view.letters(), person, station, signing),
      tierOf: (station) => view.station(station)?.tier,
      parentOf: (station) => view.station(station)?.parent,
    },
  }
}

function pinnedKey(identity: Identity, node: NodeId): Uint8Array | undefined {
  if (node === identity.node) return identity.keys.publicKey
  if (node === identity.root.node) return identity.root.publicKey
  return node === identity.parent?.node ? identity.parent.publicKey : undefined
}
