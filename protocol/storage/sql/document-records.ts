/** The records of a document, taken out of the packs that hold them. */
import { type Place, type PlacedRecord, StorageFailure } from '#protocol/engine/ports/storage.ts'

/** What the database has noted is not where it should be. */
export const entryMissing = () =>
  new StorageFailure('damaged', '数据库缺少已登记的条目。请停止录入,联系管理员用备份恢复。')

/** Memory asked for at once: most documents fit. Lengths come from the disk, so no sum of them is believed. */
const PIECE_BYTES = 64 * 1024

/** A longer record has memory of its own, so that no piece is left with more than this unused. */
const OWN_BYTES = PIECE_BYTES / 4

/**
 * Records are copied: a view would keep the whole pack alive behind one entry. They share a piece of memory, because one
 * of its own for each costs as much as reading it (measured).
 */
export class DocumentRecords {
  readonly records: PlacedRecord[] = []
  #piece = new Uint8Array()
  #used = 0
  /** Bytes that are still to come into pieces. */
  #rest: number

  /** @param places what will be added */
  constructor(places: readonly Place[]) {
    this.#rest = places.reduce((sum, { length }) => sum + (length > OWN_BYTES ? 0 : length), 0)
  }

  /** @throws StorageFailure 'damaged' when the pack is too short for the place */
  add(place: Place, pack: Uint8Array): void {
    const { offset, length } = place
    if (offset + length > pack.length) throw entryMissing()
    const bytes = length > OWN_BYTES ? new Uint8Array(length) : this.#place(length)
    bytes.set(pack.subarray(offset, offset + length))
    this.records.push({ ...place, bytes })
  }

  /** Room in a piece. */
  #place(length: number): Uint8Array {
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(Math.max(length, Math.min(this.#rest, PIECE_BYTES)))
      this.#used = 0
    }
    this.#used += length
    this.#rest -= length
    return this.#piece.subarray(this.#used - length, this.#used)
  }
}
