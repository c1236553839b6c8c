/** An author's other word, an answer or an opening: it takes nothing from whoever signed for the one; at the worst the case stops. */
import { expect, test } from 'vitest'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { logKey, logParts, streamOf } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  judging,
  last,
  nodeOf,
  OTHER_TOWN,
  OTHER_VILLAGE,
  reasonOf,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'

const ACCEPTED = [
  ['taken', TOWN],
  ['received', TOWN],
  ['accepted', TOWN],
] as const
const toTown = { to: TOWN, materials: 4 }
const toAccomplice = { to: OTHER_VILLAGE, materials: 4 }

/** The town has accepted the case; after what is written beside it the case stops, and the coordinator ends that once. */
function stops(before: readonly FactEntry[], strike: readonly FactEntry[]) {
  expect(fold(before)).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
  const stopped = fold([...before, ...strike])
  expect(stopped.forks).toHaveLength(1)
  const end = before.findLast(({ fact }) => fact?.kind === 'accepted') as FactEntry
  const ruled = write('reassigned', COUNTY, end, { to: TOWN })
  const state = fold([...before, ...strike, ruled])
  expect(state).toMatchObject({ holder: TOWN, stage: '30', tip: ruled.hash, forks: [] })
}

/** What the village captured and offered to its accomplice. */
function offeredAway() {
  const [opened, captured] = offeredCase().facts as [FactEntry, FactEntry]
  const offer = write('offered', VILLAGE, captured, toAccomplice)
  return { base: [opened, captured, offer], offer }
}

/** The accomplice took it and handed it to the town, which accepted it. */
const handedOn = (offer: FactEntry) =>
  chain([['taken', OTHER_VILLAGE], ['offered', OTHER_VILLAGE, toTown], ...ACCEPTED], offer)

test('C11 C14 an earlier decline of the same log, from which the sender goes on afterwards, takes nothing from who signed', () => {
  const { base, offer } = offeredAway()
  const declined = write('declined', OTHER_VILLAGE, offer)
  const line = chain(
    [
      ['taken', OTHER_VILLAGE],
      ['offered', OTHER_VILLAGE, { to: VILLAGE, materials: 4 }],
      ['taken', VILLAGE],
      ['offered', VILLAGE, toTown],
      ...ACCEPTED,
    ],
    offer,
  )
  // What the town saw when it signed.
  expect(fold([...base, declined, ...line.slice(0, 4)])).toMatchObject({ offer: { to: TOWN } })
  stops([...base, declined, ...line], [write('offered', VILLAGE, declined, toAccomplice)])
})

test.each([
  [
    'in another stream, with an earlier time',
    ({ log }: FactEntry) => ({ log: logKey({ ...logParts(log), stream: OTHER_VILLAGE as never }), time: 1 }),
  ],
  ['in the same place of a log that was forked', ({ seq }: FactEntry) => ({ seq })],
])('C11 C14 nor does a decline %s, written after the town has signed', (_, place) => {
  const { base, offer } = offeredAway()
  const line = handedOn(offer)
  const declined = write('declined', OTHER_VILLAGE, offer, {}, place(line[0] as FactEntry))
  stops([...base, ...line], [declined, write('offered', VILLAGE, declined, toAccomplice)])
})

test('C11 C14 a decline behind its own log’s taking, which others signed for, stops the case once the sender goes on from it', () => {
  const { base, offer } = offeredAway()
  const line = handedOn(offer)
  const declined = write('declined', OTHER_VILLAGE, offer)
  expect(fold([...base, ...line, declined])).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
  stops([...base, ...line, declined], [write('offered', VILLAGE, declined, toAccomplice)])
})

/** The town offered the case on, was declined and went on with it. */
function declinedAndGoneOn(rest: Parameters<typeof chain>[0]) {
  const away = [...ACCEPTED.slice(0, 2), ['offered', TOWN, { to: OTHER_TOWN, materials: 4 }]] as const
  const { facts, offer: handedIn } = offeredCase()
  const before = [...facts, ...chain(away, handedIn)]
  const offer = last(before)
  const declined = write('declined', OTHER_TOWN, offer)
  const on = chain(rest, declined)
  return { offer, declined, on, all: [...before, declined, ...on] }
}

test.each([
  ['accepted', [['accepted', TOWN]]],
  [
    'finished',
    [
      ['rejected', TOWN, { outcome: 'returned' }],
      ['archived', TOWN],
    ],
  ],
] as const)(
  'C11 C14 a taking in an earlier place of the log takes nothing from whoever went on after its decline: a case %s',
  (_, rest) => {
    const { offer, declined, on, all } = declinedAndGoneOn(rest)
    const { stage } = fold(all)
    const taken = write('taken', OTHER_TOWN, offer, {}, { seq: declined.seq - 1 })
    expect(fold([...all, taken])).toMatchObject({ holder: TOWN, stage, tip: last(on).hash, forks: [] })
    const away = write('offered', OTHER_TOWN, taken, toAccomplice)
    const state = fold([...all, taken, away, write('taken', OTHER_VILLAGE, away)])
    expect(new Set(state.forks[0]?.facts)).toEqual(new Set([declined.hash, taken.hash]))
  },
)

test.each([
  ['an earlier decline and a later taking of the same log', (seq: number) => [{ seq: seq - 1 }, { seq: seq + 1 }]],
  ['a decline and a taking of another log', () => [writtenBy(OTHER_TOWN, 2), writtenBy(OTHER_TOWN, 2)]],
] as const)('C11 of declines that stands from which the sender went on, also beside %s', (_, places) => {
  const { offer, declined, on, all } = declinedAndGoneOn([['accepted', TOWN]])
  const [first, second] = places(declined.seq)
  const other = write('declined', OTHER_TOWN, offer, {}, first)
  const taken = write('taken', OTHER_TOWN, offer, {}, second)
  expect(fold([...all, other, taken])).toMatchObject({ holder: TOWN, stage: '30', tip: last(on).hash, forks: [] })
})

test('C151 behind an opening at which the case stops, what others wrote in a station’s name says so', () => {
  const [one, two] = [1, 2].map((incarnation) => write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, incarnation)))
  const signed = (opening: FactEntry, to: typeof TOWN) =>
    chain(
      [
        ['offered', VILLAGE, { to, materials: 1 }],
        ['taken', to],
      ],
      opening,
    )
  const lines = [...signed(one as FactEntry, OTHER_TOWN), ...signed(two as FactEntry, OTHER_VILLAGE)]
  const forged = write('taken', TOWN, one as FactEntry, {}, writtenBy(OTHER_VILLAGE))
  const state = fold([one as FactEntry, two as FactEntry, ...lines, forged])
  expect(state.forks).toHaveLength(1)
  expect(reasonOf(state, forged)).toBe('not-authorised')
})

test.each([
  ['in the same log', {}],
  ['in another stream', { log: logKey({ ...logParts(writtenBy(TOWN).log), stream: TOWN as never }), time: 1 }],
])('C11 C14 who has declined does not take it after all with an accomplice, %s: at the worst it stops', (_, place) => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  const on = write('withdrawn', VILLAGE, declined)
  const taken = write('taken', TOWN, offer, {}, place)
  expect(fold([...facts, declined, on, taken])).toMatchObject({ holder: VILLAGE, tip: on.hash, forks: [] })
  const away = write('offered', TOWN, taken, toAccomplice)
  const all = [...facts, declined, on, taken, away, write('taken', OTHER_VILLAGE, away)]
  expect(new Set(fold(all).forks[0]?.facts)).toEqual(new Set([declined.hash, taken.hash]))
  const ruled = write('reassigned', COUNTY, on, { to: VILLAGE })
  expect(fold([...all, ruled])).toMatchObject({ holder: VILLAGE, stage: '83', tip: ruled.hash, forks: [] })
})

test('C11 a taking that nobody signed for is nothing beside its program’s decline that others signed for', () => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  const on = chain(
    [
      ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
      ['taken', OTHER_TOWN],
    ],
    declined,
  )
  const back = write('retracted', VILLAGE, offer)
  const other = chain(
    [
      ['offered', VILLAGE, toAccomplice],
      ['taken', OTHER_VILLAGE],
    ],
    back,
  )
  const elsewhere = { log: logKey({ ...logParts(writtenBy(TOWN).log), stream: TOWN as never }) }
  const taken = write('taken', TOWN, offer, {}, elsewhere)
  const state = fold([...facts, declined, ...on, back, ...other, taken])
  expect(new Set(state.forks[0]?.facts)).toEqual(new Set([declined.hash, back.hash]))
  expect(reasonOf(state, taken)).toBe('lost-race')
})

test('C2 C14 an earlier opening of the same log, signed for afterwards, takes nothing from whom a later one was handed to', () => {
  const first = write('opened', VILLAGE, null)
  const captured = write('captured', VILLAGE, first)
  const second = write('opened', VILLAGE, null)
  const line = chain(
    [
      ['captured', VILLAGE],
      ['offered', VILLAGE, toAccomplice],
      ['taken', OTHER_VILLAGE],
      ['offered', OTHER_VILLAGE, toTown],
      ...ACCEPTED,
    ],
    second,
  )
  // What the town saw when it signed.
  expect(fold([first, captured, second, ...line.slice(0, 4)])).toMatchObject({ offer: { to: TOWN } })
  const strike = chain(
    [
      ['offered', VILLAGE, toAccomplice],
      ['taken', OTHER_VILLAGE],
    ],
    captured,
  )
  stops([first, captured, second, ...line], strike)
})

test('C2 C14 nor does an opening written afterwards in an earlier place of a log that was forked', () => {
  const opening = write('opened', VILLAGE, null)
  const line = chain([['captured', VILLAGE], ['offered', VILLAGE, toTown], ...ACCEPTED], opening)
  const again = write('opened', VILLAGE, null, {}, { seq: opening.seq - 1 })
  const away = write('offered', VILLAGE, again, toAccomplice)
  stops([opening, ...line], [again, away, write('taken', OTHER_VILLAGE, away)])
})

test('C11 who has declined in a log does not take it there afterwards, from whom it was handed to since', () => {
  const { facts, offer } = offeredCase()
  const on = chain(
    [
      ['retracted', VILLAGE],
      ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
      ['taken', OTHER_TOWN],
    ],
    offer,
  )
  const answers = [write('declined', TOWN, offer), write('taken', TOWN, offer)]
  const state = fold([...facts, ...on, ...answers])
  expect(state).toMatchObject({ holder: OTHER_TOWN, tip: on[2]?.hash, forks: [] })
  expect(answers.map((fact) => reasonOf(state, fact))).toEqual(['lost-race', 'lost-race'])
})

test('C2 of openings of one log for which nobody signed, or behind which the root wrote, the first counts whatever time it gives', () => {
  const first = write('opened', VILLAGE, null)
  const captured = write('captured', VILLAGE, first)
  const again = write('opened', VILLAGE, null, {}, { time: 1 })
  const all = [first, captured, again]
  expect(fold(all)).toMatchObject({ tip: captured.hash, stage: '10', forks: [] })
  const [one, two] = [captured, again].map((fact) => write('reassigned', COUNTY, fact, { to: TOWN }))
  expect(fold([...all, one as FactEntry, two as FactEntry])).toMatchObject({ tip: one?.hash, stage: '10', forks: [] })
})

test('C2 C122 nor does a well signed opening from whoever signed for one that a stranger signed', () => {
  const opening = write('opened', VILLAGE, null, {}, { person: 'stranger' as never })
  const line = chain([['captured', VILLAGE], ['offered', VILLAGE, toTown], ...ACCEPTED], opening)
  const again = write('opened', VILLAGE, null, {}, { ...writtenBy(VILLAGE, 3), time: 1 })
  const away = write('offered', VILLAGE, again, toAccomplice)
  const county = judging({ standing: (person) => (person === 'stranger' ? 'foreign' : 'belongs') })
  const all = [opening, ...line, again, away]
  expect(fold(all, county)).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
  const stopped = fold([...all, write('taken', OTHER_VILLAGE, away)], county)
  expect(stopped.forks[0]?.facts).toEqual([again.hash, opening.hash])
  expect(reasonOf(stopped, opening)).toBe('fork')
})

test.each([
  ['opened', COUNTY, [] as const],
  ['went on from', TOWN, [['reassigned', COUNTY, { to: OTHER_TOWN }]] as const],
] as const)(
  'C2 R53 a part that the root %s in the stream of a village is not the village’s by an opening of its own',
  (_, station, ruled) => {
    const part = chain([
      ['opened', station],
      ['received', station],
      ['offered', station, { to: OTHER_TOWN, materials: 3 }],
      ['taken', OTHER_TOWN],
      ...ruled,
    ])
    const home = part.map((fact) => ({ ...fact, log: logKey({ ...logParts(fact.log), stream: streamOf(VILLAGE) }) }))
    const log = logKey({ node: nodeOf(VILLAGE), incarnation: 1, stream: streamOf(VILLAGE) })
    const own = write('opened', VILLAGE, null, {}, { log, time: 1 })
    const away = write('offered', VILLAGE, own, toAccomplice, { log })
    const all = [...home, own, away, write('taken', OTHER_VILLAGE, away)]
    expect(fold(all)).toMatchObject({ holder: OTHER_TOWN, stage: '20', forks: [] })
  },
)
