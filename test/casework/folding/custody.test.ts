/** Custody: transfers, races, reassignments, forks, adoptions and dismissals. */
import { expect, test } from 'vitest'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { type LogKey, logKey } from '#protocol/ids.ts'
import { caseAt, offeredCase } from '#test/casework/paths.ts'
import {
  authority,
  CASE,
  COUNTY,
  epochOf,
  FIELDS,
  fold,
  last,
  nodeOf,
  numberAt,
  OTHER_TOWN,
  reasonOf,
  register,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

test('C7 an offer keeps holder and epoch and is shown until it is answered', () => {
  const { facts, offer } = offeredCase()
  expect(fold(facts)).toMatchObject({
    holder: VILLAGE,
    epoch: 1,
    stage: '10',
    offer: { to: TOWN, fact: offer.hash, time: offer.time, materials: 4 },
  })
})

test('C7 while an offer is open nothing but an answer, a retraction or a reassignment takes effect', () => {
  const facts = caseAt('20', TOWN)
  const offer = write('offered', TOWN, last(facts), { to: COUNTY })
  const [accepted, again] = [write('accepted', TOWN, offer), write('offered', TOWN, offer, { to: VILLAGE })]
  const state = fold([...facts, offer, accepted, again])
  expect([reasonOf(state, accepted), reasonOf(state, again)]).toEqual(['wrong-stage', 'wrong-stage'])
  for (const [kind, station] of [
    ['taken', COUNTY],
    ['declined', COUNTY],
    ['retracted', TOWN],
    ['reassigned', COUNTY],
  ] as const) {
    const fact = write(kind, station, offer)
    expect(fold([...facts, offer, fact]).tip, kind).toBe(fact.hash)
  }
})

test('C8 the named station takes the case in a new epoch', () => {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const state = fold([...facts, taken])
  expect(state).toMatchObject({ holder: TOWN, epoch: 2, offer: null, stage: '10', tip: taken.hash })
  expect(epochOf(state, taken)).toBe(2)
  expect(epochOf(state, offer)).toBe(1)
})

test('C8 a station the offer does not name cannot answer it', () => {
  const { facts, offer } = offeredCase()
  const answers = [write('taken', OTHER_TOWN, offer), write('declined', VILLAGE, offer)]
  const state = fold([...facts, ...answers])
  expect(answers.map((fact) => reasonOf(state, fact))).toEqual(['no-offer', 'no-offer'])
  expect(state.offer?.to).toBe(TOWN)
})

test('C9 a declined case stays with its sender in the same epoch', () => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  const again = write('offered', VILLAGE, declined)
  expect(fold([...facts, declined])).toMatchObject({ holder: VILLAGE, epoch: 1, offer: null })
  expect(fold([...facts, declined, again]).offer?.fact).toBe(again.hash)
})

test('C10 the sender retracts an open offer and nobody else does', () => {
  const { facts, offer } = offeredCase()
  const retracted = write('retracted', VILLAGE, offer)
  expect(fold([...facts, retracted])).toMatchObject({ holder: VILLAGE, epoch: 1, offer: null })
  const foreign = write('retracted', TOWN, offer)
  expect(reasonOf(fold([...facts, foreign]), foreign)).toBe('not-holder')
})

test('C10 without an open offer there is nothing to take, decline or retract', () => {
  const facts = caseAt('10', VILLAGE)
  for (const [kind, station] of [
    ['taken', TOWN],
    ['declined', TOWN],
    ['retracted', VILLAGE],
  ] as const) {
    const fact = write(kind, station, last(facts))
    expect(reasonOf(fold([...facts, fact]), fact), kind).toBe('no-offer')
  }
})

test('C11 the answer beats the retraction whichever was written first', () => {
  for (const kind of ['taken', 'declined'] as const) {
    const { facts, offer } = offeredCase()
    const early = write('retracted', VILLAGE, offer)
    const answer = write(kind, TOWN, offer)
    const late = write('retracted', VILLAGE, offer)
    const state = fold([...facts, early, answer, late])
    expect(state.tip).toBe(answer.hash)
    expect([reasonOf(state, early), reasonOf(state, late)]).toEqual(['lost-race', 'lost-race'])
    expect(state.forks).toEqual([])
    if (kind === 'declined') continue
    const afterwards = write('offered', VILLAGE, early, { to: COUNTY })
    const still = fold([...facts, early, afterwards, answer, late])
    expect([still.tip, reasonOf(still, afterwards)]).toEqual([answer.hash, 'orphan'])
  }
})

/** A case that was offered to the town, taken back, and handed to the other town, which accepted it. */
function handedElsewhere() {
  const { facts, offer } = offeredCase()
  const back = write('retracted', VILLAGE, offer)
  const again = write('offered', VILLAGE, back, { to: OTHER_TOWN, materials: 4 })
  const taken = write('taken', OTHER_TOWN, again)
  const received = write('received', OTHER_TOWN, taken)
  const accepted = write('accepted', OTHER_TOWN, received)
  return { facts: [...facts, back, again, taken, received, accepted], offer, back, accepted }
}

test('C11 a late decline takes nothing from whom the case was handed to since', () => {
  const { facts, offer, accepted } = handedElsewhere()
  const declined = write('declined', TOWN, offer)
  const state = fold([...facts, declined])
  expect(state).toMatchObject({ holder: OTHER_TOWN, stage: '30', tip: accepted.hash, forks: [] })
  expect(reasonOf(state, declined)).toBe('lost-race')
})

test('C11 a late taking at an old offer is a fork with what came since, and the coordinator ends it once', () => {
  const { facts, offer, back, accepted } = handedElsewhere()
  const late = write('taken', TOWN, offer)
  const more = write('received', TOWN, late)
  const stopped = fold([...facts, late, more])
  expect(stopped).toMatchObject({ holder: VILLAGE, tip: offer.hash })
  expect(new Set(stopped.forks[0]?.facts)).toEqual(new Set([late.hash, back.hash]))
  const ruled = write('reassigned', COUNTY, offer, { to: OTHER_TOWN })
  const again = write('taken', TOWN, offer)
  expect(fold([...facts, late, more, ruled, again])).toMatchObject({ holder: OTHER_TOWN, tip: ruled.hash, forks: [] })
  // Where the root had already built on what came since, the late taking stops nothing.
  const reassigned = write('reassigned', COUNTY, accepted, { to: VILLAGE })
  const state = fold([...facts, reassigned, late, more])
  expect(state).toMatchObject({ holder: VILLAGE, tip: reassigned.hash, forks: [] })
  expect([reasonOf(state, late), reasonOf(state, more)]).toEqual(['lost-race', 'orphan'])
})

test('C11 C14 the root’s own going on behind its own retraction does not beat who took its offer', () => {
  const facts = caseAt('20', COUNTY)
  const offer = write('offered', COUNTY, last(facts), { to: TOWN, materials: 4 })
  const back = write('retracted', COUNTY, offer)
  const accepted = write('accepted', COUNTY, back)
  const taken = write('taken', TOWN, offer)
  expect(fold([...facts, offer, back, accepted, taken])).toMatchObject({ holder: TOWN, tip: taken.hash, forks: [] })
})

test('C12 the root reassigns from any holder and closes an open offer', () => {
  const { facts, offer } = offeredCase()
  const reassigned = write('reassigned', COUNTY, offer, { to: OTHER_TOWN })
  const state = fold([...facts, reassigned])
  expect(state).toMatchObject({ holder: OTHER_TOWN, epoch: 2, offer: null, stage: '10' })
  expect(epochOf(state, reassigned)).toBe(2)
})

test('C12 nobody but the root reassigns, and the root only for a station it serves', () => {
  const facts = caseAt('20', TOWN)
  const byHolder = write('reassigned', TOWN, last(facts), { to: COUNTY })
  const disguised = { ...write('reassigned', TOWN, last(facts)), log: `${nodeOf(COUNTY)}/1/${VILLAGE}` as never }
  const state = fold([...facts, byHolder, disguised])
  expect([reasonOf(state, byHolder), reasonOf(state, disguised)]).toEqual(['not-authorised', 'not-authorised'])
  expect(state.holder).toBe(TOWN)
})

test('C13 a reassignment displaces what the silent holder wrote and all that follows it', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const decided = write('decided', TOWN, accepted)
  const offered = write('offered', TOWN, decided, { to: COUNTY })
  const taken = write('taken', COUNTY, offered)
  const reassigned = write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN })
  const state = fold([...facts, accepted, decided, offered, taken, reassigned])
  expect(state).toMatchObject({ holder: OTHER_TOWN, stage: '20', result: null, asideOpen: 4, forks: [] })
  for (const fact of [accepted, decided, offered, taken]) expect(reasonOf(state, fact)).toBe('superseded')
})

test('C13 a reassignment beats even the answer to an open offer', () => {
  const { facts, offer } = offeredCase()
  const taken = write('taken', TOWN, offer)
  const reassigned = write('reassigned', COUNTY, offer, { to: VILLAGE })
  const state = fold([...facts, taken, reassigned])
  expect(state).toMatchObject({ holder: VILLAGE, epoch: 2 })
  expect(reasonOf(state, taken)).toBe('superseded')
})

test('C13 of two reassignments after one fact the earlier counts', () => {
  const facts = caseAt('20', TOWN)
  const first = write('reassigned', COUNTY, last(facts), { to: VILLAGE })
  const second = write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN })
  const follower = write('offered', OTHER_TOWN, second, { to: COUNTY })
  const state = fold([second, follower, first, ...facts])
  expect(state.holder).toBe(VILLAGE)
  expect([reasonOf(state, second), reasonOf(state, follower)]).toEqual(['superseded', 'superseded'])
})

test('C14 two valid facts after the same fact stop the chain and are both shown', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const offered = write('offered', TOWN, last(facts), { to: COUNTY })
  const follower = write('retracted', TOWN, offered)
  const state = fold([...facts, follower, offered, accepted])
  expect(state).toMatchObject({ stage: '20', tip: last(facts).hash, offer: null, asideOpen: 3 })
  expect(state.forks).toEqual([{ after: last(facts).hash, facts: [accepted.hash, offered.hash] }])
  for (const fact of [accepted, offered, follower]) expect(reasonOf(state, fact)).toBe('fork')
})

test('C14 two answers to one offer are a fork and the retraction has still lost', () => {
  const { facts, offer } = offeredCase()
  const [taken, declined, retracted] = [
    write('taken', TOWN, offer),
    // By a copy of the computer.
    write(
      'declined',
      TOWN,
      offer,
      {},
      { log: logKey({ node: nodeOf(TOWN), incarnation: 2, stream: VILLAGE as never }) },
    ),
    write('retracted', VILLAGE, offer),
  ]
  const state = fold([...facts, retracted, declined, taken])
  expect(state.forks).toEqual([{ after: offer.hash, facts: [taken.hash, declined.hash] }])
  expect(reasonOf(state, retracted)).toBe('lost-race')
  expect(state.offer?.to).toBe(TOWN)
})

test('C11 of two answers of one log the first counts: who has answered says nothing new', () => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  const taken = write('taken', TOWN, offer)
  const state = fold([...facts, taken, declined])
  expect(state).toMatchObject({ holder: VILLAGE, tip: declined.hash, forks: [] })
  expect(reasonOf(state, taken)).toBe('lost-race')
})

test('C14 an invalid fact beside a valid one makes no fork', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const foreign = write('accepted', VILLAGE, last(facts))
  const state = fold([...facts, foreign, accepted])
  expect(state).toMatchObject({ stage: '30', forks: [], asideOpen: 1 })
})

/** A case forked at stage 20 between accepting and offering. */
function forkedCase() {
  const facts = caseAt('20', TOWN)
  const common = last(facts)
  const accepted = write('accepted', TOWN, common)
  const offered = write('offered', TOWN, common, { to: COUNTY })
  return { facts: [...facts, accepted, offered], common, accepted, offered }
}

test('C15 a reassignment that names the common fact resolves the fork', () => {
  const { facts, common, accepted, offered } = forkedCase()
  const reassigned = write('reassigned', COUNTY, common, { to: TOWN })
  const adopted = write('adopted', TOWN, reassigned, { fact: accepted.hash })
  const state = fold([...facts, reassigned, adopted])
  expect(state).toMatchObject({ forks: [], stage: '30', holder: TOWN, asideOpen: 1 })
  expect(reasonOf(state, offered)).toBe('superseded')
})

/** The old holder accepted while the case was reassigned to the county hall. */
function supersededCase() {
  const facts = caseAt('20', TOWN)
  const seals = [{ section: 'application', digest: 'd'.repeat(64), frontier: {} }]
  const accepted = write('accepted', TOWN, last(facts), { seals })
  const reassigned = write('reassigned', COUNTY, last(facts), { to: COUNTY })
  return { facts: [...facts, accepted, reassigned], accepted, reassigned }
}

test('C17 an adopted fact takes effect now, in the epoch of the holder who adopts it', () => {
  const { facts, accepted, reassigned } = supersededCase()
  const adopted = write('adopted', COUNTY, reassigned, { fact: accepted.hash })
  const state = fold([...facts, adopted])
  expect(state).toMatchObject({ stage: '30', tip: adopted.hash, asideOpen: 0 })
  expect(epochOf(state, adopted)).toBe(state.epoch)
  expect(epochOf(state, accepted)).toBeNull()
  expect(state.times).toMatchObject({ accepted: adopted.time, adopted: adopted.time })
  expect(state.seals.application?.fact).toBe(adopted.hash)
  const line = state.story.find(({ hash }) => hash === accepted.hash)
  expect(line?.aside?.resolved).toEqual({ by: 'adopted', fact: adopted.hash })
})

test('C17 only the holder adopts', () => {
  const { facts, accepted, reassigned } = supersededCase()
  const adopted = write('adopted', TOWN, reassigned, { fact: accepted.hash })
  const state = fold([...facts, adopted])
  expect(state.stage).toBe('20')
  expect(reasonOf(state, adopted)).toBe('not-holder')
})

test('C17 the stage table holds for the adopted kind with the adopter’s tier', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const reassigned = write('reassigned', COUNTY, last(facts), { to: VILLAGE })
  const adopted = write('adopted', VILLAGE, reassigned, { fact: accepted.hash })
  const state = fold([...facts, accepted, reassigned, adopted])
  expect(reasonOf(state, adopted)).toBe('no-letter')
  expect(state.asideOpen).toBe(2)
})

test('C18 what took effect, was adopted already, changes custody or is unknown cannot be adopted', () => {
  const facts = caseAt('20', TOWN)
  const offered = write('offered', TOWN, last(facts), { to: VILLAGE })
  const reassigned = write('reassigned', COUNTY, last(facts), { to: COUNTY })
  const base = [...facts, offered, reassigned]
  for (const [target, reason] of [
    [offered, 'wrong-stage'],
    [facts[0], 'wrong-stage'],
    [facts[1], 'wrong-stage'],
    [write('accepted', TOWN, last(facts)), 'orphan'],
  ] as const) {
    const adopted = write('adopted', COUNTY, reassigned, { fact: target?.hash ?? '' })
    expect(reasonOf(fold([...base, adopted]), adopted)).toBe(reason)
  }
  const superseded = supersededCase()
  const first = write('adopted', COUNTY, superseded.reassigned, { fact: superseded.accepted.hash })
  const second = write('adopted', COUNTY, first, { fact: superseded.accepted.hash })
  expect(reasonOf(fold([...superseded.facts, first, second]), second)).toBe('wrong-stage')
})

test('C18 a fact that could take effect by itself needs no adoption', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const adopted = write('adopted', TOWN, last(facts), { fact: accepted.hash })
  const state = fold([...facts, adopted, accepted])
  expect(state).toMatchObject({ stage: '30', tip: accepted.hash, forks: [] })
  expect(reasonOf(state, adopted)).toBe('wrong-stage')
})

test('C19 the holder dismisses a set-aside fact', () => {
  const { facts, accepted } = supersededCase()
  const dismissed = write('dismissed', COUNTY, null, { fact: accepted.hash })
  const state = fold([...facts, dismissed])
  expect(state.asideOpen).toBe(0)
  const line = state.story.find(({ hash }) => hash === accepted.hash)
  expect(line?.aside?.resolved).toEqual({ by: 'dismissed', fact: dismissed.hash })
})

test('C19 a dismissal by a stranger or by the author who lost the case resolves nothing', () => {
  const { facts, accepted } = supersededCase()
  for (const station of [OTHER_TOWN, TOWN]) {
    const dismissed = write('dismissed', station, null, { fact: accepted.hash })
    expect(fold([...facts, dismissed]).asideOpen, station).toBe(1)
  }
})

test('C19 a dismissal stays when the case moves on, and an adoption outweighs it', () => {
  const { facts, accepted, reassigned } = supersededCase()
  const dismissed = write('dismissed', COUNTY, null, { fact: accepted.hash })
  const offered = write('offered', COUNTY, reassigned, { to: OTHER_TOWN })
  const moved = [...facts, dismissed, offered, write('taken', OTHER_TOWN, offered)]
  expect(fold(moved)).toMatchObject({ holder: OTHER_TOWN, asideOpen: 0 })
  const adopted = write('adopted', COUNTY, reassigned, { fact: accepted.hash })
  const state = fold([...facts, dismissed, adopted])
  const line = state.story.find(({ hash }) => hash === accepted.hash)
  expect(line?.aside?.resolved?.by).toBe('adopted')
})

test('S111 what a node delivers after its revocation is set aside, and opens a case only where nothing else does', () => {
  const late = write('opened', VILLAGE, null, { number: numberAt(VILLAGE, 2), item: 'SL0001', itemVersion: 1 })
  const first = write('opened', VILLAGE, null, { number: numberAt(VILLAGE), item: 'SL0001', itemVersion: 1 })
  const captured = write('captured', VILLAGE, first, FIELDS.captured)
  const noted = write('noted', VILLAGE, null, { text: '停用之后' })
  const after = (...facts: readonly FactEntry[]) => ({
    ...register,
    authority: { ...authority, afterRevocation: (_log: LogKey, seq: number) => facts.some((fact) => fact.seq === seq) },
  })
  const facts = [late, first, captured, noted]
  const both = foldCase(CASE, facts, after(late, captured, noted))
  expect(both).toMatchObject({ number: numberAt(VILLAGE), stage: '00', holder: VILLAGE, asideOpen: 3 })
  expect([late, captured, noted].map((fact) => both && reasonOf(both, fact))).toEqual(
    Array.from({ length: 3 }, () => 'after-revocation'),
  )
  // The earlier one opens when it alone is there; what follows has no effect all the same.
  const alone = foldCase(CASE, [late, write('captured', VILLAGE, late, FIELDS.captured)], after(late))
  expect(alone).toMatchObject({ number: numberAt(VILLAGE, 2), stage: '10' })
  const adopted = write('adopted', VILLAGE, first, { fact: captured.hash })
  expect(foldCase(CASE, [...facts, adopted], after(late, captured, noted))).toMatchObject({ stage: '10' })
})
