/** Where a ruling on a stopped case is written: whatever hostile members wrote beside the side that it is for, that side counts. */
import { expect, test } from 'vitest'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { StationCode } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  last,
  OTHER_TOWN,
  OTHER_VILLAGE,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'
import { rule } from './ruling.ts'

const accepting = (town: StationCode) =>
  [
    ['taken', town],
    ['received', town],
    ['accepted', town],
  ] as const

test('C15 a ruling for a side keeps what was done there, also where forks stand within it', () => {
  const { facts, offer } = offeredCase()
  const on = chain(
    [
      ['retracted', VILLAGE],
      ['offered', VILLAGE, { to: TOWN, materials: 4 }],
      ['retracted', VILLAGE],
      ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
      ...accepting(OTHER_TOWN),
    ],
    offer,
  )
  const late = [write('taken', TOWN, offer), write('taken', TOWN, on[1] as FactEntry)]
  expect(fold([...facts, ...on, ...late]).forks).toHaveLength(1)
  expect(rule([...facts, ...on, ...late], OTHER_TOWN)).toMatchObject({ holder: OTHER_TOWN, stage: '30', forks: [] })
  // Where the station has it at the end of several lines, none counts by itself.
  expect(rule([...facts, ...on, ...late], TOWN)).toMatchObject({ holder: TOWN, stage: '10', forks: [] })
})

test('C15 nor do many takings of one machine, under many incarnations, or what only a newer program can read', () => {
  const { facts, offer } = offeredCase()
  const on = chain(
    [['retracted', VILLAGE], ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }], ...accepting(OTHER_TOWN)],
    offer,
  )
  const takes = Array.from({ length: 40 }, (_, at) => write('taken', TOWN, offer, {}, writtenBy(TOWN, at + 1)))
  expect(rule([...facts, ...on, ...takes], OTHER_TOWN)).toMatchObject({ holder: OTHER_TOWN, stage: '30', forks: [] })
  const taken = chain(accepting(TOWN), offer)
  const beside = write('offered', VILLAGE, facts[1] as FactEntry, { to: OTHER_TOWN, materials: 4 })
  const newer = { kind: 'of-tomorrow', previous: beside.hash }
  const unread = write('noted', OTHER_TOWN, null, {}, { fact: undefined, newer })
  const stopped = [...facts, ...taken, beside, unread]
  expect(fold(stopped).unread).toHaveLength(2)
  expect(rule(stopped, TOWN)).toMatchObject({ holder: TOWN, stage: '30', unread: [], forks: [] })
})

test('C2 C15 at several openings a ruling is for one of them, and takes no side by a time that anybody can write', () => {
  const opening = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, 7))
  const rest = chain(
    [['captured', VILLAGE], ['offered', VILLAGE, { to: TOWN, materials: 4 }], ...accepting(TOWN)],
    opening,
  )
  const again = write('opened', VILLAGE, null, {}, { ...writtenBy(VILLAGE, 3), time: 1 })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 })
  const back = write('captured', VILLAGE, opening)
  const aside = write('offered', VILLAGE, back, { to: OTHER_TOWN, materials: 4 })
  const all = [
    opening,
    ...rest,
    again,
    away,
    write('taken', OTHER_TOWN, away),
    back,
    aside,
    write('taken', OTHER_TOWN, aside),
  ]
  expect(fold(all)).toMatchObject({ tip: again.hash })
  expect(rule(all, TOWN)).toMatchObject({ holder: TOWN, stage: '30', tip: expect.any(String), forks: [] })
  expect(rule(all, COUNTY)).toBeUndefined()
})

test('C15 a ruling that would change nothing behind its side is written before the fork', () => {
  const { facts, offer } = offeredCase()
  const taken = chain([...accepting(TOWN)], offer)
  const back = chain(
    [
      ['retracted', VILLAGE],
      ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
      ['taken', OTHER_TOWN],
    ],
    offer,
  )
  // A county that was put back has written behind both.
  const both = [last(taken), last(back)].map((end) => write('voided', COUNTY, end))
  const stopped = [...facts, ...taken, ...back, ...both]
  expect(fold(stopped).forks).toHaveLength(1)
  for (const to of [TOWN, OTHER_TOWN, OTHER_VILLAGE]) expect(rule(stopped, to)).toMatchObject({ holder: to, forks: [] })
})

test('C15 a side that its own station has forked does not count by itself', () => {
  const { facts, offer } = offeredCase()
  const back = chain(
    [
      ['retracted', VILLAGE],
      ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
      ['taken', OTHER_TOWN],
    ],
    offer,
  )
  const taken = write('taken', TOWN, offer)
  const two = [write('received', TOWN, taken), write('offered', TOWN, taken, { to: COUNTY }, writtenBy(TOWN, 2))]
  const ruled = rule([...facts, ...back, taken, ...two], TOWN)
  expect(ruled).toMatchObject({ holder: TOWN, stage: '10', forks: [] })
  expect(ruled?.story.find(({ hash }) => hash === taken.hash)?.epoch).toBeNull()
})

test('C15 without a stop a ruling stands at the tip', () => {
  const { facts, offer } = offeredCase()
  expect(rule(facts, OTHER_TOWN)).toMatchObject({ holder: OTHER_TOWN, forks: [] })
  const late = [write('taken', TOWN, offer), write('taken', TOWN, offer, {}, writtenBy(TOWN, 2))]
  expect(rule([...facts, ...late], VILLAGE)).toMatchObject({ holder: VILLAGE, forks: [] })
})
