/** Keeps case rows true although nobody writes: a day passes, or the directory says otherwise. In slices, in the background. */
import { ENDED, type Register, type Stage } from '#protocol/casework/case.ts'
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type CaseFile, standingReceipts } from './case-file.ts'
import { rowOf } from './case-row.ts'
import { type Core, notify } from './core.ts'
import { moveMark, type RefoldMark, readMark } from './refold-mark.ts'
import { registerOf, todayOf } from './register.ts'
import { loadFiles, type Staging } from './staging.ts'
import { type CaseRow, type ReceiptRow, StorageFailure } from './storage.ts'
import type { WriteQueue } from './write-queue.ts'

export interface Refolding {
  /** Goes on with what is stale, unless it is at it already. */
  soon(): void
  stop(): void
}

/** Starts at once with what a stop or a crash left, and looks for a new day from time to time. */
export function openRefolding(core: Core, queue: WriteQueue): Refolding {
  let stopped = false
  let running = false
  /** Something became stale since the run began. */
  let again = false
  let cancel = () => {}

  const pause = () => new Promise<void>((resolve) => core.host.after(LIMITS.slicePauseMilliseconds, resolve))
  /** Runs one slice in the queue, then lets everybody else have their turn. */
  const slice = async <Value>(work: (staging: Staging) => Promise<Value>): Promise<Value> => {
    const value = await queue.write(work)
    await pause()
    return value
  }
  const run = async () => {
    do {
      again = false
      await wakeAll()
      for (let mark = await readMark(core); mark && !stopped; mark = await readMark(core)) await pass(mark)
    } while (!stopped && (again || core.foldedOn !== todayOf(core)))
    if (core.refolding === null) return
    core.refolding = null
    notify(core, { cases: [], directory: false, status: true })
  }
  const wakeAll = async () => {
    for (const today = todayOf(core); !stopped; ) {
      const ids = await core.storage.casesToWake(today, LIMITS.sliceCases)
      if (ids.length === 0) {
        core.foldedOn = today
        return
      }
      await slice((staging) => refold(staging, ids))
    }
  }
  /** All documents in the order in which they were stored, in pages that are read aside and slices that go through the queue. */
  const pass = async (mark: RefoldMark) => {
    const total = await countCases(core)
    let done = 0
    for (let { after } = mark; !stopped; ) {
      const { documents, last } = await core.storage.documentsAfter(after, LIMITS.cachedDocuments)
      if (documents.length === 0) {
        await slice((staging) => moveMark(staging, mark, null))
        return
      }
      const stale = await staleOf(core, documents, mark)
      for (let start = 0; start < stale.length && !stopped; start += LIMITS.sliceCases) {
        const ids = stale.slice(start, start + LIMITS.sliceCases)
        const current = await slice(async (staging) => {
          const changed = await refold(staging, ids)
          // The mark moves with what is written anyway, as far as whole pages are done; nothing changed, no commit.
          return !changed || moveMark(staging, mark, after)
        })
        if (!current) return
      }
      done += documents.filter(isCase).length
      core.refolding = { done: Math.min(done, total), total }
      notify(core, { cases: [], directory: false, status: true })
      after = last
      await pause()
    }
  }
  const soon = () => {
    again = true
    if (running || stopped) return
    running = true
    run()
      .finally(() => {
        running = false
      })
      .catch((problem) => {
        // A failing disk shows in the node's health; what is stale stays noted, and the next look goes on with it.
        if (!(problem instanceof StorageFailure)) throw problem
      })
  }
  const look = () => {
    if (stopped) return
    if (core.foldedOn !== todayOf(core) || core.refolding !== null) soon()
    cancel = core.host.after(untilNextLook(core), look)
  }
  look()
  return {
    soon,
    stop() {
      stopped = true
      cancel()
    },
  }
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
const CHINA_OFFSET_MILLISECONDS = 8 * 60 * 60 * 1000

/** Until the day ends, but not longer than a clock that is set right may be late. */
function untilNextLook(core: Core): number {
  const time = core.host.now() + (core.clockOffset ?? 0) + CHINA_OFFSET_MILLISECONDS
  const left = DAY_MILLISECONDS - (((time % DAY_MILLISECONDS) + DAY_MILLISECONDS) % DAY_MILLISECONDS)
  return Math.min(left, LIMITS.dayCheckMilliseconds)
}

async function countCases(core: Core): Promise<number> {
  let total = 0
  for (const count of (await core.storage.countByStage([])).values()) total += count
  return total
}

/** The cases of a page that a change of the directory may have made stale. */
async function staleOf(core: Core, page: readonly DocumentId[], mark: RefoldMark): Promise<DocumentId[]> {
  const ids = page.filter(isCase)
  const rows = new Map((await core.storage.casesById(ids)).map((row) => [row.id, row]))
  return ids.filter((id) => {
    const row = rows.get(id)
    if (!row) return true // whoever opened it was not known yet
    if (row.arrival > mark.arrival || (mark.items !== null && !mark.items.includes(row.item))) return false
    return mark.ended || !ENDED.includes(row.stage as Stage)
  })
}

/** Judges cases anew and stages the rows and receipts that are different now; answers whether any is. */
async function refold(staging: Staging, ids: readonly DocumentId[]): Promise<boolean> {
  const { core } = staging
  await loadFiles(staging, ids)
  const rows = new Map((await core.storage.casesById(ids)).map((row) => [row.id, row]))
  const register = registerOf(core)
  let changed = false
  for (const id of ids) {
    const file = staging.files.get(id)
    // What the group has touched already is folded with it.
    if (!file || staging.touched.has(id)) continue
    const known = rows.get(id)
    const row = rowOf(file, register)
    if (row && !(isSame(row, known) && receiptsAreTold(file, register))) {
      staging.touched.add(id)
      changed = true
    } else if (!row && known?.wake) {
      // Its opening no longer counts: the row stays as it was, and does not wake again.
      staging.change.cases.push({ ...known, wake: null })
      changed = true
    }
  }
  return changed
}

const isSame = (row: CaseRow, known: CaseRow | undefined): boolean => JSON.stringify(row) === JSON.stringify(known)

/** Whether the receipts on the disk are those of the entries that do not apply now. */
function receiptsAreTold(file: CaseFile, register: Register): boolean {
  const name = ({ log, seq }: ReceiptRow) => `${log}#${seq}`
  const told = new Set(file.told.map(name))
  const standing = standingReceipts(file, register)
  return standing.length === told.size && standing.every((receipt) => told.has(name(receipt)))
}
