/** Where two versions of a log part: exact for any pair of logs, and an end whatever the other side tells. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { beginSearch, heightsBetween, heightsToJudge, judge, type SearchStep } from '#protocol/session/common-height.ts'
import type { Rung } from '#protocol/wire/messages.ts'

/** A log of so many entries that parts from the other at a height: hashes below are shared, those above carry a mark. */
interface Version {
  readonly height: number
  readonly common: number
  readonly mark: number
}

/** Stands for the hash of a chain: as long as one, and different wherever the chain is. */
function hashAt({ common, mark }: Version, height: number): Uint8Array {
  if (height === 0) return GENESIS
  const hash = new Uint8Array(32)
  const view = new DataView(hash.buffer)
  view.setUint32(0, height)
  view.setUint32(4, height > common ? mark : 7)
  return hash
}

const rung = (version: Version, height: number): Rung => ({ height, hash: hashAt(version, height).subarray(0, 8) })

const ourVersion = (version: Version, heights: readonly number[]) => ({
  height: version.height,
  hashes: new Map(heights.filter((height) => height <= version.height).map((one) => [one, hashAt(version, one)])),
})

/** The ladder that is told unasked: seventeen neighbours from the top, then ever longer steps. */
function firstLadder(version: Version): Rung[] {
  const ladder: Rung[] = []
  for (let { height } = version, step = 1; height > 0 && ladder.length < LIMITS.forkRungs; height -= step) {
    ladder.push(rung(version, height))
    if (ladder.length > 16) step *= 2
  }
  return ladder
}

type Answer = (above: number, below: number) => readonly Rung[]

/** Asks until the search ends; answers with how, and after how many questions. */
function search(ours: Version, first: readonly Rung[], answer: Answer): { end: SearchStep; questions: number } {
  let told = first
  let known = beginSearch()
  for (let questions = 0; questions <= LIMITS.forkQuestions + 1; questions++) {
    const end = judge(known, told, ourVersion(ours, heightsToJudge(known, told)))
    if (end.is !== 'open') return { end, questions }
    expect(end.below - end.above).toBeGreaterThan(1)
    known = end.search
    told = answer(end.above, end.below)
  }
  throw new Error('the search goes on for ever')
}

const honest =
  (theirs: Version): Answer =>
  (above, below) =>
    heightsBetween(above, below, theirs.height).map((height) => rung(theirs, height))

/** Two logs with a common beginning; each may end there. */
const pair = fc
  .oneof(
    fc.record({ common: fc.nat(5), left: fc.nat(3), right: fc.nat(3) }),
    fc.record({ common: fc.nat(300), left: fc.nat(300), right: fc.nat(300) }),
    fc.record({ common: fc.nat(20_000), left: fc.nat(20_000), right: fc.nat(20_000) }),
    fc.record({ common: fc.nat(2 ** 31), left: fc.nat(2 ** 31), right: fc.nat(2 ** 31) }),
  )
  .map(({ common, left, right }): [Version, Version] => [
    { height: common + left, common, mark: 1 },
    { height: common + right, common, mark: 2 },
  ])

function expectTrue(ours: Version, theirs: Version, first: readonly Rung[]): number {
  const { end, questions } = search(ours, first, honest(theirs))
  const parts = ours.height > ours.common && theirs.height > theirs.common
  expect(end).toMatchObject({ is: parts ? 'exact' : 'beginning', height: ours.common })
  return questions
}

test('S90 the height at which two versions of a log part is found exactly, whatever the logs', () => {
  fc.assert(
    fc.property(pair, ([ours, theirs]) => {
      expectTrue(ours, theirs, firstLadder(theirs))
    }),
    { numRuns: 2_000 },
  )
})

test('S90 also logs of one entry, equal ones, a beginning, parted at the first entry, and long ones', () => {
  const lengths = [0, 1, 2, 17, 18, 64, 65, 66, 20_000]
  for (const common of lengths) {
    for (const left of lengths) {
      for (const right of lengths) {
        const ours = { height: common + left, common, mark: 1 }
        const theirs = { height: common + right, common, mark: 2 }
        if (theirs.height === 0) continue
        const questions = expectTrue(ours, theirs, firstLadder(theirs))
        expect(questions).toBeLessThanOrEqual(3)
        // A ladder of the top alone is enough to begin with.
        expect(expectTrue(ours, theirs, [rung(theirs, theirs.height)])).toBeLessThanOrEqual(4)
      }
    }
  }
})

test('S90 our version may grow or be cut between two answers: what was known is judged again', () => {
  const theirs = { height: 20_000, common: 9_000, mark: 2 }
  const before = { height: 15_000, common: 9_000, mark: 1 }
  const judged = (known: ReturnType<typeof beginSearch>, told: readonly Rung[], ours: Version) =>
    judge(known, told, ourVersion(ours, heightsToJudge(known, told)))
  const first = judged(beginSearch(), firstLadder(theirs), before)
  if (first.is !== 'open') throw new Error(first.is)
  const told = honest(theirs)(first.above, first.below)
  // Cut at what is shared: nothing differs any more, and nothing may be cut again.
  const cut = judged(first.search, told, { ...before, height: 8_990 })
  expect(cut.is === 'beginning' || (cut.is === 'open' && cut.below === 8_991)).toBe(true)
  const grown = judged(first.search, told, { ...before, height: 40_000 })
  expect(grown).toMatchObject({ is: 'open' })
  // A beginning of the other version when it was asked, and another version when the answer comes.
  const short = judged(beginSearch(), [rung(theirs, 20_000)], { height: 100, common: 100, mark: 1 })
  if (short.is !== 'open') throw new Error(short.is)
  const longer = { height: 120, common: 100, mark: 1 }
  const answer = honest(theirs)(short.above, short.below)
  expect(judged(short.search, answer, longer)).toMatchObject({ is: 'open', above: 100, below: 121 })
})

test('S91 an answer holds at most LIMITS.forkRungs heights, strictly between those asked for and none that is not held', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.maxSafeNat(), fc.nat(2 ** 31), (above, below, height) => {
      const heights = heightsBetween(above, below, height)
      const room = Math.min(below - 1, height) - above
      expect(heights).toHaveLength(Math.max(0, Math.min(LIMITS.forkRungs, room)))
      expect(new Set(heights).size).toBe(heights.length)
      for (const one of heights) expect(one > above && one < below && one <= height).toBe(true)
      if (heights.length > 0) expect(heights[0]).toBe(Math.min(below - 1, height))
      if (heights.length > 1) expect(heights.at(-1)).toBe(above + 1)
    }),
  )
})

test('S92 whatever another side tells, the search ends, in a number of questions that does not depend on it', () => {
  const anyRung = (ours: Version) =>
    fc.oneof(
      fc.nat(ours.height + 5).map((height) => rung(ours, height)),
      fc.record({ height: fc.nat(ours.height + 5), hash: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
      fc.record({ height: fc.maxSafeNat(), hash: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
    )
  const ours = { height: 5_000, common: 5_000, mark: 1 }
  const anyRungs = fc.array(anyRung(ours), { maxLength: LIMITS.forkRungs })
  const ends = new Set<string>()
  fc.assert(
    fc.property(anyRungs, fc.array(anyRungs, { maxLength: 12 }), (first, answers) => {
      const left = [...answers]
      ends.add(search(ours, first, () => left.shift() ?? []).end.is)
    }),
    { numRuns: 1_000 },
  )
  expect(ends).toContain('contradictory')
  expect(ends).toContain('fruitless')
})

test('S92 a contradiction, an answer outside the gap, none, and one that narrows by a single height each time', () => {
  const ours = { height: 5_000, common: 5_000, mark: 1 }
  const wrong = (height: number): Rung => ({ height, hash: new Uint8Array(8).fill(9) })
  const wide = [rung(ours, 1), wrong(5_000)]
  const end = (answer: Answer) => search(ours, wide, answer)
  expect(search(ours, [wrong(10), rung(ours, 20)], () => []).end).toEqual({ is: 'contradictory' })
  expect(search(ours, [wrong(10), rung(ours, 10)], () => []).end).toEqual({ is: 'contradictory' })
  expect(search(ours, [wrong(0)], () => []).end).toEqual({ is: 'contradictory' })
  expect(end(() => [wrong(1)]).end).toEqual({ is: 'contradictory' })
  // What does not narrow the gap is not asked a second time.
  expect(end(() => [])).toEqual({ end: { is: 'fruitless' }, questions: 1 })
  expect(end((above, below) => [rung(ours, above), wrong(below)]).end).toEqual({ is: 'fruitless' })
  expect(end(() => [wrong(2 ** 50)]).end).toEqual({ is: 'fruitless' })
  const slow = end((_above, below) => [wrong(below - 1)])
  expect(slow).toEqual({ end: { is: 'fruitless' }, questions: LIMITS.forkQuestions })
})
