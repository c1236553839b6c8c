/** What makes a line, fact by fact: who upholds it, and which hand has the case where. */
import { expect, test } from 'vitest'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { logKey, logParts, type StationCode, streamOf } from '#protocol/ids.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  judging,
  last,
  OTHER_TOWN,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'

const toOther = { to: OTHER_TOWN, materials: 4 }
const ofTomorrow = (station: StationCode, after: FactEntry) =>
  write('noted', station, null, {}, { fact: undefined, newer: { kind: 'of-tomorrow', previous: after.hash } })

test('C14 what the county’s hall takes it upholds, against an accomplice of the sender’s', () => {
  const [opened, captured] = offeredCase().facts as [FactEntry, FactEntry]
  const line = chain(
    [
      ['offered', VILLAGE, { to: COUNTY, materials: 4 }],
      ['taken', COUNTY],
    ],
    captured,
  )
  const beside = chain(
    [
      ['offered', VILLAGE, toOther],
      ['taken', OTHER_TOWN],
    ],
    captured,
  )
  expect(fold([opened, captured, ...line, ...beside])).toMatchObject({
    holder: COUNTY,
    tip: last(line).hash,
    forks: [],
  })
})

test('C14 a ruling closes the offer: whom it named signs for nothing behind it', () => {
  const [opened, captured] = offeredCase().facts as [FactEntry, FactEntry]
  const line = chain(
    [
      ['offered', VILLAGE, toOther],
      ['reassigned', COUNTY, { to: TOWN }],
    ],
    captured,
  )
  const [one, two] = [1, 2].map((incarnation) => write('received', TOWN, last(line), {}, writtenBy(TOWN, incarnation)))
  const taken = write('taken', OTHER_TOWN, two as FactEntry)
  const state = fold([opened, captured, ...line, one as FactEntry, two as FactEntry, taken])
  expect(state.forks).toEqual([{ after: last(line).hash, facts: [one?.hash, two?.hash] }])
})

test('C14 a retraction closes the offer: who takes it behind that signs for nothing', () => {
  const { facts, offer } = offeredCase()
  const back = write('retracted', VILLAGE, offer)
  const taken = write('taken', TOWN, offer, {}, writtenBy(TOWN, 2))
  expect(fold([...facts, back, write('taken', TOWN, back), taken])).toMatchObject({
    ...{ holder: TOWN, tip: taken.hash, forks: [] },
  })
})

test('C14 C136 the root upholds a side by what only a newer program can read', () => {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const beside = write('offered', VILLAGE, facts[1] as FactEntry, toOther)
  const all = [...facts, taken, beside, write('taken', OTHER_TOWN, beside)]
  expect(fold(all).forks).toHaveLength(1)
  const unread = ofTomorrow(COUNTY, taken)
  expect(fold([...all, unread])).toMatchObject({ holder: TOWN, tip: taken.hash, forks: [], unread: [unread.hash] })
})

test('C11 C136 only the sender goes on from a decline, not the decliner by what nobody can read', () => {
  const [opened, captured] = offeredCase().facts as [FactEntry, FactEntry]
  const offer = write('offered', VILLAGE, captured, { to: COUNTY, materials: 4 })
  const taken = write('taken', COUNTY, offer)
  const log = logKey({ ...logParts(taken.log), stream: streamOf(COUNTY) })
  const declined = write('declined', COUNTY, offer, {}, { log })
  const all = [opened, captured, offer, taken, declined, ofTomorrow(COUNTY, declined)]
  expect(fold(all)).toMatchObject({ holder: COUNTY, tip: taken.hash, forks: [] })
})

test('C2 S111 an opening of a revoked machine gives way to another one, whoever signed for it', () => {
  const good = write('opened', VILLAGE, null)
  const late = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, 9))
  const away = write('offered', VILLAGE, late, toOther)
  const county = judging({ afterRevocation: (log) => log === late.log })
  const state = fold([good, late, away, write('taken', OTHER_TOWN, away)], county)
  expect(state).toMatchObject({ holder: VILLAGE, tip: good.hash, forks: [] })
})
