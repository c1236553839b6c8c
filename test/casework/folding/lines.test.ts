/** What is no part of a line makes nothing more than it is: forged names, other stations' hands, barred openings. */
import { expect, test } from 'vitest'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { Authority } from '#protocol/casework/register.ts'
import { logKey, type StationCode } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  judging,
  last,
  nodeOf,
  numberAt,
  OTHER_TOWN,
  OTHER_VILLAGE,
  serving,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'

const accepting = (town: StationCode, offer: FactEntry) =>
  chain(
    [
      ['taken', town],
      ['received', town],
      ['accepted', town],
    ],
    offer,
  )

/** Declined by the town, taken and accepted by the other town. */
function declinedOnce() {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE, { to: TOWN, materials: 4 }],
    ['declined', TOWN],
  ])
  const offer = write('offered', VILLAGE, last(facts), { to: OTHER_TOWN, materials: 4 })
  return { facts, offer, all: [...facts, offer, ...accepting(OTHER_TOWN, offer)] }
}

test.each([
  ['signed by a stranger', { standing: (person: string) => (person === 'stranger' ? 'foreign' : 'belongs') }],
  ['of a machine revoked since', { afterRevocation: (_: string, __: number, hash?: string) => hash === OPENED.at(-1) }],
] as const)('C2 C122 an opening %s, which the county upholds, is displaced by no other one', (_, changes) => {
  const opening = write('opened', VILLAGE, null, {}, { person: 'stranger' as never })
  OPENED.push(opening.hash)
  const captured = chain(
    [
      ['captured', VILLAGE],
      ['offered', VILLAGE, { to: TOWN, materials: 4 }],
    ],
    opening,
  )
  const facts = [opening, ...captured, ...accepting(TOWN, last(captured))]
  const ruled = write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN })
  const county = judging(changes as Partial<Authority>)
  const abroad = { log: logKey({ node: nodeOf(OTHER_VILLAGE), incarnation: 1, stream: OTHER_VILLAGE as never }) }
  for (const again of [
    write('opened', VILLAGE, null),
    write('opened', OTHER_VILLAGE, null, {}, { ...abroad, isAbroad: true }),
  ])
    expect(fold([...facts, ruled, again], county)).toMatchObject({ holder: OTHER_TOWN, tip: ruled.hash, forks: [] })
})
const OPENED: string[] = []

test('C14 a decline by a machine that serves the sender’s station as well ends no row', () => {
  const { facts } = declinedOnce()
  const offer = write('offered', VILLAGE, last(facts), { to: OTHER_TOWN, materials: 4 }, writtenBy(TOWN))
  const all = [...facts, offer, ...accepting(OTHER_TOWN, offer)]
  const county = serving(VILLAGE, nodeOf(TOWN))
  for (const beside of [
    write('withdrawn', VILLAGE, facts[1] as FactEntry),
    write('opened', VILLAGE, null, {}, { ...writtenBy(TOWN), time: 1 }),
  ])
    expect(fold([...all, beside], county)).toMatchObject({ holder: OTHER_TOWN, tip: last(all).hash, forks: [] })
})

test('C14 C24 what a decliner hands on behind its own decline changes nothing, in whatever order it comes', () => {
  const { facts, all } = declinedOnce()
  const junk = write('offered', TOWN, last(facts), { to: OTHER_VILLAGE, materials: 4 })
  const accomplice = write('taken', OTHER_VILLAGE, junk)
  const beside = write('withdrawn', VILLAGE, facts[1] as FactEntry)
  const expected = { holder: OTHER_TOWN, tip: last(all).hash, forks: [] }
  expect(fold([...all, beside, junk, accomplice])).toMatchObject(expected)
  expect(fold([accomplice, junk, beside, ...all])).toMatchObject(expected)
})

test('C11 a lost decline is no more for what the decliner and an accomplice wrote behind it', () => {
  const { facts, offer } = offeredCase()
  const gone = chain(
    [
      ['retracted', VILLAGE],
      ['withdrawn', VILLAGE],
    ],
    offer,
  )
  const declined = write('declined', TOWN, offer)
  const junk = write('offered', TOWN, declined, { to: OTHER_VILLAGE, materials: 4 })
  const accomplice = write('taken', OTHER_VILLAGE, junk)
  expect(fold([...facts, ...gone, declined, junk, accomplice])).toMatchObject({ stage: '83', tip: last(gone).hash })
})

test('C14 what another’s node writes in the sender’s name makes a lost race no more', () => {
  const { facts, offer } = offeredCase()
  const all = [...facts, ...accepting(TOWN, offer)]
  const back = write('retracted', VILLAGE, offer)
  const forged = write('offered', VILLAGE, back, { to: OTHER_VILLAGE, materials: 4 }, writtenBy(OTHER_TOWN))
  const accomplice = write('taken', OTHER_VILLAGE, forged)
  expect(fold([...all, back, forged, accomplice])).toMatchObject({ holder: TOWN, tip: last(all).hash, forks: [] })
})

test('C14 C20 a contribution of the county moves no custody', () => {
  const { facts, offer } = offeredCase()
  const back = write('retracted', VILLAGE, offer)
  const all = [...facts, back, ...accepting(TOWN, offer)]
  const renumbered = write('renumbered', COUNTY, back, { former: 'x', number: numberAt(COUNTY) })
  expect(fold([...all, renumbered])).toMatchObject({ holder: TOWN, tip: last(all).hash, forks: [] })
})

test('C2 a second opening under another incarnation, with an accomplice, stops the case at most', () => {
  const opening = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, 7))
  const rest = chain(
    [
      ['captured', VILLAGE],
      ['offered', VILLAGE, { to: TOWN, materials: 4 }],
    ],
    opening,
  )
  const all = [opening, ...rest, ...accepting(TOWN, last(rest))]
  const again = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, 3))
  expect(fold([...all, again])).toMatchObject({ holder: TOWN, tip: last(all).hash, forks: [] })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 })
  const stopped = fold([...all, again, away, write('taken', OTHER_TOWN, away)])
  expect(new Set(stopped.forks[0]?.facts)).toEqual(new Set([opening.hash, again.hash]))
})

test('C11 many answers to one offer, under many incarnations, are settled in one walk', () => {
  const { facts, offer } = offeredCase()
  const answers = Array.from({ length: 12_000 }, (_, at) => write('declined', TOWN, offer, {}, writtenBy(TOWN, at + 1)))
  const taken = write('taken', TOWN, offer, {}, writtenBy(TOWN, 13_000))
  let compared = 0
  const seen = [...answers, taken].map((fact) => ({
    ...fact,
    get log() {
      compared += 1
      return fact.log
    },
  }))
  expect(fold([...facts, ...seen]).forks).toHaveLength(1)
  expect(compared).toBeLessThan(12_000 * 100)
})

test('C117 a number that the county gave is followed before one that a former holder gave in the same epoch', () => {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
  ])
  const former = fold(facts).number
  const given = write('renumbered', COUNTY, last(facts), { former, number: numberAt(COUNTY) })
  const offer = write('offered', VILLAGE, last(facts), { to: TOWN, materials: 4 })
  const late = write(
    'renumbered',
    VILLAGE,
    facts[0] as FactEntry,
    { former, number: numberAt(VILLAGE, 40) },
    { time: 1 },
  )
  expect(fold([...facts, given, offer, ...accepting(TOWN, offer), late]).number).toBe(numberAt(COUNTY))
})

test('C14 a station that takes from itself, on a second computer, signs for nothing', () => {
  const { facts, offer } = offeredCase()
  const all = [...facts, ...accepting(TOWN, offer)]
  const copy = writtenBy(OTHER_VILLAGE)
  const beside = write('offered', VILLAGE, facts[1] as FactEntry, { to: VILLAGE, materials: 4 })
  const own = write('taken', VILLAGE, beside, {}, copy)
  const county = serving(VILLAGE, nodeOf(OTHER_VILLAGE))
  expect(fold([...all, beside, own], county)).toMatchObject({ holder: TOWN, tip: last(all).hash, forks: [] })
})

test('C14 the county’s hall upholds nothing by declining what a former holder offered it beside', () => {
  const { facts, offer } = offeredCase()
  const all = [...facts, ...accepting(TOWN, offer)]
  const beside = write('offered', VILLAGE, facts[1] as FactEntry, { to: COUNTY, materials: 4 }, writtenBy(VILLAGE, 2))
  const declined = write('declined', COUNTY, beside)
  expect(fold([...all, beside, declined])).toMatchObject({ holder: TOWN, tip: last(all).hash, forks: [] })
  const taken = write('taken', COUNTY, beside)
  expect(fold([...all, beside, taken])).toMatchObject({ holder: COUNTY, tip: taken.hash, forks: [] })
})
