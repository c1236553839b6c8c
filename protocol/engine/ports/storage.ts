/** The storage port: one atomic, durable commit; reads by arrival, log, document and for lists. */
import type { LocalKind } from '#protocol/casework/codes.ts'
import type { ClockId } from '#protocol/casework/course/spans.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { DocumentId, EntryHash, LogKey, PersonId, StationCode } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Run } from '#protocol/log/pack.ts'
import type { Receipt } from '#protocol/wire/messages.ts'

/** A pack as it lies on disk. Every run in it ends at a signed entry. */
export interface StoredPack {
  /** Local arrival number, from 1, strictly rising. */
  readonly arrival: number
  readonly bytes: Uint8Array
  /** Each run with the chain hash before its first entry, so that any entry can be proved alone. */
  readonly runs: readonly (Run & { readonly before: Uint8Array })[]
}

/** Where one entry of a document lies. */
export interface Place {
  readonly arrival: number
  readonly offset: number
  readonly length: number
  readonly log: LogKey
  readonly seq: number
  readonly hash: Uint8Array
}

/** An entry's record bytes with its place. */
export interface PlacedRecord extends Place {
  readonly bytes: Uint8Array
}

/** One row of the case lists; computed, dropped and rebuilt at will. */
export interface CaseRow {
  readonly id: DocumentId
  readonly number: string
  /** Numbers the case had before it was renumbered, the first one first; almost always none. */
  readonly formerNumbers: readonly string[]
  readonly item: string
  readonly applicant: string
  readonly idNumber: string
  readonly phone: string
  readonly stage: string
  readonly home: StationCode
  readonly holder: StationCode
  /** Who is to sign for it; nobody while a fork stops it, whatever was offered before. */
  readonly offeredTo: StationCode | null
  /** Milliseconds since 1970 by the corrected clock, as the other times are; when the open transfer was offered. */
  readonly offeredAt: number | null
  readonly epoch: number
  readonly openedAt: number
  /** Time of the latest fact in milliseconds. */
  readonly changedAt: number
  /** The latest day on which a fact of it was signed; absent where an earlier program wrote the row. */
  readonly signedOn?: Day
  /** Arrival number of the latest entry here; lists page by it. */
  readonly arrival: number
  /** Unresolved set-aside facts and quarantined edits. */
  readonly aside: number
  /** Whether a fork stops it: nobody goes on until the coordinator has ruled. */
  readonly forked: boolean
  /** Stations that worked on it or were named, besides home, holder and who is to sign; absent without any, and in rows of an earlier program. */
  readonly besides?: readonly StationCode[]
  /** Stations other than the holder of whose records some wait without effect; absent as above. */
  readonly asideOf?: readonly StationCode[]
  /** People whose second signature something in it waits for (rule C153); absent as above. */
  readonly asks?: readonly PersonId[]
  /** Set while its latest record is one that only a newer program can read. */
  readonly unread?: true
  /** The earliest last day of a running clock; null when none runs, or beyond the published calendar. */
  readonly due: Day | null
  /** The clock that is due then; empty without one. */
  readonly dueClock: ClockId | ''
  /** Whether a clock is past its last day, or was stopped behind it. */
  readonly exceeded: boolean
  /** Whether time stands still at the moment (特别程序). */
  readonly paused: boolean
  readonly assignee: PersonId | ''
  /** The master case of a sub-case; empty for every other case. */
  readonly master: DocumentId | ''
  readonly kinds: readonly LocalKind[]
  readonly receivedOn: Day | null
  readonly acceptedOn: Day | null
  /** The next day on which this row changes although nobody writes anything; null when none is known. */
  readonly wake: Day | null
}

/** A receipt as it is kept: as it travels. `applied` removes an earlier one: what the entry waited for has arrived. */
export type ReceiptRow = Receipt

/** A directory record as stored: the highest version wins, equal versions by hash. One that stands back (rule R29) has a negative one. */
export interface DirectoryRow {
  /** `type/id`. */
  readonly document: DocumentId
  readonly version: number
  readonly hash: EntryHash
  /** JSON of the record. */
  readonly json: string
}

/** Some of the values of a space, in the order of their keys. */
export interface LocalRange {
  readonly space: string
  readonly after: string
  readonly before: string
  readonly limit: number
}

/** Node-local state that is never replicated: sign-ins, counters, codes, findings. */
export interface LocalRow {
  readonly space: string
  readonly key: string
  /** JSON; null deletes. */
  readonly value: string | null
}

/** Everything committed at once. Cuts are done first. */
export interface Change {
  /**
   * Logs whose entries above a height no longer count here (a rotation after a fork, rule S73): their runs end
   * there and their places are forgotten; pack bytes stay. The new head comes in `heads`.
   */
  readonly cuts: readonly { readonly log: LogKey; readonly height: number }[]
  readonly packs: readonly StoredPack[]
  /** Appended to what is known of each document. */
  readonly places: readonly { readonly document: DocumentId; readonly places: readonly Place[] }[]
  readonly heads: readonly LogHead[]
  readonly cases: readonly CaseRow[]
  /** Cases that no entry opens any more: they leave the lists, their entries stay. */
  readonly unopened: readonly DocumentId[]
  readonly receipts: readonly ReceiptRow[]
  /** Records whose rows go before those of `directory` come: they were judged anew, and what counts now may be lower. */
  readonly forgotten: readonly DocumentId[]
  readonly directory: readonly DirectoryRow[]
  readonly local: readonly LocalRow[]
}

export const NO_CHANGE: Change = {
  cuts: [],
  packs: [],
  places: [],
  heads: [],
  cases: [],
  unopened: [],
  receipts: [],
  forgotten: [],
  directory: [],
  local: [],
}

/** A page of cases is asked by key, never by offset. All conditions must hold. */
export interface CaseQuery {
  /** Finds by number, name, pinyin of the name, ID number or phone; one Chinese character is enough. */
  readonly text?: string
  /** Cases held by one of these stations. */
  readonly holders?: readonly StationCode[]
  /** Cases offered to one of these stations and not yet taken. */
  readonly offeredTo?: readonly StationCode[]
  /** Cases whose home is one of these stations. */
  readonly homes?: readonly StationCode[]
  readonly stages?: readonly string[]
  /** Only cases between stations (offered, not taken); ordered oldest offer first. */
  readonly inTransfer?: boolean
  /** Only cases with unresolved set-aside facts, quarantined edits or forks. */
  readonly aside?: boolean
  /** Of those that `aside` finds only cases that a fork stops. */
  readonly stopped?: true
  /** Of those that `aside` finds only cases in which records of this station wait, and which another one holds. */
  readonly asideOf?: StationCode
  /** Of those that `aside` finds only cases in which something waits for one of these people to sign. */
  readonly asks?: readonly PersonId[]
  /** Earliest last day first, cases without one behind all others. */
  readonly order?: 'due'
  /** Only cases whose last day lies before this one; ordered as by `due`. */
  readonly dueBefore?: Day
  /** Cases handled by one of these people. */
  readonly assignees?: readonly PersonId[]
  /** Cases of one of these items. */
  readonly items?: readonly string[]
  /** Sub-cases of a joint case. */
  readonly master?: DocumentId
  /** Cases of the same applicant for the same item (两头受理). */
  readonly sameApplicant?: { readonly idNumber: string; readonly item: string }
  /** Continue behind this cursor. */
  readonly after?: string
  /** Rows wanted, at most LIMITS.pageRows. */
  readonly limit?: number
}

export interface CasePage {
  readonly rows: readonly CaseRow[]
  /** Cursor of the next page; null when this is the last. */
  readonly next: string | null
}

/** Some documents, with the place of the last one; 0 is the place before the first. */
export interface DocumentPage {
  readonly documents: readonly DocumentId[]
  readonly last: number
}

/** Some places of a document, and the mark of the last one; null when there are no more. */
export interface PlacePage {
  readonly places: readonly Place[]
  readonly mark: number | null
}

/** What a node reads once at start. */
export interface Loaded {
  readonly heads: readonly LogHead[]
  /** The records of the root, and of each station those that are listed. */
  readonly directory: readonly DirectoryRow[]
  /** Highest arrival number in use; 0 for a new database. */
  readonly arrival: number
}

export type StorageFault = 'full' | 'locked' | 'damaged' | 'other'

/** A failure the disk gives; `fault` says what a person can do about it. */
export class StorageFailure extends Error {
  readonly fault: StorageFault
  constructor(fault: StorageFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'StorageFailure'
    this.fault = fault
  }
}

/** What was read as an entry or a pack is none any more: the disk has changed bytes that SQLite does not look into. */
export const damagedEntries = (): StorageFailure =>
  new StorageFailure('damaged', '数据库中有条目已损坏,读不出来。请停止录入,联系管理员用备份恢复。')

/** The storage contract; every adapter passes test/storage/contract.ts. All methods may throw {@link StorageFailure}. */
export interface Storage {
  /** The first damage met since it was opened; undefined while everything that was read was sound. */
  readonly damage: StorageFailure | undefined
  /** Whether something computed was found damaged since it was opened, and made anew from what it follows from. */
  readonly isRemade: boolean
  load(): Promise<Loaded>
  /** What stations write of themselves: of each station and type the rows of the highest versions, as many as are listed. */
  listed(): Promise<DirectoryRow[]>
  /** Commits everything or nothing; resolves when it is durable (fsync). */
  commit(change: Change): Promise<void>
  /** Packs behind an arrival number in arrival order, until about the given bytes are reached (at least one). */
  packsAfter(arrival: number, aboutBytes: number): Promise<StoredPack[]>
  /** The pack that holds an entry; undefined when the entry is not held. */
  packHolding(log: LogKey, seq: number): Promise<StoredPack | undefined>
  /** The lowest arrival of a pack that holds an entry of the log above the seq; undefined when none does. */
  arrivalAbove(log: LogKey, seq: number): Promise<number | undefined>
  /** Where the entries of documents lie, in arrival order. */
  placesOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, Place[]>>
  /** Some of the places of a document behind a mark, 0 at first, in arrival order: it may have more than memory holds. */
  placesBehind(document: DocumentId, mark: number): Promise<PlacePage>
  /** The entries of documents, in arrival order. */
  recordsOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, PlacedRecord[]>>
  /** Documents behind a place in the order in which they were first stored: their entries lie near each other. */
  documentsAfter(place: number, limit: number): Promise<DocumentPage>
  cases(query: CaseQuery): Promise<CasePage>
  casesById(ids: readonly DocumentId[]): Promise<CaseRow[]>
  /** Cases that have one of these numbers, or had it until they were renumbered; in the order in which they were first stored. */
  casesByNumber(numbers: readonly string[]): Promise<CaseRow[]>
  /** Cases per stage for holders; all holders when the list is empty. */
  countByStage(holders: readonly StationCode[]): Promise<ReadonlyMap<string, number>>
  /** Ids of cases whose latest entry arrived at or behind an arrival number, at most `limit`, and how many there are. */
  casesSince(arrival: number, limit: number): Promise<{ readonly ids: readonly DocumentId[]; readonly count: number }>
  /** Cases whose row changes on or before a day without anything being written, at most `limit`. */
  casesToWake(day: Day, limit: number): Promise<DocumentId[]>
  receiptsOf(document: DocumentId): Promise<ReceiptRow[]>
  /** The receipts of a log's entries from one seq to another, both among them. */
  receiptsAt(log: LogKey, first: number, last: number): Promise<ReceiptRow[]>
  /** The receipts of a log's entries that are not set aside, the highest seq first, at most `limit`. */
  receiptsIn(log: LogKey, limit: number): Promise<ReceiptRow[]>
  /** Documents of which some entry did not apply for that reason, at most `limit`. */
  documentsTold(reason: string, limit: number): Promise<DocumentId[]>
  /** Receipt counts per log and outcome, for the conservation sum. */
  receiptCounts(): Promise<readonly { readonly log: LogKey; readonly outcome: string; readonly count: number }[]>
  local(space: string, key: string): Promise<string | undefined>
  localAll(space: string): Promise<readonly { readonly key: string; readonly value: string }[]>
  /** The values of a space behind one key and before another, by their keys, at most `limit`. */
  localBetween(range: LocalRange): Promise<readonly { readonly key: string; readonly value: string }[]>
  /**
   * Drops every computed table (cases, receipts, directory) and commits a change behind it, all or nothing; packs,
   * places, heads and local rows stay.
   */
  dropComputed(change?: Change): Promise<void>
  /**
   * Looks through every page, one table after the other, and waits between them for what it is given: others have
   * their turn. Throws {@link StorageFailure} when the file is damaged (SQLite quick_check).
   */
  check(between?: () => Promise<void>): Promise<void>
  /** Ends the use of the storage; a disk that refuses makes it fail in no way. */
  close(): Promise<void>
}
