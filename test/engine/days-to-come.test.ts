/** Cases with days to come at the root, of any number: whether there is one costs a read, and the list comes in pages. */
import { expect, test } from 'vitest'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Core } from '#protocol/engine/core.ts'
import type { DoubtfulDay } from '#protocol/engine/day-records.ts'
import { extentOf } from '#protocol/engine/office/days-to-come.ts'
import { areCasesNotCome, casesNotCome, doubtfulCases } from '#protocol/engine/office/doubtful-cases.ts'
import { type CaseRow, NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { noteDays } from '#protocol/engine/writing/doubtful-days.ts'
import type { Staging } from '#protocol/engine/writing/staging.ts'
import type { DocumentId, EntryHash, NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'

const NODE = 'b'.repeat(32) as NodeId
const MINUTE = 60_000
const SEEN = Date.parse('2026-11-27T09:00+08:00')
const AHEAD = { from: '2026-11-28', until: '9999-12-31' } as { from: Day; until: Day }
const idOf = (count: number) => count.toString(16).padStart(32, '0') as DocumentId

/** Counts what is read of the disk, in rows and in values. */
class CountedStorage extends MemoryStorage {
  rows = 0
  override async localBetween(...given: Parameters<MemoryStorage['localBetween']>) {
    const found = await super.localBetween(...given)
    this.rows += found.length
    return found
  }
  override async casesById(ids: readonly DocumentId[]) {
    return ids.map((id) => ({ id, stage: this.voided.has(id) ? '87' : '20' }) as CaseRow)
  }
  readonly voided = new Set<DocumentId>()
}

/** A root that has noted so many cases, each with facts for some days. */
async function openNoted(count: number, days: readonly string[]) {
  const storage = new CountedStorage()
  let reads = 0
  const locals = {
    read: (space: string, key: string) => {
      reads += 1
      return storage.local(space, key)
    },
  }
  const host = { after: (_: number, work: () => void) => void queueMicrotask(work) }
  const core = { storage, locals, host } as unknown as Core
  const staging = { core, locals: new Map() } as unknown as Staging
  for (let number = 0; number < count; number++)
    noteDays(
      staging,
      idOf(number),
      days.map((day, at): DoubtfulDay => {
        const written = Date.parse(`${day}T09:00+08:00`)
        return {
          fact: `${at}`.padStart(64, 'a') as EntryHash,
          why: 'ahead',
          seen: SEEN + number * MINUTE,
          written,
          node: NODE,
        }
      }),
    )
  await storage.commit({ ...NO_CHANGE, local: [...staging.locals.values()] })
  return { storage, core, read: () => storage.rows + reads }
}

test('P260 whether a day to come is left costs one page, however many cases and days lie behind', async () => {
  const { storage, core, read } = await openNoted(1_000, ['2026-11-20', '2026-11-26'])
  expect(await areCasesNotCome(core, AHEAD)).toBe(false)
  expect(read()).toBe(0)
  const ahead = await openNoted(1_000, ['2026-12-01', '2026-12-17'])
  expect(await areCasesNotCome(ahead.core, AHEAD)).toBe(true)
  expect(ahead.read()).toBeLessThanOrEqual(2 * LIMITS.pageRows)
  expect(storage.rows).toBe(0)
})

test('P260 cases with days to come are listed in pages, by day, each page read alone; voided ones are passed over', async () => {
  const { storage, core, read } = await openNoted(120, ['2026-12-01'])
  for (let number = 0; number < 70; number++) storage.voided.add(idOf(number))
  const first = await casesNotCome(core, AHEAD)
  expect([first.cases.length, first.next]).toEqual([0, `2026-12-01 ${idOf(LIMITS.pageRows - 1)}`])
  expect(read()).toBe(2 * LIMITS.pageRows)
  expect(await areCasesNotCome(core, AHEAD)).toBe(true)
  const second = await casesNotCome(core, AHEAD, first.next ?? '')
  const third = await casesNotCome(core, AHEAD, second.next ?? '')
  const ids = [...second.cases, ...third.cases].map(({ row }) => row.id)
  expect([ids, third.next]).toEqual([Array.from({ length: 50 }, (_, at) => idOf(70 + at)), null])
  const none = await casesNotCome(core, { from: '2026-12-02' as Day, until: '2026-12-03' as Day })
  expect(none).toEqual({ cases: [], next: null })
  for (let number = 0; number < 120; number++) storage.voided.add(idOf(number))
  expect(await areCasesNotCome(core, AHEAD)).toBe(false)
})

test('R83 the doubtful cases of a node are looked through page by page, those first that were seen last', async () => {
  const { core } = await openNoted(120, ['2026-12-01'])
  const { cases, next } = await doubtfulCases(core, NODE)
  expect(cases.map(({ row }) => row.id)).toEqual(Array.from({ length: 50 }, (_, at) => idOf(119 - at)))
  expect([next, (await doubtfulCases(core, NODE, 100)).cases.length]).toEqual(['50', 20])
  expect((await doubtfulCases(core, 'c'.repeat(32) as NodeId)).cases).toEqual([])
})

test('S161 of a case with more facts for days to come than are noted the finding counts all, and says how many are noted', () => {
  const days = (count: number) =>
    Array.from({ length: count }, (_, at): DoubtfulDay => {
      const written = Date.parse('2026-12-01T09:00+08:00') + at
      return { fact: `${at}`.padStart(64, 'a') as EntryHash, why: 'not-come', seen: SEEN, written, node: NODE }
    })
  const wordsOf = (count: number) => extentOf([{ id: idOf(1), days: days(count) }])?.words
  expect(wordsOf(LIMITS.doubtfulDays)).toBe(`1 件办件的 ${LIMITS.doubtfulDays} 条记录所记日期还没有到`)
  expect(wordsOf(LIMITS.doubtfulDays + 1)).toContain(`(一件办件只逐条标出 ${LIMITS.doubtfulDays} 条)`)
})
