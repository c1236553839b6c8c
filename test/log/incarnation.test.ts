/** The verdict on a database at start, and the choice of incarnations. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogKey, MAXIMUM_INCARNATION, type NodeId } from '#protocol/ids.ts'
import { type DatabaseClaim, judgeDatabase, nextIncarnation, type Sidecar } from '#protocol/log/incarnation.ts'

const node = 'a'.repeat(32) as NodeId
const own = `${node}/5/510724101` as LogKey
const identity = { device: '1', inode: '100', born: 1_790_000_000_000, machine: 'm' }
const sidecar: Sidecar = {
  node,
  incarnation: 5,
  boots: 3,
  ownHeads: { [own]: { seq: 8, hash: '1'.repeat(64) } },
  identity,
}
const claim = (given: Partial<DatabaseClaim> = {}): DatabaseClaim => ({
  node,
  incarnation: 5,
  ownHeads: sidecar.ownHeads,
  identity,
  ...given,
})
const judge = (given: Partial<DatabaseClaim> = {}) => judgeDatabase({ state: 'present', sidecar }, claim(given))
const heads = (seq: number, digit: string) => ({ [own]: { seq, hash: digit.repeat(64) } })

test('D30 the database the record was made from, or one ahead of it, is the same', () => {
  expect(judge()).toEqual({ verdict: 'same', rotate: false })
  expect(judge({ ownHeads: heads(12, '2') })).toEqual({ verdict: 'same', rotate: false })
  expect(judge({ identity: { ...identity, device: '9' } })).toEqual({ verdict: 'same', rotate: false })
  expect(judge({ identity: { ...identity, born: null, machine: null } })).toEqual({ verdict: 'same', rotate: false })
})

test('D30 a record that names an incarnation which the database has left lags behind it; its heads and the file still count', () => {
  const rotated = { incarnation: 6, left: [4, 5] }
  expect(judge(rotated)).toEqual({ verdict: 'same', rotate: false })
  expect(judge({ ...rotated, left: [4] }).verdict).toBe('behind')
  expect(judge({ ...rotated, ownHeads: heads(7, '1') }).verdict).toBe('behind')
  expect(judge({ ...rotated, identity: { ...identity, inode: '101' } }).verdict).toBe('moved')
})

test('D31 a database that lacks what the record has seen is behind and rotates', () => {
  const behind = { verdict: 'behind', rotate: true }
  expect(judge({ ownHeads: heads(7, '1') })).toEqual(behind)
  expect(judge({ ownHeads: heads(8, '2') })).toEqual(behind)
  expect(judge({ ownHeads: {} })).toEqual(behind)
  expect(judge({ incarnation: 4 })).toEqual(behind)
  expect(judge({ incarnation: null, ownHeads: {} })).toEqual(behind)
})

test('D32 the same content in another file or on another machine has moved and rotates', () => {
  const moved = { verdict: 'moved', rotate: true }
  expect(judge({ identity: { ...identity, inode: '101' } })).toEqual(moved)
  expect(judge({ identity: { ...identity, born: 1 } })).toEqual(moved)
  expect(judge({ identity: { ...identity, machine: 'n' } })).toEqual(moved)
  expect(judge({ node: 'b'.repeat(32) as NodeId })).toEqual(moved)
})

test('D33 without a readable record a database that has written rotates, a new one does not', () => {
  for (const reading of [{ state: 'missing' }, { state: 'damaged', reason: 'x' }] as const) {
    expect(judgeDatabase(reading, claim())).toEqual({ verdict: 'unknown', rotate: true })
    const fresh = claim({ incarnation: null, ownHeads: {} })
    expect(judgeDatabase(reading, fresh)).toEqual({ verdict: 'unknown', rotate: false })
  }
})

test('D34 a new incarnation is within bounds and never one that is known', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: MAXIMUM_INCARNATION }), { maxLength: 200 })
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (known, chance) => {
      const chosen = nextIncarnation(new Set(known), (bound) => Math.floor(chance * bound))
      expect(chosen).toBeGreaterThanOrEqual(1)
      expect(chosen).toBeLessThanOrEqual(MAXIMUM_INCARNATION)
      expect(known).not.toContain(chosen)
    }),
    { numRuns: 100 },
  )
  const allButOne = new Set(
    Array.from({ length: MAXIMUM_INCARNATION }, (_, index) => index + 1).filter((one) => one !== 77),
  )
  expect(nextIncarnation(allButOne, () => 0)).toBe(77)
})
