/** The sides of what stops a case, and the stations that appear there. */
import { expect, test } from 'vitest'
import { forkSides, forkStations } from '#protocol/casework/acts/fork.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { logKey, streamOf } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  fold,
  nodeOf,
  OTHER_TOWN,
  OTHER_VILLAGE,
  reasonOf,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'

/** The town took what the village had taken back and handed to the other town. */
function stopped() {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const received = write('received', TOWN, taken)
  const back = write('retracted', VILLAGE, offer)
  const again = write('offered', VILLAGE, back, { to: OTHER_TOWN, materials: 4 })
  const elsewhere = write('taken', OTHER_TOWN, again)
  return {
    facts: [...facts, taken, received, back, again, elsewhere],
    sides: [
      [taken, received],
      [back, again, elsewhere],
    ],
  }
}

test('P242 each side is a forked fact with all that follows it; contributions belong to none', () => {
  const { facts, sides } = stopped()
  const state = fold([...facts, write('noted', TOWN, null)])
  expect(state.forks).toHaveLength(1)
  const hashes = (lists: readonly (readonly { readonly hash: string }[])[]) =>
    new Set(lists.map((list) => list.map(({ hash }) => hash).join()))
  expect(hashes(forkSides(state))).toEqual(hashes(sides))
  expect(forkSides(fold(facts.slice(0, 3)))).toEqual([])
})

test('P242 the stations of a fork are the holder, whom the offer names, and whoever was named on a side', () => {
  const { facts } = stopped()
  const [taken] = facts.slice(3)
  const stranger = write('received', OTHER_VILLAGE, taken ?? null)
  const found = forkStations(fold([...facts, stranger]))
  expect(found.map(({ station, lines }) => [station, lines.map(({ kind }) => kind)])).toEqual([
    [VILLAGE, ['retracted', 'offered']],
    [TOWN, ['taken', 'received']],
    [OTHER_TOWN, ['taken']],
  ])
  const waiting = fold(offeredCase().facts)
  expect(forkStations(waiting).map(({ station }) => station)).toEqual([VILLAGE, TOWN])
})

test('P242 of two openings that others signed for each has its side, and its opener is a station of it', () => {
  const opened = [VILLAGE, OTHER_VILLAGE].map((station) =>
    write(
      'opened',
      station,
      null,
      {},
      { log: logKey({ node: nodeOf(station), incarnation: 1, stream: streamOf(station) }) },
    ),
  )
  const sides = opened.map((opening) => {
    const offer = write('offered', opening.station, opening, { to: TOWN, materials: 1 })
    return [opening, offer, write('taken', TOWN, offer)]
  })
  const state = fold(sides.flat())
  expect(state.forks[0]?.facts).toHaveLength(2)
  expect(forkSides(state).map((side) => side.length)).toEqual([3, 3])
  expect(new Set(forkStations(state).map(({ station }) => station))).toEqual(new Set([VILLAGE, OTHER_VILLAGE, TOWN]))
})

test('P242 C151 what others wrote in a station’s name behind a side is no part of it, and keeps its reason', () => {
  const { facts, offer } = offeredCase()
  const other = write('offered', VILLAGE, facts[1] as FactEntry, { to: OTHER_TOWN, materials: 4 })
  const taken = write('taken', TOWN, offer, {}, writtenBy(VILLAGE))
  const forged = [
    taken,
    write('taken', OTHER_TOWN, other, {}, writtenBy(VILLAGE)),
    write('offered', VILLAGE, other, { to: OTHER_VILLAGE, materials: 4 }, writtenBy(TOWN)),
  ]
  const state = fold([...facts, other, ...forged, write('received', TOWN, taken)])
  expect(state.forks[0]?.facts).toEqual([offer.hash, other.hash])
  expect(forged.map((fact) => reasonOf(state, fact))).toEqual(forged.map(() => 'not-authorised'))
  expect(forkSides(state).map((side) => side.map(({ hash }) => hash))).toEqual([[offer.hash], [other.hash]])
  const found = forkStations(state).map(({ station, lines }) => [station, lines.map(({ kind }) => kind)])
  expect(found).toEqual([
    [VILLAGE, ['offered', 'offered']],
    [TOWN, []],
    [OTHER_TOWN, []],
  ])
})
