/** The storage contract: every adapter runs these tests; D rules in SPEC. */
import { afterEach, beforeEach, describe } from 'vitest'
import { type Change, NO_CHANGE, type Storage } from '#protocol/engine/ports/storage.ts'
import { commitRules, cutRules, lostAnswerRules, packRules, placeRules } from './contract-entries.ts'
import { deadlineRules, filterRules, pagingRules, textRules, unopenedRules } from './contract-lists.ts'
import { partRules } from './contract-parts.ts'
import { localRules, receiptRules } from './contract-rows.ts'

const RULES = [
  commitRules,
  lostAnswerRules,
  packRules,
  placeRules,
  cutRules,
  partRules,
  pagingRules,
  unopenedRules,
  filterRules,
  textRules,
  deadlineRules,
  receiptRules,
  localRules,
]

/** What the rules work with. */
export interface Bench {
  storage(): Storage
  reopen(): Promise<void>
  commit(change: Partial<Change>): Promise<void>
  /** Loses the answer to the next commit, which is durable all the same. */
  loseAnswer(): void
}

/** One place where a storage lives: opened, closed and opened again. */
export interface Home {
  open(): Promise<Storage>
  /** Loses the answer to the next commit, which is durable all the same. */
  loseAnswer(): void
  remove(): Promise<void>
}

/** Runs the contract against one adapter. */
export function storageContract(name: string, makeHome: () => Promise<Home>): void {
  describe(`${name}: storage contract`, () => {
    let home: Home
    const held: { storage: Storage | undefined } = { storage: undefined }

    const storage = (): Storage => held.storage as Storage
    const reopen = async () => {
      await storage().close()
      held.storage = await home.open()
    }
    const commit = (change: Partial<Change>) => storage().commit({ ...NO_CHANGE, ...change })

    beforeEach(async () => {
      home = await makeHome()
      held.storage = await home.open()
    })
    afterEach(async () => {
      await storage().close()
      await home.remove()
    })

    for (const rules of RULES) rules({ storage, reopen, commit, loseAnswer: () => home.loseAnswer() })
  })
}
