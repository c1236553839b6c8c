/** The memory adapter: the contract, and what simulations need beyond it. */
import { expect, test } from 'vitest'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { type CommitFate, MemoryStorage, SimulatedCrash } from '#protocol/storage/memory.ts'
import { storageContract } from './contract.ts'
import { Author, caseId, caseRow, logOf } from './fixtures.ts'

storageContract('memory', async () => {
  const storage = new MemoryStorage()
  const loseAnswer = () => {
    storage.beforeCommit = () => {
      storage.beforeCommit = undefined
      return 'lost'
    }
  }
  return { open: async () => storage, loseAnswer, remove: async () => undefined }
})

test('D17 a snapshot taken earlier brings the whole state back, here or in another storage', async () => {
  const storage = new MemoryStorage()
  const author = new Author()
  await storage.commit({ ...author.pack([[logOf(1), caseId(1)]]), cases: [caseRow(1)] })
  const early = storage.snapshot()
  const earlyState = { loaded: await storage.load(), packs: await storage.packsAfter(0, 1_000_000) }
  await storage.commit({ ...author.pack([[logOf(1), caseId(1)]]), cases: [caseRow(1, { stage: '30' })] })
  await storage.dropComputed()
  const copy = new MemoryStorage()
  copy.restore(early)
  storage.restore(early)
  for (const restored of [storage, copy]) {
    expect(await restored.load()).toEqual(earlyState.loaded)
    expect(await restored.packsAfter(0, 1_000_000)).toEqual(earlyState.packs)
    expect(await restored.casesById([caseId(1)])).toEqual([caseRow(1)])
    expect((await restored.placesOf([caseId(1)])).get(caseId(1))).toHaveLength(1)
  }
})

test('D18 an injected fault fails a commit before or after it became durable', async () => {
  const storage = new MemoryStorage()
  const fates: CommitFate[] = ['full', 'crash-before', 'crash-after', 'ok']
  storage.beforeCommit = () => fates.shift() ?? 'ok'
  const change = (number: number) => ({ ...NO_CHANGE, cases: [caseRow(number)] })
  await expect(storage.commit(change(1))).rejects.toMatchObject({ fault: 'full' })
  await expect(storage.commit(change(2))).rejects.toBeInstanceOf(SimulatedCrash)
  await expect(storage.commit(change(3))).rejects.toBeInstanceOf(SimulatedCrash)
  await storage.commit(change(4))
  const { rows } = await storage.cases({})
  expect(rows.map(({ id }) => id)).toEqual([caseId(4), caseId(3)])
})
