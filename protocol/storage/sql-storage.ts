/** The storage port over the statement port: the same tables on libSQL and on Durable Objects. */
import type { Day } from '#protocol/casework/time/days.ts'
import type { Place, PlacedRecord, ReceiptRow, Storage, StoredPack } from '#protocol/engine/ports/storage.ts'
import {
  type CasePage,
  type CaseQuery,
  type Change,
  type DocumentPage,
  type Loaded,
  StorageFailure,
} from '#protocol/engine/ports/storage.ts'
import type { DocumentId, EntryHash, LogKey, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { pageOf } from './case-order.ts'
import {
  caseByNumber,
  caseList,
  caseRowOf,
  casesById,
  casesToWake,
  countByStage,
  exactCaseLists,
  listedCase,
} from './case-sql.ts'
import { assertChange, statementsOf } from './change.ts'
import { statementsOfCuts } from './cut.ts'
import { readSound } from './faults.ts'
import { LogNumbers } from './logs.ts'
import { migrate } from './migrate.ts'
import { PackCache } from './pack-cache.ts'
import { decodePlaces, decodeRuns } from './places.ts'
import { bytesIn, numberIn, type SqlRow, type Statements, statement, textColumns, textIn } from './statements.ts'

/** Packs that are read in one statement: 64 of 64 KiB fill the cache once. */
const PACKS_PER_STATEMENT = LIMITS.cachedPackBytes / LIMITS.packBytes

/** Migrates a database and opens the storage over it. */
export async function openStorage(statements: Statements): Promise<Storage> {
  await migrate(statements)
  const rows = await statements.read(statement(`SELECT ${textColumns('key')} FROM logs ORDER BY id`))
  return new SqlStorage(statements, new LogNumbers(rows.map((row) => textIn(row, 'key') as LogKey)))
}

class SqlStorage implements Storage {
  readonly #statements: Statements
  readonly #logs: LogNumbers
  readonly #cache = new PackCache(LIMITS.cachedPackBytes)
  /** Commits follow one another, because a failed one gives its log numbers back. */
  #turn: Promise<void> = Promise.resolve()

  constructor(statements: Statements, logs: LogNumbers) {
    this.#statements = statements
    this.#logs = logs
  }

  #read(sql: string, ...values: (string | number)[]): Promise<readonly SqlRow[]> {
    return this.#statements.read(statement(sql, ...values))
  }

  async load(): Promise<Loaded> {
    const heads = await this.#read(
      `SELECT ${textColumns('key')}, height, hash, parent_height, root_height FROM logs WHERE hash IS NOT NULL ORDER BY id`,
    )
    const directory = await this.#read(
      `SELECT ${textColumns('document', 'hash', 'json')}, version FROM directory ORDER BY directory.document`,
    )
    const [newest] = await this.#read('SELECT coalesce(max(arrival), 0) AS arrival FROM packs')
    return {
      heads: heads.map((row) => ({
        key: textIn(row, 'key') as LogKey,
        height: numberIn(row, 'height'),
        hash: bytesIn(row, 'hash'),
        parentHeight: numberIn(row, 'parent_height'),
        rootHeight: numberIn(row, 'root_height'),
      })),
      directory: directory.map((row) => ({
        document: textIn(row, 'document') as DocumentId,
        version: numberIn(row, 'version'),
        hash: textIn(row, 'hash') as EntryHash,
        json: textIn(row, 'json'),
      })),
      arrival: newest === undefined ? 0 : numberIn(newest, 'arrival'),
    }
  }

  commit(change: Change): Promise<void> {
    const turn = this.#turn.then(() => this.#commit(change))
    // The caller hears of the failure; the next commit must not.
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #commit(change: Change): Promise<void> {
    assertChange(change)
    try {
      const cuts = change.cuts.length === 0 ? [] : await statementsOfCuts(change.cuts, this, this.#logs)
      const statements = [...cuts, ...statementsOf(change, this.#statements.parameters, this.#logs)]
      if (statements.length > 0) await this.#statements.commit(statements)
      this.#logs.settle()
    } catch (error) {
      this.#logs.abandon()
      throw error
    }
  }

  #packOf(row: SqlRow): StoredPack {
    const runs = readSound(() => decodeRuns(bytesIn(row, 'runs'), (number) => this.#logs.keyOf(number)))
    return { arrival: numberIn(row, 'arrival'), bytes: bytesIn(row, 'bytes'), runs }
  }

  async packsAfter(arrival: number, aboutBytes: number): Promise<StoredPack[]> {
    const rows = await this.#read(PACKS_AFTER, arrival, arrival, LIMITS.packsPerRead, Math.max(1, aboutBytes))
    return rows.map((row) => this.#joinedPack(bytesIn(row, 'pack')))
  }

  /** A pack from the one column that {@link PACKS_AFTER} selects. */
  #joinedPack(joined: Uint8Array): StoredPack {
    const numbers = String.fromCharCode(...joined.subarray(0, ARRIVAL_DIGITS + SIZE_DIGITS))
    const runsEnd = numbers.length + Number(numbers.slice(ARRIVAL_DIGITS))
    const keyOf = (number: number) => this.#logs.keyOf(number)
    const runs = readSound(() => decodeRuns(joined.subarray(numbers.length, runsEnd), keyOf))
    return { arrival: Number(numbers.slice(0, ARRIVAL_DIGITS)), runs, bytes: joined.subarray(runsEnd) }
  }

  async packHolding(log: LogKey, seq: number): Promise<StoredPack | undefined> {
    const number = this.#logs.find(log)
    if (number === undefined) return undefined
    const [row] = await this.#read(
      `SELECT packs.* FROM packs JOIN
        (SELECT arrival, first FROM runs WHERE log = ? AND last >= ? ORDER BY last LIMIT 1) AS run
        ON packs.arrival = run.arrival WHERE run.first <= ?`,
      number,
      seq,
      seq,
    )
    return row === undefined ? undefined : this.#packOf(row)
  }

  /** For cuts: every pack with entries of the log above the seq. */
  async packsAbove(log: LogKey, seq: number): Promise<StoredPack[]> {
    const sql = 'SELECT * FROM packs WHERE arrival IN (SELECT arrival FROM runs WHERE log = ? AND last > ?)'
    const rows = await this.#read(sql, this.#logs.find(log) ?? 0, seq)
    return rows.map((row) => this.#packOf(row))
  }

  async arrivalAbove(log: LogKey, seq: number): Promise<number | undefined> {
    const number = this.#logs.find(log)
    if (number === undefined) return undefined
    const sql = 'SELECT arrival FROM runs WHERE log = ? AND last > ? ORDER BY last LIMIT 1'
    const [row] = await this.#read(sql, number, seq)
    return row === undefined ? undefined : numberIn(row, 'arrival')
  }

  async placesOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, Place[]>> {
    const sql = `SELECT ${textColumns('id')}, places FROM documents WHERE id IN (SELECT value FROM json_each(?))`
    const rows = await this.#read(sql, JSON.stringify(documents))
    const keyOf = (number: number) => this.#logs.keyOf(number)
    return new Map(
      rows.map((row) => [
        textIn(row, 'id') as DocumentId,
        readSound(() => decodePlaces(bytesIn(row, 'places'), keyOf)),
      ]),
    )
  }

  async recordsOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, PlacedRecord[]>> {
    const places = await this.placesOf(documents)
    const found = new Map<DocumentId, PlacedRecord[]>()
    for (const document of places.keys()) found.set(document, [])
    const wanted = [...places].flatMap(([document, list]) => list.map((place) => ({ document, place })))
    // Pack by pack, so that one read of many cases holds no more packs than the cache.
    wanted.sort((left, right) => left.place.arrival - right.place.arrival)
    const arrivals = [...new Set(wanted.map(({ place }) => place.arrival))]
    let next = 0
    for (let start = 0; start < arrivals.length; start += PACKS_PER_STATEMENT) {
      const packs = await this.#packs(arrivals.slice(start, start + PACKS_PER_STATEMENT))
      for (; next < wanted.length; next++) {
        const { document, place } = wanted[next] as (typeof wanted)[number]
        const pack = packs.get(place.arrival)
        if (pack === undefined) break
        found.get(document)?.push({ ...place, bytes: recordIn(pack, place) })
      }
    }
    if (next < wanted.length) throw missingPack()
    return found
  }

  /** Packs by arrival from the cache, the others in one read. */
  async #packs(arrivals: readonly number[]): Promise<Map<number, Uint8Array>> {
    const packs = new Map<number, Uint8Array>()
    const missing: number[] = []
    for (const arrival of arrivals) {
      const cached = this.#cache.get(arrival)
      if (cached) packs.set(arrival, cached)
      else missing.push(arrival)
    }
    if (missing.length === 0) return packs
    const sql = 'SELECT arrival, bytes FROM packs WHERE arrival IN (SELECT value FROM json_each(?))'
    for (const row of await this.#read(sql, JSON.stringify(missing))) {
      const bytes = bytesIn(row, 'bytes')
      packs.set(numberIn(row, 'arrival'), bytes)
      this.#cache.put(numberIn(row, 'arrival'), bytes)
    }
    return packs
  }

  async documentsAfter(place: number, limit: number): Promise<DocumentPage> {
    const rows = await this.#read(
      `SELECT rowid AS place, ${textColumns('id')} FROM documents WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      place,
      limit,
    )
    const last = rows.at(-1)
    return {
      documents: rows.map((row) => textIn(row, 'id') as DocumentId),
      last: last === undefined ? place : numberIn(last, 'place'),
    }
  }

  async cases(query: CaseQuery): Promise<CasePage> {
    for (const exact of exactCaseLists(query)) {
      const found = await this.#statements.read(exact)
      if (found.length > 0) return pageOf(found.map(listedCase), query)
    }
    return pageOf((await this.#statements.read(caseList(query))).map(listedCase), query)
  }

  async casesById(ids: readonly DocumentId[]) {
    return (await this.#statements.read(casesById(ids))).map(caseRowOf)
  }

  async caseByNumber(number: string) {
    const [row] = await this.#statements.read(caseByNumber(number))
    return row === undefined ? undefined : caseRowOf(row)
  }

  async countByStage(holders: readonly StationCode[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#statements.read(countByStage(holders))
    return new Map(rows.map((row) => [textIn(row, 'stage'), numberIn(row, 'count')]))
  }

  async casesSince(arrival: number, limit: number) {
    const ids = await this.#read(
      `SELECT ${textColumns('id')} FROM cases WHERE arrival >= ? ORDER BY arrival LIMIT ?`,
      arrival,
      limit,
    )
    const [counted] = await this.#read('SELECT count(*) AS count FROM cases WHERE arrival >= ?', arrival)
    return {
      ids: ids.map((row) => textIn(row, 'id') as DocumentId),
      count: counted === undefined ? 0 : numberIn(counted, 'count'),
    }
  }

  async casesToWake(day: Day, limit: number): Promise<DocumentId[]> {
    const rows = await this.#statements.read(casesToWake(day, limit))
    return rows.map((row) => textIn(row, 'id') as DocumentId)
  }

  async receiptsOf(document: DocumentId): Promise<ReceiptRow[]> {
    const rows = await this.#read(
      `SELECT log, seq, ${textColumns('document', 'outcome', 'reason')} FROM receipts WHERE document = ? ORDER BY log, seq`,
      document,
    )
    return rows.map((row) => ({
      log: this.#logs.keyOf(numberIn(row, 'log')),
      seq: numberIn(row, 'seq'),
      document: textIn(row, 'document') as DocumentId,
      outcome: textIn(row, 'outcome') as ReceiptRow['outcome'],
      reason: textIn(row, 'reason'),
    }))
  }

  async receiptCounts() {
    const rows = await this.#read(
      `SELECT log, ${textColumns('outcome')}, count(*) AS count FROM receipts GROUP BY log, receipts.outcome`,
    )
    return rows.map((row) => ({
      log: this.#logs.keyOf(numberIn(row, 'log')),
      outcome: textIn(row, 'outcome'),
      count: numberIn(row, 'count'),
    }))
  }

  async local(space: string, key: string): Promise<string | undefined> {
    const [row] = await this.#read(`SELECT ${textColumns('value')} FROM local WHERE space = ? AND key = ?`, space, key)
    return row === undefined ? undefined : textIn(row, 'value')
  }

  async localAll(space: string) {
    const rows = await this.#read(
      `SELECT ${textColumns('key', 'value')} FROM local WHERE space = ? ORDER BY local.key`,
      space,
    )
    return rows.map((row) => ({ key: textIn(row, 'key'), value: textIn(row, 'value') }))
  }

  dropComputed(): Promise<void> {
    const tables = ['cases', 'receipts', 'directory']
    return this.#statements.commit(tables.map((table) => statement(`DELETE FROM ${table}`)))
  }

  async check(): Promise<void> {
    const rows = await this.#read('PRAGMA quick_check(1)')
    const finding = rows[0] === undefined ? '' : Object.values(rows[0])[0]
    if (finding !== 'ok') {
      throw new StorageFailure('damaged', `数据库文件已损坏(${finding})。请停止录入,联系管理员用备份恢复。`)
    }
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#statements.close()
  }
}

const ARRIVAL_DIGITS = 16
const SIZE_DIGITS = 8
/**
 * The sum reads only the sizes of the packs; the packs themselves are read once, up to the arrival it finds.
 * One column a row: libSQL's client pays for every value of a row, and a village's packs are small (measured: 4×).
 */
const PACKS_AFTER = `SELECT CAST(
  printf('%0${ARRIVAL_DIGITS}d%0${SIZE_DIGITS}d', arrival, length(runs)) || runs || bytes AS BLOB) AS pack
  FROM packs WHERE arrival > ? AND arrival <= (
  SELECT max(arrival) FROM (
    SELECT arrival, sum(size) OVER (ORDER BY arrival ROWS UNBOUNDED PRECEDING) - size AS before FROM (
      SELECT arrival, length(bytes) AS size FROM packs WHERE arrival > ? ORDER BY arrival LIMIT ?))
  WHERE before < ?) ORDER BY arrival`

/** Copied, because a view would keep the whole pack alive behind one entry. */
function recordIn(pack: Uint8Array, place: Place): Uint8Array {
  if (place.offset + place.length > pack.length) throw missingPack()
  return pack.slice(place.offset, place.offset + place.length)
}

const missingPack = () => new StorageFailure('damaged', '数据库缺少已登记的条目。请停止录入,联系管理员用备份恢复。')
