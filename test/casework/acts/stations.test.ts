/** The stations that have to do with a case. */
import { expect, test } from 'vitest'
import { stationsAside, stationsOf } from '#protocol/casework/acts/stations.ts'
import { logKey, streamOf } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import { COUNTY, fold, nodeOf, OTHER_TOWN, TOWN, VILLAGE, write } from '#test/casework/people.ts'

test('P245 whoever worked on a case or was named has to do with it; a name that another’s node writes down has not', () => {
  const { facts } = offeredCase()
  const log = logKey({ node: nodeOf(VILLAGE), incarnation: 1, stream: streamOf(VILLAGE) })
  const claimed = write('noted', OTHER_TOWN, null, {}, { log })
  const state = fold([...facts, claimed])
  expect([...stationsOf(state)].sort()).toEqual([TOWN, VILLAGE].sort())
  expect([...stationsAside(state)]).toEqual([])
})

test('P245 records that wait without effect are told to the stations that wrote them, but for the holder', () => {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const back = write('retracted', VILLAGE, offer)
  const ruled = write('reassigned', COUNTY, offer, { to: TOWN })
  const state = fold([...facts, taken, back, ruled])
  expect([...stationsAside(state)]).toEqual([VILLAGE])
  const resolved = write('dismissed', TOWN, null, { fact: back.hash })
  expect([...stationsAside(fold([...facts, taken, back, ruled, resolved]))]).toEqual([])
})
