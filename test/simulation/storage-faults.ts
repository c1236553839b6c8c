/** The storage a process works with: slow, mortal, and at times as bad as disks get. */
import { type Change, type Storage, StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Chance } from './chance.ts'
import type { Process } from './process.ts'
import type { WritableDisk } from './witnessed-disk.ts'

/** Whether a commit stores nothing, and says only what follows from what is stored. */
const onlyLists = ({ packs, cases, receipts }: Change) => packs.length === 0 && cases.length + receipts.length > 0

/** Opens a disk for a process. */
export function storageOf(disk: WritableDisk, process: Process, chance: Chance, now: () => number): Storage {
  const { ailments } = disk
  const pause = (probability: number, longest: number) => (chance.happens(probability) ? chance.between(1, longest) : 0)
  const trouble = (fault: StorageFailure['fault'], message: string) => {
    disk.failed(now())
    return new StorageFailure(fault, message)
  }
  const read = <Of>(work: (storage: Storage) => Promise<Of>, documents: readonly DocumentId[] = []) =>
    process.gate(
      () => {
        if (ailments.failingReads > 0 && chance.happens(ailments.failingReads)) throw trouble('other', '读盘失败')
        if (documents.some((document) => document === ailments.damaged)) throw trouble('damaged', '数据页损坏')
        return work(disk.storage)
      },
      pause(0.15, 25) + (ailments.slowReads > 0 ? chance.between(1, ailments.slowReads) : 0),
    )
  const commit: Storage['commit'] = (change) =>
    process.gate(
      async () => {
        if (ailments.full || (ailments.unlisting && onlyLists(change))) throw trouble('full', '磁盘已满')
        await disk.commit(change)
        if (!ailments.uncertain) return
        ailments.uncertain = false
        throw trouble('other', '写盘的结果不明')
      },
      pause(0.5, 30) + (ailments.slow > 0 ? chance.between(1, ailments.slow) : 0),
    )
  return {
    load: () => process.gate(() => disk.storage.load()),
    listed: () => read((storage) => storage.listed()),
    commit,
    packsAfter: (arrival, aboutBytes) => read((storage) => storage.packsAfter(arrival, aboutBytes)),
    packHolding: (log, seq) => read((storage) => storage.packHolding(log, seq)),
    arrivalAbove: (log, seq) => read((storage) => storage.arrivalAbove(log, seq)),
    placesOf: (documents) => read((storage) => storage.placesOf(documents), documents),
    placesBehind: (document, mark) => read((storage) => storage.placesBehind(document, mark), [document]),
    recordsOf: (documents) => read((storage) => storage.recordsOf(documents), documents),
    documentsAfter: (place, limit) => read((storage) => storage.documentsAfter(place, limit)),
    casesToWake: (day, limit) => read((storage) => storage.casesToWake(day, limit)),
    cases: (query) => read((storage) => storage.cases(query)),
    casesById: (ids) => read((storage) => storage.casesById(ids)),
    casesByNumber: (numbers) => read((storage) => storage.casesByNumber(numbers)),
    countByStage: (holders) => read((storage) => storage.countByStage(holders)),
    casesSince: (arrival, limit) => read((storage) => storage.casesSince(arrival, limit)),
    receiptsOf: (document) => read((storage) => storage.receiptsOf(document), [document]),
    receiptsAt: (log, first, last) => read((storage) => storage.receiptsAt(log, first, last)),
    receiptsIn: (log, limit) => read((storage) => storage.receiptsIn(log, limit)),
    documentsTold: (reason, limit) => read((storage) => storage.documentsTold(reason, limit)),
    receiptCounts: () => read((storage) => storage.receiptCounts()),
    local: (space, key) => read((storage) => storage.local(space, key)),
    localAll: (space) => read((storage) => storage.localAll(space)),
    localBetween: (range) => read((storage) => storage.localBetween(range)),
    dropComputed: (change) => process.gate(() => disk.dropComputed(change)),
    damage: undefined,
    isRemade: false,
    check: () => process.gate(() => disk.storage.check()),
    close: () => process.gate(() => disk.storage.close()),
  }
}

/** What somebody asked of a program whose disk failed was answered with that; anything else that is thrown is a bug. */
export function unlessDisk(problem: unknown): void {
  if (!(problem instanceof StorageFailure)) throw problem
}
