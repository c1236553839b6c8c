/** The words in which people are told why a fact has no effect are true in every way that leads to them. */
import { expect, test } from 'vitest'
import { logKey, streamOf } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  fold,
  nodeOf,
  OTHER_TOWN,
  OTHER_VILLAGE,
  reasonOf,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

type Told = ReturnType<typeof fold>
const asideOf = ({ story }: Told, hash: string) => story.find((line) => line.hash === hash)?.aside

/** What may not be said: of none of these is it known. */
const UNKNOWN = /之后到达|前主办|先签收|两条/

test('C151 what a ruling displaced, written before it or after, by whomever, is told that the county decided otherwise', () => {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const back = write('retracted', VILLAGE, offer)
  const again = write('offered', VILLAGE, back, { to: OTHER_TOWN, materials: 4 })
  const elsewhere = write('taken', OTHER_TOWN, again)
  const ruled = write('reassigned', COUNTY, offer, { to: OTHER_TOWN })
  const late = write('declined', TOWN, offer)
  const second = write('reassigned', COUNTY, offer, { to: TOWN })
  const state = fold([...facts, taken, back, again, elsewhere, ruled, late, second])
  for (const fact of [taken, back, again, elsewhere, late, second]) {
    expect(reasonOf(state, fact)).toBe('superseded')
    expect(asideOf(state, fact.hash)?.text).toBe('县中心另有改派或作废,没有采用这条记录')
  }
  const voided = write('voided', COUNTY, offer)
  expect(asideOf(fold([...facts, taken, voided]), taken.hash)?.text).toContain('作废')
})

test('C151 a second opening beside a case that goes on is not told to wait for the coordinator alone', () => {
  const openings = [VILLAGE, OTHER_VILLAGE].map((station) => {
    const log = logKey({ node: nodeOf(station), incarnation: 1, stream: streamOf(station) })
    return write('opened', station, null, {}, { log })
  })
  const state = fold(openings)
  const other = openings.find(({ hash }) => hash !== state.tip)
  if (!other) throw new Error('both count')
  expect(state.forks).toEqual([])
  expect(reasonOf(state, other)).toBe('fork')
  expect(asideOf(state, other.hash)?.resolve).toContain('没有停住的,由主办站点标记为不采纳')
})

test('C151 what lost a race is not told that the other was first', () => {
  const { facts, offer } = offeredCase()
  const back = write('retracted', VILLAGE, offer)
  const taken = write('taken', TOWN, offer)
  const raced = fold([...facts, back, taken])
  expect(reasonOf(raced, back)).toBe('lost-race')
  const beside = write('captured', VILLAGE, facts[0] ?? null)
  const state = fold([...facts, taken, beside])
  expect(reasonOf(state, beside)).toBe('lost-race')
  for (const aside of [asideOf(raced, back.hash), asideOf(state, beside.hash)]) {
    expect(aside?.text).toContain('别的站点签收')
    expect(`${aside?.text}${aside?.resolve}`).not.toMatch(UNKNOWN)
  }
})
