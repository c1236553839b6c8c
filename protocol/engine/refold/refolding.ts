/** Keeps case rows true although nobody writes: a day passes, or the directory says otherwise. In slices, in the background. */
import { isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { type Change, StorageFailure } from '../ports/storage.ts'
import type { Staging } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import { judgeAnew, judgedOn, movesDay } from './folded-day.ts'
import { moveMark, type RefoldMark, readMark, touchesMark } from './refold-mark.ts'
import { refold, staleOf, withReceipts } from './refold-slice.ts'

export interface Refolding {
  /** Starts with what a stop or a crash left, and looks for a new day from time to time. */
  begin(): Promise<void>
  /** Looks at a commit: what it made stale is judged anew. */
  heard(change: Change): void
  stop(): void
}

/** The work in the background, as far as it can be told to end. */
/** A disk that refused is tried again after this time. */
const RETRY_MILLISECONDS = 10_000

interface Work {
  readonly core: Core
  readonly queue: WriteQueue
  stopped: boolean
}

/** Opens the refolding of a node. */
export function openRefolding(core: Core, queue: WriteQueue): Refolding {
  const work: Work = { core, queue, stopped: false }
  let running = false
  /** Something became stale since the run began. */
  let again = false
  let cancel = () => {}

  const run = async () => {
    try {
      do {
        again = false
        await wakeAll(work)
        for (let mark = await readMark(core); mark && !work.stopped; mark = await readMark(core)) await pass(work, mark)
      } while (!work.stopped && (again || core.rows.foldedOn !== core.clock.today()))
      core.rows.refolding = null
    } finally {
      running = false
    }
    core.news.tellStatus()
  }
  const soon = () => {
    again = true
    if (running || work.stopped) return
    running = true
    run().catch((problem) => {
      // A failing disk shows in the node's health; what is stale stays noted, and is gone on with soon.
      if (problem instanceof StorageFailure) core.host.after(RETRY_MILLISECONDS, soon)
      else core.tellBug(problem)
    })
  }
  const look = () => {
    if (work.stopped) return
    if (core.rows.foldedOn !== core.clock.today() || core.rows.refolding !== null) soon()
    cancel = core.host.after(untilNextLook(core), look)
  }
  return {
    async begin() {
      if (await readMark(core)) core.rows.refolding = { done: 0, total: 0 }
      look()
    },
    heard(change) {
      // All rows follow at once: a clock that is ahead for a moment only is found out by the next look.
      if (movesDay(change)) soon()
      if (!touchesMark(change)) return
      core.rows.refolding ??= { done: 0, total: 0 }
      soon()
    },
    stop() {
      work.stopped = true
      cancel()
    },
  }
}

const pause = (core: Core) => new Promise<void>((resolve) => core.host.after(LIMITS.slicePauseMilliseconds, resolve))

/** Runs one slice in the queue, then lets everybody else have their turn. */
async function slice<Value>({ core, queue }: Work, request: (staging: Staging) => Promise<Value>): Promise<Value> {
  const value = await queue.write(request)
  await pause(core)
  return value
}

/**
 * Cases whose day has come, and all of them where the clock was put back. What was woken wakes on a later day or not at
 * all, so this ends.
 */
async function wakeAll(work: Work): Promise<void> {
  const { core } = work
  const today = core.clock.today()
  const judged = await judgedOn(core)
  if (judged !== undefined && today < judged) await slice(work, judgeAnew)
  while (!work.stopped) {
    const ids = await core.storage.casesToWake(today, LIMITS.sliceCases)
    if (ids.length === 0) {
      core.rows.foldedOn = today
      return
    }
    await slice(work, (staging) => refold(staging, ids))
  }
}

/** All documents in the order in which they were stored: pages are read aside, slices go through the queue. */
async function pass(work: Work, mark: RefoldMark): Promise<void> {
  const { core } = work
  const total = await countCases(core)
  const marked = await withReceipts(core, mark)
  let done = 0
  for (let { after } = mark; !work.stopped; ) {
    const { documents, last } = await core.storage.documentsAfter(after, LIMITS.cachedDocuments)
    if (documents.length === 0) {
      await slice(work, (staging) => moveMark(staging, mark, null))
      return
    }
    const stale = await staleOf(core, documents, marked)
    for (let start = 0; start < stale.length && !work.stopped; start += LIMITS.sliceCases) {
      const ids = stale.slice(start, start + LIMITS.sliceCases)
      const current = await slice(work, async (staging) => {
        const changed = await refold(staging, ids)
        // The mark moves with what is written anyway, as far as whole pages are done; nothing changed, no commit.
        return !changed || moveMark(staging, mark, after)
      })
      if (!current) return // the directory has changed again: from the beginning
    }
    done += documents.filter(isCase).length
    core.rows.refolding = { done: Math.min(done, total), total }
    core.news.tellStatus()
    after = last
    await pause(core)
  }
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
const CHINA_OFFSET_MILLISECONDS = 8 * 60 * 60 * 1000

/** Until the day ends, but not longer than a clock that is set right may be late. */
function untilNextLook(core: Core): number {
  const time = core.clock.time() + CHINA_OFFSET_MILLISECONDS
  const left = DAY_MILLISECONDS - (((time % DAY_MILLISECONDS) + DAY_MILLISECONDS) % DAY_MILLISECONDS)
  return Math.min(left, LIMITS.dayCheckMilliseconds)
}

async function countCases(core: Core): Promise<number> {
  let total = 0
  for (const count of (await core.storage.countByStage([])).values()) total += count
  return total
}
