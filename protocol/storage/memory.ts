/** The storage port in memory, for simulations: commits are synchronous, snapshots are cheap, faults are injected. */
import { appendAll } from '#protocol/append-all.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { isStationDocument, listedOf, listOf } from '#protocol/engine/directory/station-records.ts'
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
import type { LogHead } from '#protocol/log/head.ts'
import {
  foldText,
  inOrderOf,
  type ListedCase,
  listKeyOf,
  orderOf,
  pageOf,
  readCursor,
  rowsWanted,
} from './case-order.ts'
import { assertChange } from './change.ts'
import { type Cut, cutPlaces, cutRuns, documentsCut } from './cut.ts'
import { matches, type SearchedCase, searched } from './memory-lists.ts'
import { termsOf } from './search-terms.ts'

/** Whether a commit succeeds, meets a full disk, loses its answer, or the process dies before or after it became durable. */
export type CommitFate = 'ok' | 'full' | 'lost' | 'crash-before' | 'crash-after'

/** Thrown where a real process would have died; the simulation restarts the node over the same storage. */
export class SimulatedCrash extends Error {
  override readonly name = 'SimulatedCrash'
}

/** A state of the storage: what was committed to reach it. Packs are shared, never copied. */
export interface MemorySnapshot {
  readonly steps: readonly Step[]
}

type Step = Change | 'drop-computed'

const notSaved = () => new StorageFailure('other', '数据库读写失败,这次没有保存。请重试;仍然失败时联系管理员。')

const byText = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0)

export class MemoryStorage implements Storage {
  /** Asked before every commit. */
  beforeCommit: (() => CommitFate) | undefined
  /** Memory is never damaged; tests and simulations say that it is. */
  damage: StorageFailure | undefined
  isRemade = false
  #steps: Step[] = []
  #packs: StoredPack[] = []
  readonly #places = new Map<DocumentId, Place[]>()
  /** Places of the documents in the order in which they were first stored. */
  readonly #order = new Map<DocumentId, number>()
  #stored = 0
  readonly #heads = new Map<LogKey, LogHead>()
  readonly #cases = new Map<DocumentId, SearchedCase>()
  #listed = 0
  readonly #receipts = new Map<string, ReceiptRow>()
  readonly #directory = new Map<DocumentId, DirectoryRow>()
  readonly #local = new Map<string, Map<string, string>>()

  /** The state now; takes time in the number of commits, not in their content. */
  snapshot(): MemorySnapshot {
    return { steps: this.#steps.slice() }
  }

  /** Goes back (or over) to a state, as a restored backup does. */
  restore(snapshot: MemorySnapshot): void {
    this.#steps = []
    this.#packs = []
    this.#stored = 0
    for (const map of [
      this.#places,
      this.#order,
      this.#heads,
      this.#cases,
      this.#receipts,
      this.#directory,
      this.#local,
    ])
      map.clear()
    for (const step of snapshot.steps) this.#take(step)
  }

  async load(): Promise<Loaded> {
    const ofRoot = [...this.#directory.values()].filter(({ document }) => !isStationDocument(document))
    const directory = [...ofRoot, ...(await this.listed())]
    directory.sort((left, right) => byText(left.document, right.document))
    return { heads: [...this.#heads.values()], directory, arrival: this.#packs.at(-1)?.arrival ?? 0 }
  }

  async listed(): Promise<DirectoryRow[]> {
    const rows = [...this.#directory.values()].filter(({ document }) => isStationDocument(document))
    rows.sort((left, right) => right.version - left.version || byText(right.hash, left.hash))
    const counts = new Map<string, number>()
    return rows.filter(({ document }) => {
      const list = listOf(document)
      const count = (counts.get(list) ?? 0) + 1
      counts.set(list, count)
      return count <= listedOf(document)
    })
  }

  commit(change: Change): Promise<void> {
    return this.#commit([change], change)
  }

  async #commit(steps: readonly Step[], change: Change): Promise<void> {
    assertChange(change)
    const fate = this.beforeCommit?.() ?? 'ok'
    if (fate === 'full')
      throw new StorageFailure('full', '磁盘已满,这次没有保存;之前的数据都在。请清理磁盘空间后重试。')
    if (fate === 'crash-before') throw new SimulatedCrash('before the commit was durable')
    const newest = this.#packs.at(-1)?.arrival ?? 0
    if ((change.packs[0]?.arrival ?? newest + 1) <= newest) throw notSaved()
    for (const step of steps) this.#take(step)
    if (fate === 'lost') throw notSaved()
    if (fate === 'crash-after') throw new SimulatedCrash('after the commit was durable')
  }

  #take(step: Step): void {
    this.#steps.push(step)
    if (step === 'drop-computed') {
      for (const map of [this.#cases, this.#receipts, this.#directory]) map.clear()
      return
    }
    if (step.cuts.length > 0) this.#cut(step.cuts)
    appendAll(this.#packs, step.packs)
    for (const { document, places } of step.places) {
      const known = this.#places.get(document)
      if (known) appendAll(known, places)
      else {
        this.#places.set(document, [...places])
        this.#stored += 1
        this.#order.set(document, this.#stored)
      }
    }
    for (const head of step.heads) this.#heads.set(head.key, head)
    this.#takeComputed(step)
    for (const { space, key, value } of step.local) {
      const rows = this.#local.get(space) ?? new Map<string, string>()
      if (value === null) rows.delete(key)
      else rows.set(key, value)
      this.#local.set(space, rows)
    }
  }

  #takeComputed({ cases, unopened, receipts, forgotten, directory }: Change): void {
    for (const id of unopened) this.#cases.delete(id)
    for (const row of cases) {
      const sequence = this.#cases.get(row.id)?.sequence ?? ++this.#listed
      this.#cases.set(row.id, { row, sequence, terms: termsOf(row) })
    }
    for (const row of receipts) {
      const key = `${row.log}/${row.seq}`
      // After a cut another document's entry may lie in the same place.
      const isOf = this.#receipts.get(key)?.document === row.document
      if (row.outcome !== 'applied') this.#receipts.set(key, row)
      else if (isOf) this.#receipts.delete(key)
    }
    for (const document of forgotten) this.#directory.delete(document)
    for (const row of directory) {
      const known = this.#directory.get(row.document)
      const wins = !known || row.version > known.version || (row.version === known.version && row.hash > known.hash)
      if (wins) this.#directory.set(row.document, row)
    }
  }

  #cut(cuts: readonly Cut[]): void {
    const above = ({ runs }: StoredPack) =>
      runs.some((run) => cuts.some((cut) => run.log === cut.log && run.last > cut.height))
    for (const document of new Set(this.#packs.filter(above).flatMap((pack) => documentsCut(pack, cuts)))) {
      const kept = cutPlaces(this.#places.get(document) ?? [], cuts)
      if (kept.length === 0) {
        this.#places.delete(document)
        this.#order.delete(document)
      } else this.#places.set(document, kept)
    }
    this.#packs = this.#packs.map((pack) => (above(pack) ? { ...pack, runs: cutRuns(pack.runs, cuts) } : pack))
  }

  /** Index of the first pack behind an arrival number. */
  #indexAfter(arrival: number): number {
    let [low, high] = [0, this.#packs.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#packs[middle] as StoredPack).arrival <= arrival) low = middle + 1
      else high = middle
    }
    return low
  }

  async packsAfter(arrival: number, aboutBytes: number): Promise<StoredPack[]> {
    const packs: StoredPack[] = []
    let bytes = 0
    const start = this.#indexAfter(arrival)
    for (const pack of this.#packs.slice(start, start + LIMITS.packsPerRead)) {
      if (packs.length > 0 && bytes >= aboutBytes) break
      packs.push(pack)
      bytes += pack.bytes.length
    }
    return packs
  }

  async packHolding(log: LogKey, seq: number): Promise<StoredPack | undefined> {
    return this.#packs.find(({ runs }) => runs.some((run) => run.log === log && run.first <= seq && seq <= run.last))
  }

  async arrivalAbove(log: LogKey, seq: number): Promise<number | undefined> {
    return this.#packs.find(({ runs }) => runs.some((run) => run.log === log && run.last > seq))?.arrival
  }

  async placesOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, Place[]>> {
    const found = new Map<DocumentId, Place[]>()
    for (const document of documents) {
      const places = this.#places.get(document)
      if (places) found.set(document, [...places])
    }
    return found
  }

  async placesBehind(document: DocumentId, mark: number): Promise<PlacePage> {
    const places = this.#places.get(document) ?? []
    const end = mark + LIMITS.packsPerRead
    return { places: places.slice(mark, end), mark: end < places.length ? end : null }
  }

  async recordsOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, PlacedRecord[]>> {
    const found = new Map<DocumentId, PlacedRecord[]>()
    for (const [document, places] of await this.placesOf(documents)) {
      found.set(
        document,
        places.map((place) => ({ ...place, bytes: this.#recordAt(place) })),
      )
    }
    return found
  }

  #recordAt(place: Place): Uint8Array {
    const pack = this.#packs[this.#indexAfter(place.arrival - 1)] as StoredPack
    return pack.bytes.slice(place.offset, place.offset + place.length)
  }

  async documentsAfter(place: number, limit: number): Promise<DocumentPage> {
    const behind = [...this.#order].filter(([, at]) => at > place).slice(0, limit)
    return { documents: behind.map(([document]) => document), last: behind.at(-1)?.[1] ?? place }
  }

  async cases(query: CaseQuery): Promise<CasePage> {
    const direction = orderOf(query) === 'arrival' ? -1 : 1
    const compare = (left: { key: number; sequence: number }, right: { key: number; sequence: number }) =>
      direction * (left.key - right.key || left.sequence - right.sequence)
    const cursor = readCursor(query.after)
    const listed = [...this.#cases.values()]
      .filter(({ row }) => matches(row, query))
      .filter((one) => cursor === undefined || compare(listKeyOf(one, query), cursor) > 0)
    const found = searched(listed, query.text ?? '')
    found.sort(inOrderOf(query))
    return pageOf(found.slice(0, rowsWanted(query) + 1), query)
  }

  async casesById(ids: readonly DocumentId[]) {
    return ids.flatMap((id) => this.#cases.get(id)?.row ?? [])
  }

  async casesByNumber(numbers: readonly string[]) {
    const folded = new Set(numbers.map(foldText))
    const had = ({ row }: ListedCase) =>
      [row.number, ...row.formerNumbers.slice(0, 1)].some((one) => folded.has(foldText(one)))
    return [...this.#cases.values()].filter(had).map(({ row }) => row)
  }

  async countByStage(holders: readonly StationCode[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>()
    for (const { row } of this.#cases.values()) {
      if (holders.length > 0 && !holders.includes(row.holder)) continue
      counts.set(row.stage, (counts.get(row.stage) ?? 0) + 1)
    }
    return counts
  }

  async casesSince(arrival: number, limit: number) {
    const rows = [...this.#cases.values()].map(({ row }) => row).filter((row) => row.arrival >= arrival)
    rows.sort((left, right) => left.arrival - right.arrival)
    return { ids: rows.slice(0, limit).map(({ id }) => id), count: rows.length }
  }

  async casesToWake(day: Day, limit: number): Promise<DocumentId[]> {
    const waiting = [...this.#cases.values()].filter(({ row }) => row.wake !== null && row.wake <= day)
    waiting.sort((left, right) => byText(left.row.wake ?? '', right.row.wake ?? '') || left.sequence - right.sequence)
    return waiting.slice(0, limit).map(({ row }) => row.id)
  }

  async receiptsOf(document: DocumentId): Promise<ReceiptRow[]> {
    return [...this.#receipts.values()].filter((row) => row.document === document)
  }

  async receiptsAt(log: LogKey, first: number, last: number): Promise<ReceiptRow[]> {
    const rows = [...this.#receipts.values()].filter((row) => row.log === log && first <= row.seq && row.seq <= last)
    return rows.sort((left, right) => left.seq - right.seq)
  }

  async receiptsIn(log: LogKey, limit: number): Promise<ReceiptRow[]> {
    const rows = [...this.#receipts.values()].filter((row) => row.log === log && row.outcome !== 'set-aside')
    return rows.sort((left, right) => right.seq - left.seq).slice(0, limit)
  }

  async documentsTold(reason: string, limit: number): Promise<DocumentId[]> {
    const told = [...this.#receipts.values()].filter((row) => row.reason === reason)
    return [...new Set(told.map(({ document }) => document))].sort().slice(0, limit)
  }

  async receiptCounts() {
    const groups = Map.groupBy(this.#receipts.values(), ({ log, outcome }) => `${log} ${outcome}`)
    return [...groups.values()].flatMap((rows) =>
      rows.slice(0, 1).map(({ log, outcome }) => ({ log, outcome, count: rows.length })),
    )
  }

  async local(space: string, key: string): Promise<string | undefined> {
    return this.#local.get(space)?.get(key)
  }

  async localAll(space: string) {
    const rows = [...(this.#local.get(space) ?? [])].map(([key, value]) => ({ key, value }))
    return rows.sort((left, right) => byText(left.key, right.key))
  }

  async localBetween({ space, after, before, limit }: LocalRange) {
    const rows = await this.localAll(space)
    return rows.filter(({ key }) => byText(after, key) < 0 && byText(key, before) < 0).slice(0, limit)
  }

  dropComputed(change: Change = NO_CHANGE): Promise<void> {
    return this.#commit(['drop-computed', change], change)
  }

  /** Memory does not rot. */
  async check(): Promise<void> {
    if (this.damage) throw this.damage
  }

  /** Nothing to release; the state stays for the next start of the simulated node. */
  async close(): Promise<void> {}
}
