/** Which side a ruling on a stopped case finds: what the named station has at its end, whoever wrote what beside it. */
import { expect, test } from 'vitest'
import { actsFor } from '#protocol/casework/acts/acts.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { everybody } from '#test/casework/attempts.ts'
import { caseAt, offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  last,
  OTHER_TOWN,
  OTHER_VILLAGE,
  register,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'
import { placeOf, rule } from './ruling.ts'

const ACCEPTED = [
  ['received', TOWN],
  ['accepted', TOWN],
] as const
const REJECTED = [
  ['received', TOWN],
  ['rejected', TOWN, { outcome: 'returned' }],
  ['archived', TOWN],
] as const

/** A case that the town has taken. */
function takenInTown() {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  return { facts: [...facts, taken], captured: facts[1] as FactEntry, offer, taken }
}

/** What stops a case behind its capture: an offer beside it, and an accomplice that took it. */
function besides(captured: FactEntry): readonly FactEntry[] {
  const beside = write('offered', VILLAGE, captured, { to: OTHER_TOWN, materials: 4 })
  return [beside, write('taken', OTHER_TOWN, beside)]
}

const ofTomorrow = (station: StationCode, after: FactEntry) =>
  write('noted', station, null, {}, { fact: undefined, newer: { kind: 'of-tomorrow', previous: after.hash } })

test('C15 who went on after a decline keeps its work, also where that lies within the side of another stop', () => {
  const { facts, captured, taken } = takenInTown()
  const away = write('offered', TOWN, taken, { to: OTHER_VILLAGE, materials: 4 })
  const declined = write('declined', OTHER_VILLAGE, away)
  const late = write('taken', OTHER_VILLAGE, away, {}, writtenBy(OTHER_VILLAGE, 2))
  const all = [...facts, away, declined, ...chain(ACCEPTED, declined), late]
  // Who adopts what stands against a side, on that side, brings it no nearer.
  const adopted = write('adopted', OTHER_VILLAGE, declined, { fact: late.hash })
  for (const stopped of [all, [...all, ...besides(captured)], [...all, adopted]]) {
    expect(fold(stopped).forks).toHaveLength(1)
    expect(rule(stopped, TOWN)).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
  }
})

test('C15 so does who has not gone on yet: up to its offer the case is its', () => {
  const { facts, captured, taken } = takenInTown()
  const on = chain(ACCEPTED, taken)
  const away = write('offered', TOWN, last(on), { to: OTHER_VILLAGE, materials: 4 })
  const declined = [1, 3].map((incarnation) =>
    write('declined', OTHER_VILLAGE, away, {}, writtenBy(OTHER_VILLAGE, incarnation)),
  )
  const late = write('taken', OTHER_VILLAGE, away, {}, writtenBy(OTHER_VILLAGE, 2))
  const all = [...facts, ...on, away, late, ...besides(captured)]
  // Nobody else declined for the station to which it was offered, and that one has taken it.
  const forged = write('declined', OTHER_VILLAGE, away, {}, writtenBy(VILLAGE))
  for (const stopped of [all, [...all, forged]])
    expect(rule(stopped, TOWN)).toMatchObject({ holder: TOWN, stage: '10', forks: [] })
  expect(rule([...all, ...declined], TOWN)).toMatchObject({ holder: TOWN, stage: '30', offer: null, forks: [] })
})

test('C15 so does the station that opened the case', () => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  const on = chain(
    [
      ['offered', VILLAGE, { to: OTHER_TOWN, materials: 4 }],
      ['retracted', VILLAGE],
      ['withdrawn', VILLAGE],
    ],
    declined,
  )
  const late = write('taken', TOWN, offer, {}, writtenBy(TOWN, 2))
  const all = [...facts, declined, ...on, late]
  expect(fold(all).forks).toHaveLength(1)
  expect(rule(all, VILLAGE)).toMatchObject({ holder: VILLAGE, stage: '83', forks: [] })
})

test('C15 a side that is finished counts as it is; a finished case that nothing stops is reassigned to nobody', () => {
  const { facts, captured, taken } = takenInTown()
  const done = [...facts, ...chain(REJECTED, taken)]
  const whole = fold(done)
  expect(whole.stage).toBe('90')
  const stopped = [...done, ...besides(captured)]
  expect(fold(stopped).forks).toHaveLength(1)
  const { stage, holder, epoch, clocks, forks } = rule(stopped, TOWN) ?? {}
  expect({ stage, holder, epoch, clocks, forks }).toEqual({
    ...{ stage: '90', holder: TOWN, epoch: whole.epoch, clocks: whole.clocks, forks: [] },
  })
  expect(rule(stopped, OTHER_TOWN)).toMatchObject({ holder: OTHER_TOWN, stage: '10', forks: [] })
  const acts = actsFor(whole, everybody(COUNTY, 'reassigned'), register)
  expect(acts.find(({ kind }) => kind === 'reassigned')).toMatchObject({ allowed: false })
  for (const to of [TOWN, OTHER_TOWN]) {
    const vain = write('reassigned', COUNTY, last(done), { to })
    expect(fold([...done, vain]), to).toMatchObject({ holder: TOWN, tip: last(done).hash, asideOpen: 1 })
  }
  const given = caseAt('90', TOWN)
  const again = write('reassigned', COUNTY, last(given), { to: TOWN })
  expect(fold([...given, again])).toMatchObject({ holder: TOWN, tip: last(given).hash, asideOpen: 1 })
  // Of two by a county that was put back the first counts, and none by anybody else.
  const both = [1, 2].map(() => write('reassigned', COUNTY, last(done), { to: TOWN }))
  expect(fold([...stopped, ...both])).toMatchObject({ stage: '90', tip: both[0]?.hash, forks: [] })
  const away = write('reassigned', COUNTY, last(done), { to: OTHER_TOWN })
  expect(fold([...stopped, away])).toMatchObject({ holder: TOWN, stage: '90', tip: last(done).hash })
  const forged = write('reassigned', OTHER_TOWN, last(done), { to: TOWN })
  expect(fold([...stopped, forged]).forks).toHaveLength(1)
})

test('C15 C136 nor is there anything to confirm behind its end by what nobody can read', () => {
  const { facts, captured, taken } = takenInTown()
  const done = [...facts, ...chain(REJECTED, taken)]
  const vain = write('reassigned', COUNTY, last(done), { to: TOWN })
  const behind = [...done, ofTomorrow(TOWN, last(done)), vain]
  expect(fold(behind)).toMatchObject({ stage: '90', tip: last(done).hash })
  // Beside it there is: an answer of tomorrow may have been signed for.
  const beside = write('offered', VILLAGE, captured, { to: OTHER_TOWN, materials: 4 })
  const unread = [...done, beside, ofTomorrow(OTHER_TOWN, beside)]
  expect(fold(unread)).toMatchObject({ tip: captured.hash, forks: [] })
  expect(rule(unread, TOWN)).toMatchObject({ holder: TOWN, stage: '90', unread: [], forks: [] })
})

test('C2 C15 at several openings as well', () => {
  const opening = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, 7))
  const rest = chain(
    [['captured', VILLAGE], ['offered', VILLAGE, { to: TOWN, materials: 4 }], ['taken', TOWN], ...REJECTED],
    opening,
  )
  const again = write('opened', VILLAGE, null, {}, { ...writtenBy(VILLAGE, 3), time: 1 })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 })
  const all = [opening, ...rest, again, away, write('taken', OTHER_TOWN, away)]
  expect(fold(all).forks).toHaveLength(1)
  expect(rule(all, TOWN)).toMatchObject({ holder: TOWN, stage: '90', forks: [] })
})

test('C15 takings that others write in the name of the station keep no ruling from its side', () => {
  const { facts, captured, offer, taken } = takenInTown()
  const all = [...facts, ...chain(ACCEPTED, taken), ...besides(captured)]
  const named = (name: StationCode, after: FactEntry) =>
    Array.from({ length: LIMITS.rulingLines + 1 }, () => write('taken', name, after, {}, writtenBy(OTHER_VILLAGE)))
  const junk = named(TOWN, offer)
  expect(fold([...all, ...junk]).forks).toHaveLength(1)
  expect(rule([...all, ...junk], TOWN)).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
  // The station itself can: then none of its lines counts by itself.
  const own = Array.from({ length: LIMITS.rulingLines }, () => write('taken', TOWN, offer))
  expect(rule([...all, ...own], TOWN)).toMatchObject({ holder: TOWN, stage: '10', forks: [] })
})

test('C2 C15 nor at several openings, where a ruling must be for one of them', () => {
  const opening = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, 7))
  const rest = chain(
    [['captured', VILLAGE], ['offered', VILLAGE, { to: TOWN, materials: 4 }], ['taken', TOWN], ...ACCEPTED],
    opening,
  )
  const again = write('opened', VILLAGE, null, {}, { ...writtenBy(VILLAGE, 3), time: 1 })
  const away = write('offered', VILLAGE, again, { to: OTHER_TOWN, materials: 4 })
  const junk = Array.from({ length: 33 }, () => write('taken', TOWN, opening, {}, writtenBy(OTHER_VILLAGE)))
  const all = [opening, ...rest, again, away, write('taken', OTHER_TOWN, away), ...junk]
  expect(rule(all, TOWN)).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
})

test('C15 a line on which something was adopted is followed to its end', () => {
  const { facts, captured, taken } = takenInTown()
  const lost = write('received', VILLAGE, captured)
  const adopted = write('adopted', TOWN, taken, { fact: lost.hash })
  const accepted = write('accepted', TOWN, adopted)
  const all = [...facts, lost, adopted, accepted]
  expect(fold(all)).toMatchObject({ holder: TOWN, stage: '30', tip: accepted.hash })
  expect(rule([...all, ...besides(captured)], TOWN)).toMatchObject({ holder: TOWN, stage: '30', forks: [] })
})

test('C15 also where that was done before the case came to the station', () => {
  const { facts, taken } = takenInTown()
  const accepted = chain(ACCEPTED, taken) as [FactEntry, FactEntry]
  const ruled = write('reassigned', COUNTY, taken, { to: OTHER_TOWN })
  const one = write('adopted', OTHER_TOWN, ruled, { fact: accepted[0].hash })
  const two = write('adopted', OTHER_TOWN, one, { fact: accepted[1].hash })
  const offer = write('offered', OTHER_TOWN, two, { to: OTHER_VILLAGE, materials: 4 })
  const back = chain(
    [
      ['retracted', OTHER_TOWN],
      ['offered', OTHER_TOWN, { to: TOWN, materials: 4 }],
      ['taken', TOWN],
      ['assigned', TOWN],
      ['handled', TOWN],
    ],
    offer,
  )
  const all = [...facts, ...accepted, ruled, one, two, offer, ...back]
  const { stage } = fold(all)
  const stopped = [...all, write('taken', OTHER_VILLAGE, offer)]
  expect(fold(stopped).forks).toHaveLength(1)
  expect(rule(stopped, TOWN)).toMatchObject({ holder: TOWN, stage, forks: [] })
})

test('C15 C136 what nobody can read spoils the side of whoever wrote it, and no other', () => {
  const { facts, captured, taken } = takenInTown()
  const on = chain(ACCEPTED, taken)
  const away = write('offered', TOWN, last(on), { to: OTHER_VILLAGE, materials: 4 })
  const all = [...facts, ...on, away, ...besides(captured)]
  const answered = [...all, ofTomorrow(OTHER_VILLAGE, away)]
  expect(rule(answered, TOWN)).toMatchObject({ holder: TOWN, stage: '30', forks: [], unread: [] })
  const declined = write('declined', OTHER_VILLAGE, away)
  for (const own of [[ofTomorrow(TOWN, away)], [declined, ofTomorrow(TOWN, declined)]])
    expect(rule([...all, ...own], TOWN)).toMatchObject({ holder: TOWN, stage: '10', forks: [] })
})

test('C15 a side on which no ruling may be written does not count by itself', () => {
  const { facts, captured, taken } = takenInTown()
  const ended = write('voided', COUNTY, taken)
  const [beside, other] = besides(captured) as [FactEntry, FactEntry]
  // A county that was put back has written behind both.
  const all = [...facts, ended, beside, other, write('reassigned', COUNTY, other, { to: COUNTY })]
  expect(fold(all).forks).toHaveLength(1)
  expect(placeOf(all, TOWN)).toBe(captured.hash)
})
