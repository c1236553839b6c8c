/** Builders of storage contents: real logs with real chains, packed as the engine packs them. */
import { createHash } from 'node:crypto'
import { type CaseRow, type Change, NO_CHANGE, type Place, type StoredPack } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type LogKey, logKey, type NodeId, type StationCode, type StreamId } from '#protocol/ids.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, encodeContent, KIND } from '#protocol/log/entry.ts'
import { decodePack, encodePack, packable, runsOf } from '#protocol/log/pack.ts'

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())

/** A case id made from a small number. */
export const caseId = (number: number): DocumentId => number.toString(16).padStart(32, '0') as DocumentId

export const station = (code: string): StationCode => code as StationCode

/** A log made from a small number. */
export const logOf = (number: number): LogKey =>
  logKey({
    node: number.toString(16).padStart(32, 'a') as NodeId,
    incarnation: 7,
    stream: `51072410${number % 10}` as StreamId,
  })

/** Writes entries into logs and hands them out as changes. */
export class Author {
  readonly heads = new Map<LogKey, { seq: number; hash: Uint8Array }>()
  arrival = 0

  /** One pack with an entry per pair of log and document, and everything that belongs to it. */
  pack(entries: readonly (readonly [LogKey, DocumentId])[]): Change {
    this.arrival++
    const before = new Map<LogKey, Uint8Array>()
    const hashes: Uint8Array[] = []
    const records = entries.map(([log, document]) => {
      const head = this.heads.get(log) ?? { seq: 0, hash: GENESIS }
      if (!before.has(log)) before.set(log, head.hash)
      const record = recordOf(head.seq + 1, document)
      const hash = entryHash(sha256, log, head.hash, record)
      hashes.push(hash)
      this.heads.set(log, { seq: record.seq, hash })
      return packable(log, record)
    })
    const bytes = encodePack(records)
    const decoded = decodePack(bytes) ?? []
    const runs = runsOf(decoded).map((run) => ({ ...run, before: before.get(run.log) ?? GENESIS }))
    const pack: StoredPack = { arrival: this.arrival, bytes, runs }
    const places = decoded.map(({ log, record, offset, length }, index) => ({
      document: entries[index]?.[1] as DocumentId,
      places: [{ arrival: this.arrival, offset, length, log, seq: record.seq, hash: hashes[index] as Uint8Array }],
    }))
    const heads = [...before.keys()].map((key) => this.headOf(key))
    return { ...NO_CHANGE, packs: [pack], places, heads }
  }

  headOf(key: LogKey) {
    const head = this.heads.get(key) ?? { seq: 0, hash: GENESIS }
    return { key, height: head.seq, hash: head.hash, parentHeight: 0, rootHeight: 0 }
  }
}

function recordOf(seq: number, document: DocumentId): EntryRecord {
  const content = encodeContent({
    kind: KIND.edit,
    document,
    person: '',
    station: station('510724101'),
    time: 1_790_000_000_000 + seq,
    clockOffset: null,
    catalogueVersion: 1,
    calendarVersion: 1,
    payload: new Uint8Array([seq % 256, 1, 2, 3]),
  })
  return { seq, signature: null, content }
}

/** A row of the case lists; give what matters. */
export function caseRow(number: number, given: Partial<CaseRow> = {}): CaseRow {
  return {
    id: caseId(number),
    number: `510724101-20261121-ABC-${String(number).padStart(4, '0')}-X`,
    item: 'water-permit',
    applicant: '王芳',
    idNumber: `51072419800101${String(number).padStart(4, '0')}`,
    phone: `1380000${String(number).padStart(4, '0')}`,
    stage: '20',
    home: station('510724101201'),
    holder: station('510724101'),
    offeredTo: null,
    offeredAt: null,
    epoch: 1,
    openedAt: 1_790_000_000_000,
    changedAt: 1_790_000_000_500,
    arrival: number,
    aside: 0,
    forked: false,
    due: null,
    dueClock: '',
    exceeded: false,
    paused: false,
    assignee: '',
    master: '',
    kinds: [],
    receivedOn: null,
    formerNumbers: [],
    acceptedOn: null,
    wake: null,
    ...given,
  }
}

/** Places by value, for comparison. */
export const plainPlaces = (places: readonly Place[] | undefined) =>
  places?.map((place) => ({ ...place, hash: Buffer.from(place.hash).toString('hex') }))
