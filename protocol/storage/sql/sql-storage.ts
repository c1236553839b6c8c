/** The storage port over the statement port: the same tables in a file, on a server and on Durable Objects. */
import { type Day, dayNumber } from '#protocol/casework/time/days.ts'
import {
  type CasePage,
  type CaseQuery,
  type Change,
  type DirectoryRow,
  type DocumentPage,
  type Loaded,
  type LocalRange,
  NO_CHANGE,
  type Place,
  type PlacedRecord,
  type PlacePage,
  type ReceiptRow,
  type Storage,
  StorageFailure,
  type StoredPack,
} from '#protocol/engine/ports/storage.ts'
import type { DocumentId, LogKey, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { foldText } from '../case-order.ts'
import { assertChange } from '../change.ts'
import { readSound } from '../faults.ts'
import { migrate } from '../migrate.ts'
import * as cases from './cases.ts'
import { statementsOfCuts } from './cutting.ts'
import { directoryRows, dropDirectory, listedRows } from './directory.ts'
import { DocumentRecords, entryMissing } from './document-records.ts'
import { documentsAfter, growingPart, partsBehind, placesOf } from './documents.ts'
import { localRange, localRows, localValue } from './local.ts'
import { LogNumbers } from './log-numbers.ts'
import { heads, numberedLogs } from './logs.ts'
import { PackCache } from './pack-cache.ts'
import * as packs from './packs.ts'
import { packRowsIn, packsAfter } from './packs-after.ts'
import { decodePlaces, decodeRuns } from './place-bytes.ts'
import type { Ask } from './query.ts'
import { dropReceipts, receiptCounts, toldAt, toldBecause, toldIn, toldOf } from './receipts.ts'
import { pageOfCases } from './searches.ts'
import { type Statement, type Statements, statement } from './statements.ts'
import { tableNames } from './tables.ts'
import { isOfTerms, MendingStatements } from './term-index.ts'
import { statementsOf } from './writing.ts'

/** Packs that are read in one statement: 64 of 64 KiB fill the cache once. */
const packsPerStatement = (): number => Math.max(1, Math.floor(LIMITS.cachedPackBytes / LIMITS.packBytes))

/** Migrates a database and opens the storage over it. */
export async function openStorage(statements: Statements): Promise<Storage> {
  await migrate(statements)
  return new SqlStorage(new MendingStatements(statements), new LogNumbers(await logsOf(statements)))
}

/** The logs of a database in the order of their numbers. */
async function logsOf(statements: Statements): Promise<LogKey[]> {
  const ask = numberedLogs()
  return (await statements.read(ask)).map((row) => ask.rowOf(row).key)
}

/** Parts of a document's places that are read at once: each has about a hundred. */
const PARTS_PER_PAGE = 20

class SqlStorage implements Storage {
  readonly #statements: MendingStatements
  readonly #logs: LogNumbers
  readonly #cache = new PackCache(LIMITS.cachedPackBytes)
  /** Commits follow one another, because a failed one may give its log numbers back. */
  #turn: Promise<void> = Promise.resolve()
  /** Whether a commit that numbered logs failed: the answer alone may have been lost, so the numbers are read again. */
  #areLogsUnsure = false
  #relearning: Promise<void> | undefined
  #damage: StorageFailure | undefined

  constructor(statements: MendingStatements, logs: LogNumbers) {
    this.#statements = statements
    this.#logs = logs
  }

  get damage(): StorageFailure | undefined {
    return this.#damage
  }

  get isRemade(): boolean {
    return this.#statements.isRemade
  }

  async #all<Row>(ask: Ask<Row>): Promise<Row[]> {
    return this.#noting(async () => {
      if (this.#areLogsUnsure) await this.#relearnLogs()
      return (await this.#statements.read(ask)).map(ask.rowOf)
    })
  }

  /** Reads the logs again; once for all who wait, because the next commit numbers new ones. */
  #relearnLogs(): Promise<void> {
    const relearn = async () => {
      try {
        this.#logs.relearn(await logsOf(this.#statements))
        this.#areLogsUnsure = false
      } finally {
        this.#relearning = undefined
      }
    }
    this.#relearning ??= relearn()
    return this.#relearning
  }

  /** The number of a log that the database holds. */
  async #numberOf(log: LogKey): Promise<number | undefined> {
    if (this.#areLogsUnsure) await this.#noting(() => this.#relearnLogs())
    return this.#logs.find(log)
  }

  /** Does something with the file and remembers when it turns out to be damaged. */
  async #noting<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof StorageFailure && error.fault === 'damaged') this.#damage ??= error
      throw error
    }
  }

  async #first<Row>(ask: Ask<Row>): Promise<Row | undefined> {
    return (await this.#all(ask))[0]
  }

  async load(): Promise<Loaded> {
    const newest = await this.#first(packs.newestArrival())
    return {
      heads: await this.#all(heads()),
      directory: [...(await this.#all(directoryRows())), ...(await this.listed())],
      arrival: newest?.arrival ?? 0,
    }
  }

  async listed(): Promise<DirectoryRow[]> {
    const rows: DirectoryRow[][] = []
    for (const ofType of listedRows) rows.push(await this.#all(ofType()))
    return rows.flat()
  }

  commit(change: Change): Promise<void> {
    return this.#inTurn(change, [])
  }

  #inTurn(change: Change, first: readonly Statement[]): Promise<void> {
    const turn = this.#turn.then(() => this.#noting(() => this.#commit(change, first)))
    // The caller hears of the failure; the next commit must not.
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #commit(change: Change, first: readonly Statement[]): Promise<void> {
    assertChange(change)
    if (this.#areLogsUnsure) await this.#relearnLogs()
    try {
      const cuts = change.cuts.length === 0 ? [] : await statementsOfCuts(change.cuts, this, this.#logs)
      const compared = first.length === 0 ? cases.comparedWith(change) : undefined
      const known = compared && (await this.#all(compared))
      const statements = [...first, ...cuts, ...statementsOf(change, this.#statements.parameters, this.#logs, known)]
      if (statements.length > 0) await this.#statements.commit(statements)
      this.#logs.settle()
    } catch (error) {
      this.#areLogsUnsure = this.#logs.unsettled().length > 0
      throw error
    }
  }

  #packOf({ arrival, runs, bytes }: packs.PackRow): StoredPack {
    return { arrival, bytes, runs: readSound(() => decodeRuns(runs, (number) => this.#logs.keyOf(number))) }
  }

  async packsAfter(arrival: number, aboutBytes: number): Promise<StoredPack[]> {
    const asked = { arrival, most: LIMITS.packsPerRead, bytes: Math.max(1, aboutBytes) }
    const rows = await this.#all(packsAfter(asked))
    return this.#noting(async () => rows.flatMap(({ joined }) => packRowsIn(joined)).map((row) => this.#packOf(row)))
  }

  async packHolding(log: LogKey, seq: number): Promise<StoredPack | undefined> {
    const number = await this.#numberOf(log)
    if (number === undefined) return undefined
    const row = await this.#first(packs.packHolding({ log: number, seq }))
    return row && this.#noting(async () => this.#packOf(row))
  }

  /** For cuts: every pack with entries of the log above the seq. */
  async packsAbove(log: LogKey, seq: number): Promise<StoredPack[]> {
    const rows = await this.#all(packs.packsAbove({ log: (await this.#numberOf(log)) ?? 0, seq }))
    return rows.map((row) => this.#packOf(row))
  }

  async arrivalAbove(log: LogKey, seq: number): Promise<number | undefined> {
    const number = await this.#numberOf(log)
    if (number === undefined) return undefined
    return (await this.#first(packs.arrivalAbove({ log: number, seq })))?.arrival
  }

  async placesBehind(document: DocumentId, mark: number): Promise<PlacePage> {
    const full = await this.#all(partsBehind({ document, sequence: mark, limit: PARTS_PER_PAGE }))
    const isEnd = full.length < PARTS_PER_PAGE
    const found = [...full, ...(isEnd ? await this.#all(growingPart({ document })) : [])]
    const keyOf = (number: number) => this.#logs.keyOf(number)
    return this.#noting(async () => {
      const places: Place[] = []
      for (const part of found) readSound(() => decodePlaces(part.places, keyOf, places))
      return { places, mark: isEnd ? null : (full.at(-1)?.sequence ?? null) }
    })
  }

  /** For cuts: the places of documents as they lie on the disk. */
  async partsOf(documents: readonly DocumentId[]) {
    const parts = await this.#all(placesOf({ ids: documents }))
    return parts.sort((left, right) => left.sequence - right.sequence)
  }

  async placesOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, Place[]>> {
    const parts = await this.partsOf(documents)
    const keyOf = (number: number) => this.#logs.keyOf(number)
    return this.#noting(async () => {
      const found = new Map<DocumentId, Place[]>()
      for (const { id, places } of parts) {
        const known = found.get(id) ?? []
        found.set(id, known)
        readSound(() => decodePlaces(places, keyOf, known))
      }
      return found
    })
  }

  recordsOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, PlacedRecord[]>> {
    return this.#noting(() => this.#recordsOf(documents))
  }

  async #recordsOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, PlacedRecord[]>> {
    const places = await this.placesOf(documents)
    const found = new Map([...places].map(([document, list]) => [document, new DocumentRecords(list)]))
    const wanted = [...places].flatMap(([document, list]) => list.map((place) => ({ document, place })))
    // Pack by pack, so that one read of many cases holds no more packs than the cache.
    wanted.sort((left, right) => left.place.arrival - right.place.arrival)
    const arrivals = [...new Set(wanted.map(({ place }) => place.arrival))]
    const most = packsPerStatement()
    let next = 0
    for (let start = 0; start < arrivals.length; start += most) {
      const read = await this.#packs(arrivals.slice(start, start + most))
      for (; next < wanted.length; next++) {
        const { document, place } = wanted[next] as (typeof wanted)[number]
        const pack = read.get(place.arrival)
        if (pack === undefined) break
        found.get(document)?.add(place, pack)
      }
    }
    if (next < wanted.length) throw entryMissing()
    return new Map([...found].map(([document, { records }]) => [document, records]))
  }

  /** Packs by arrival from the cache, the others in one read. */
  async #packs(arrivals: readonly number[]): Promise<Map<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>()
    const missing: number[] = []
    for (const arrival of arrivals) {
      const cached = this.#cache.get(arrival)
      if (cached) found.set(arrival, cached)
      else missing.push(arrival)
    }
    if (missing.length === 0) return found
    for (const { arrival, bytes } of await this.#all(packs.packBytes({ arrivals: missing }))) {
      found.set(arrival, bytes)
      this.#cache.put(arrival, bytes)
    }
    return found
  }

  async documentsAfter(place: number, limit: number): Promise<DocumentPage> {
    const rows = await this.#all(documentsAfter({ place, limit }))
    return { documents: rows.map(({ id }) => id), last: rows.at(-1)?.place ?? place }
  }

  cases(query: CaseQuery): Promise<CasePage> {
    return pageOfCases(query, (ask) => this.#all(ask))
  }

  async casesById(ids: readonly DocumentId[]) {
    return (await this.#all(cases.casesById({ ids }))).map(({ row }) => row)
  }

  async casesByNumber(numbers: readonly string[]) {
    const folded = numbers.map(foldText)
    const found = [
      ...(await this.#all(cases.casesByNumber({ folded }))),
      ...(await this.#all(cases.casesByFormerNumber({ folded }))),
    ]
    return found.toSorted((left, right) => left.sequence - right.sequence).map(({ row }) => row)
  }

  async countByStage(holders: readonly StationCode[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#all(holders.length === 0 ? cases.countByStage() : cases.countByStageOf({ holders }))
    return new Map(rows.map(({ stage, count }) => [stage, count]))
  }

  async casesSince(arrival: number, limit: number) {
    const rows = await this.#all(cases.casesSince({ arrival, limit }))
    const counted = await this.#first(cases.countSince({ arrival }))
    return { ids: rows.map(({ id }) => id), count: counted?.count ?? 0 }
  }

  async casesToWake(day: Day, limit: number): Promise<DocumentId[]> {
    return (await this.#all(cases.casesToWake({ day: dayNumber(day), limit }))).map(({ id }) => id)
  }

  async receiptsOf(document: DocumentId): Promise<ReceiptRow[]> {
    const rows = await this.#all(toldOf({ document }))
    return rows.map((row) => ({ ...row, log: this.#logs.keyOf(row.log) }))
  }

  async receiptsAt(log: LogKey, first: number, last: number): Promise<ReceiptRow[]> {
    const rows = await this.#all(toldAt({ log: (await this.#numberOf(log)) ?? 0, first, last }))
    return rows.map((row) => ({ ...row, log }))
  }

  async receiptsIn(log: LogKey, limit: number): Promise<ReceiptRow[]> {
    const rows = await this.#all(toldIn({ log: (await this.#numberOf(log)) ?? 0, limit }))
    return rows.map((row) => ({ ...row, log }))
  }

  async documentsTold(reason: string, limit: number): Promise<DocumentId[]> {
    return (await this.#all(toldBecause({ reason, limit }))).map(({ document }) => document)
  }

  async receiptCounts() {
    const rows = await this.#all(receiptCounts())
    return rows.map((row) => ({ ...row, log: this.#logs.keyOf(row.log) }))
  }

  async local(space: string, key: string): Promise<string | undefined> {
    return (await this.#first(localValue({ space, key })))?.value
  }

  localAll(space: string) {
    return this.#all(localRows({ space }))
  }

  localBetween(range: LocalRange) {
    return this.#all(localRange(range))
  }

  dropComputed(change: Change = NO_CHANGE): Promise<void> {
    return this.#inTurn(change, [...cases.dropCases(), dropReceipts(), dropDirectory()])
  }

  check(between: () => Promise<void> = async () => undefined): Promise<void> {
    return this.#noting(async () => {
      for (const { name } of await this.#all(tableNames())) {
        let found = await this.#look(name)
        if (found !== 'ok' && isOfTerms(name)) {
          // Where it cannot be made anew, what was found of it is the answer.
          await this.#statements.remake().catch(() => undefined)
          found = await this.#look(name)
        }
        if (found !== 'ok') throw new StorageFailure('damaged', damageIn(name, found))
        await between()
      }
    })
  }

  /** What SQLite finds in a table and its indexes: `ok`, or what is wrong. */
  async #look(table: string): Promise<string> {
    try {
      const [row] = await this.#statements.read(statement(`PRAGMA quick_check("${table}")`))
      return String(row?.[0] ?? '')
    } catch (error) {
      if (!(error instanceof StorageFailure) || error.fault !== 'damaged') throw error
      return (error.cause as Error | undefined)?.message ?? ''
    }
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#statements.close()
  }
}

/** The first line of what SQLite found, as short as a person can pass it on. */
const damageIn = (table: string, found: string): string =>
  `数据库文件已损坏(${table}:${found.split('\n')[0]?.slice(0, 120)})。请停止录入,联系管理员用备份恢复。`
