/** What others signed for: nobody undoes it by writing beside an entry of his own. */
import { expect, test } from 'vitest'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { logKey, logParts, type StationCode, streamOf } from '#protocol/ids.ts'
import { caseAt, offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  last,
  nodeOf,
  OTHER_TOWN,
  OTHER_VILLAGE,
  reasonOf,
  serving,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

/** A case that the village handed over and the town accepted. */
function acceptedInTown() {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const received = write('received', TOWN, taken)
  const accepted = write('accepted', TOWN, received)
  return { facts: [...facts, taken, received, accepted], before: facts, offer, taken, accepted }
}

test.each([
  ['its capture', 1],
  ['the opening', 0],
])('C14 what was signed for nobody undoes by writing beside %s', (_, at) => {
  const { facts, before, accepted } = acceptedInTown()
  const whole = fold(facts)
  for (const kind of ['captured', 'withdrawn', 'offered'] as const) {
    const beside = write(
      kind,
      VILLAGE,
      before[at] as FactEntry,
      kind === 'offered' ? { to: OTHER_TOWN, materials: 4 } : {},
    )
    const state = fold([...facts, beside])
    expect(state, kind).toMatchObject({
      holder: TOWN,
      stage: whole.stage,
      tip: accepted.hash,
      forks: [],
      epoch: whole.epoch,
    })
    expect(state.clocks).toEqual(whole.clocks)
    expect(['lost-race', 'wrong-stage']).toContain(reasonOf(state, beside))
  }
})

test('C14 only hands that the holder had named, or the root, make a fact more than its author’s word', () => {
  const { facts } = offeredCase()
  const captured = facts[1] as FactEntry
  const beside = write('offered', VILLAGE, captured, { to: OTHER_TOWN, materials: 4 })
  const unasked = write('taken', TOWN, beside)
  expect(fold([...facts, beside, unasked]).forks).toHaveLength(1)
  const asked = write('taken', OTHER_TOWN, beside)
  expect(fold([...facts, beside, unasked, asked])).toMatchObject({ holder: OTHER_TOWN, forks: [] })
  // Both went on: nobody but the coordinator can say which counts.
  const taken = write('taken', TOWN, last(facts))
  expect(fold([...facts, taken, beside, asked]).forks).toHaveLength(1)
})

test('C14 what somebody writes behind a fact of another’s makes it no more, by whatever offer', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const offered = write('offered', TOWN, last(facts), { to: COUNTY, materials: 4 })
  const bogus = write('offered', VILLAGE, accepted, { to: OTHER_TOWN, materials: 4 })
  const accomplice = write('taken', OTHER_TOWN, bogus)
  expect(fold([...facts, accepted, offered, bogus, accomplice]).forks).toHaveLength(1)
  const taken = write('taken', COUNTY, offered)
  expect(fold([...facts, accepted, offered, bogus, accomplice, taken])).toMatchObject({ holder: COUNTY, forks: [] })
})

test('C14 who declined does not take it after all: the sender has gone on', () => {
  const facts = caseAt('20', TOWN)
  const offer = write('offered', TOWN, last(facts), { to: OTHER_TOWN, materials: 4 })
  const declined = write('declined', OTHER_TOWN, offer)
  const accepted = write('accepted', TOWN, declined)
  const taken = write('taken', OTHER_TOWN, offer)
  expect(fold([...facts, offer, declined, accepted, taken])).toMatchObject({
    holder: TOWN,
    tip: accepted.hash,
    forks: [],
  })
  // By a second computer of theirs: nobody but the coordinator can say which of the two spoke for the station.
  const copy = { log: logKey({ ...logParts(taken.log), node: nodeOf(OTHER_VILLAGE) }) }
  const late = write('taken', OTHER_TOWN, offer, {}, copy)
  const register = serving(OTHER_TOWN, nodeOf(OTHER_VILLAGE))
  expect(fold([...facts, offer, declined, accepted, late], register).forks).toHaveLength(1)
})

test('C14 a long case in which each fact has one beside it is folded in one walk', () => {
  const facts = caseAt('20', TOWN)
  const all = [...facts]
  for (let turn = 0; turn < 2_000; turn++) {
    const offer = write('offered', TOWN, last(all), { to: COUNTY, materials: 4 })
    const back = write('retracted', TOWN, offer)
    all.push(offer, back)
  }
  const beside = all.slice(facts.length).map((fact) => write('accepted', VILLAGE, fact))
  let walked = 0
  const seen = (fact: FactEntry) =>
    new Proxy(fact, {
      get(target, name) {
        if (name === 'station') walked += 1
        return Reflect.get(target, name)
      },
    })
  expect(fold([...all, ...beside].map(seen)).tip).toBe(last(all).hash)
  expect(walked).toBeLessThan(all.length * 60)
})

test('C14 C15 a ruling is not undone by a fork before the one that it settled', () => {
  const { facts, before, taken } = acceptedInTown()
  const beside = write('offered', TOWN, taken, { to: OTHER_TOWN, materials: 4 })
  const ruled = write('reassigned', COUNTY, taken, { to: OTHER_TOWN })
  const all = [...facts, beside, ruled]
  expect(fold(all)).toMatchObject({ holder: OTHER_TOWN, tip: ruled.hash })
  const earlier = write('captured', VILLAGE, before[0] as FactEntry)
  expect(fold([...all, earlier])).toMatchObject({ holder: OTHER_TOWN, tip: ruled.hash, forks: [] })
})

test('C2 a second opening with a stranger’s words behind it takes nothing back from whom the first was handed to', () => {
  const { facts, accepted } = acceptedInTown()
  const again = write('opened', VILLAGE, null, {}, { time: 1 })
  const junk = write('offered', OTHER_TOWN, again, { to: VILLAGE, materials: 4 })
  expect(fold([...facts, again, junk])).toMatchObject({ holder: TOWN, tip: accepted.hash })
})

test('C2 C14 with an accomplice behind a second opening the one behind which the root wrote counts', () => {
  const { facts, accepted } = acceptedInTown()
  const offered = write('offered', TOWN, accepted, { to: COUNTY, materials: 4 })
  const taken = write('taken', COUNTY, offered)
  const again = write('opened', VILLAGE, null, {}, { time: 1 })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 })
  const accomplice = write('taken', OTHER_TOWN, away)
  expect(fold([...facts, offered, taken, again, away, accomplice])).toMatchObject({ holder: COUNTY, tip: taken.hash })
})

test('C14 with an accomplice beside an old entry the branch counts behind which the root wrote', () => {
  const { facts, before, accepted } = acceptedInTown()
  const reassigned = write('reassigned', COUNTY, accepted, { to: TOWN })
  const beside = write('offered', VILLAGE, before[1] as FactEntry, { to: OTHER_TOWN, materials: 4 })
  const accomplice = write('taken', OTHER_TOWN, beside)
  expect(fold([...facts, reassigned, beside, accomplice])).toMatchObject({
    holder: TOWN,
    tip: reassigned.hash,
    forks: [],
  })
})

test('C2 C14 a second opening of the same node takes nothing back with an accomplice and an earlier time: it stops', () => {
  const { facts, accepted } = acceptedInTown()
  const again = write('opened', VILLAGE, null, {}, { time: 1 })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 })
  expect(fold([again, away, ...facts])).toMatchObject({ holder: TOWN, stage: '30', tip: accepted.hash, forks: [] })
  const all = [again, away, write('taken', OTHER_TOWN, away), ...facts]
  expect(fold(all).forks[0]?.facts).toEqual([again.hash, (facts[0] as FactEntry).hash])
})

test('C2 an opening by a second computer, with an earlier time, takes nothing from whom the first was handed to', () => {
  const { facts, accepted } = acceptedInTown()
  const copy = { log: logKey({ ...logParts((facts[0] as FactEntry).log), node: nodeOf(OTHER_VILLAGE) }) }
  const again = write('opened', VILLAGE, null, {}, { ...copy, time: 1 })
  const state = fold([...facts, again], serving(VILLAGE, nodeOf(OTHER_VILLAGE)))
  expect(state).toMatchObject({ holder: TOWN, tip: accepted.hash, forks: [] })
  expect(reasonOf(state, again)).toBe('fork')
})

test('C2 where others signed for openings of two computers the case stops there, and the coordinator ends it', () => {
  const { facts } = acceptedInTown()
  const opened = facts[0] as FactEntry
  const copy = { log: logKey({ ...logParts(opened.log), node: nodeOf(OTHER_VILLAGE) }) }
  const again = write('opened', VILLAGE, null, {}, { ...copy, time: 1 })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 }, copy)
  const accomplice = write('taken', OTHER_TOWN, away)
  const all = [...facts, again, away, accomplice]
  const register = serving(VILLAGE, nodeOf(OTHER_VILLAGE))
  const state = fold(all, register)
  expect(state).toMatchObject({ holder: VILLAGE, tip: again.hash })
  expect(state.forks).toEqual([{ after: again.hash, facts: [again.hash, opened.hash] }])
  expect(reasonOf(state, away)).toBe('fork')
  const ruled = write('reassigned', COUNTY, again, { to: TOWN })
  expect(fold([...all, ruled], register)).toMatchObject({ holder: TOWN, tip: ruled.hash, forks: [] })
})

test('C14 a machine that serves two stations does not sign for itself', () => {
  const { facts, before, offer, accepted } = acceptedInTown()
  const node = { log: (facts[0] as FactEntry).log }
  const register = serving(OTHER_VILLAGE, nodeOf(VILLAGE))
  const beside = write('offered', VILLAGE, before[1] as FactEntry, { to: OTHER_VILLAGE, materials: 4 })
  const own = write('taken', OTHER_VILLAGE, beside, {}, node)
  const back = write('retracted', VILLAGE, offer)
  const again = write('offered', VILLAGE, back, { to: OTHER_VILLAGE, materials: 4 })
  const taken = write('taken', OTHER_VILLAGE, again, {}, node)
  expect(fold([...facts, beside, own, back, again, taken], register)).toMatchObject({
    holder: TOWN,
    tip: accepted.hash,
    forks: [],
  })
})

test('C14 a machine’s own hand-over before the one that others signed for is signed for with it', () => {
  const { facts } = offeredCase()
  const captured = facts[1] as FactEntry
  const node = { log: captured.log }
  const register = serving(OTHER_VILLAGE, nodeOf(VILLAGE))
  const moved = write('offered', VILLAGE, captured, { to: OTHER_VILLAGE, materials: 4 })
  const own = write('taken', OTHER_VILLAGE, moved, {}, node)
  const offer = write('offered', OTHER_VILLAGE, own, { to: TOWN, materials: 4 }, node)
  const taken = write('taken', TOWN, offer)
  const beside = write('offered', VILLAGE, captured, { to: OTHER_TOWN, materials: 4 })
  expect(fold([...facts.slice(0, 2), moved, own, offer, taken, beside], register)).toMatchObject({
    holder: TOWN,
    tip: taken.hash,
    forks: [],
  })
})

test('C11 C14 what the coordinator ruled stands also where it stands behind the county’s own word', () => {
  const facts = caseAt('20', COUNTY)
  const offer = write('offered', COUNTY, last(facts), { to: TOWN, materials: 4 })
  const back = write('retracted', COUNTY, offer)
  const ruled = write('reassigned', COUNTY, back, { to: OTHER_TOWN })
  const late = write('taken', TOWN, offer)
  expect(fold([...facts, offer, back, ruled, late])).toMatchObject({ holder: OTHER_TOWN, tip: ruled.hash, forks: [] })
})

/** A case that the town declined and the other town accepted. */
const declinedOnce = () =>
  chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE, { to: TOWN, materials: 4 }],
    ['declined', TOWN],
    ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
    ['taken', OTHER_TOWN],
    ['received', OTHER_TOWN],
    ['accepted', OTHER_TOWN],
  ])

const ofTomorrow = (station: StationCode, after: FactEntry) =>
  write('noted', station, null, {}, { fact: undefined, newer: { kind: 'of-tomorrow', previous: after.hash } })

test.each([
  ['its capture', (facts: readonly FactEntry[]) => write('withdrawn', VILLAGE, facts[1] as FactEntry)],
  ['its opening', (facts: readonly FactEntry[]) => write('captured', VILLAGE, facts[0] as FactEntry)],
  ['its capture, in a kind of tomorrow', (facts: readonly FactEntry[]) => ofTomorrow(VILLAGE, facts[1] as FactEntry)],
  ['its opening, another one', () => write('opened', VILLAGE, null, {}, { time: 1 })],
])('C14 a decline on the way takes no protection from what stands before it: beside %s', (_, beside) => {
  const facts = declinedOnce()
  const state = fold([...facts, beside(facts)])
  expect(state).toMatchObject({ holder: OTHER_TOWN, stage: '30', tip: last(facts).hash, forks: [], unread: [] })
})

test.each(['captured', 'withdrawn', 'taken'] as const)(
  'C11 C14 the sender alone revives no lost decline by a fact behind it: %s',
  (kind) => {
    const { facts, offer } = offeredCase()
    const on = chain(
      [
        ['retracted', VILLAGE],
        ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
        ['taken', OTHER_TOWN],
        ['received', OTHER_TOWN],
      ],
      offer,
    )
    const declined = write('declined', TOWN, offer)
    const state = fold([...facts, ...on, declined, write(kind, VILLAGE, declined)])
    expect(state).toMatchObject({ holder: OTHER_TOWN, tip: last(on).hash, forks: [] })
  },
)

test('C11 a late decline takes nothing from a sender that has gone on after it took its offer back', () => {
  const { facts, offer } = offeredCase()
  const on = chain(
    [
      ['retracted', VILLAGE],
      ['withdrawn', VILLAGE],
    ],
    offer,
  )
  expect(fold([...facts, ...on, write('declined', TOWN, offer)])).toMatchObject({ stage: '83', tip: last(on).hash })
})

test('C11 of several declines one is as good as another, and that counts from which the sender went on', () => {
  const { facts, offer } = offeredCase()
  const stream = { log: logKey({ ...logParts(offer.log), node: nodeOf(TOWN), stream: streamOf(TOWN) }) }
  const declined = write('declined', TOWN, offer)
  const again = write('declined', TOWN, offer, {}, { ...stream, time: 1 })
  expect(fold([...facts, declined, again]).forks).toEqual([])
  const offered = write('offered', VILLAGE, declined, { to: OTHER_TOWN, materials: 4 })
  const taken = write('taken', TOWN, offer, {}, { ...stream, time: 2 })
  expect(fold([...facts, declined, again, offered, taken])).toMatchObject({ tip: offered.hash, forks: [] })
})

test('C2 an opening outside the stream of the case opens only what nothing else opens', () => {
  const facts = declinedOnce()
  const abroad = { log: logKey({ node: nodeOf(TOWN), incarnation: 1, stream: streamOf(TOWN) }), isAbroad: true }
  const again = write('opened', TOWN, null, {}, { ...abroad, time: 1 })
  const home = facts.map((fact) => ({ ...fact, log: logKey({ ...logParts(fact.log), stream: streamOf(VILLAGE) }) }))
  const state = fold([...home, again])
  expect(state).toMatchObject({ home: VILLAGE, holder: OTHER_TOWN, stage: '30', forks: [] })
  const away = write('offered', TOWN, again, { to: OTHER_VILLAGE, materials: 4 })
  const accomplice = write('taken', OTHER_VILLAGE, away)
  expect(fold([...home.slice(0, 2), again, away, accomplice])).toMatchObject({ home: VILLAGE, holder: VILLAGE })
  expect(fold([again]).home).toBe(TOWN)
})

test('C136 where a fact of tomorrow may have signed for one of two, an older program waits', () => {
  const facts = caseAt('20', TOWN)
  const one = write('offered', TOWN, last(facts), { to: VILLAGE, materials: 4 })
  const other = write('offered', TOWN, last(facts), { to: OTHER_TOWN, materials: 4 })
  const all = [...facts, one, other, ofTomorrow(VILLAGE, one), write('taken', OTHER_TOWN, other)]
  expect(fold(all)).toMatchObject({ holder: TOWN, tip: last(facts).hash, unread: [one.hash, other.hash], forks: [] })
  const ruled = write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN })
  expect(fold([...all, ruled])).toMatchObject({ holder: OTHER_TOWN, tip: ruled.hash, unread: [] })
})

test('C24 facts that only a newer program can read stand in one order, however they came', () => {
  const facts = caseAt('20', TOWN)
  const [one, two] = [ofTomorrow(TOWN, last(facts)), ofTomorrow(TOWN, last(facts))]
  expect(fold([...facts, two, one])).toEqual(fold([...facts, one, two]))
})

test('C136 who has declined does not stop the sender by a fact of tomorrow', () => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  expect(fold([...facts, declined, ofTomorrow(TOWN, offer)])).toMatchObject({ tip: declined.hash, unread: [] })
})
