/** The fold, rule by rule: opening, stages, contributions, story, computed fields. */
import { expect, test } from 'vitest'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  CASE,
  COUNTY,
  chain,
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

const foreignLog = (fact: ReturnType<typeof write>) => ({
  ...fact,
  log: `${nodeOf(OTHER_TOWN)}/1/${VILLAGE}` as typeof fact.log,
})

test('C1 an opening makes a draft held by the opening station in epoch 1', () => {
  const opening = write('opened', VILLAGE, null, { number: numberAt(VILLAGE, 7), item: 'SL0002', itemVersion: 3 })
  expect(fold([opening])).toMatchObject({
    id: CASE,
    number: numberAt(VILLAGE, 7),
    item: 'SL0002',
    itemVersion: 3,
    home: VILLAGE,
    stage: '00',
    holder: VILLAGE,
    epoch: 1,
    offer: null,
    tip: opening.hash,
    asideOpen: 0,
    forks: [],
  })
})

test('C1 without a valid opening there is no case', () => {
  expect(foldCase(CASE, [], register)).toBeUndefined()
  expect(foldCase(CASE, [write('captured', VILLAGE, null)], register)).toBeUndefined()
  expect(foldCase(CASE, [foreignLog(write('opened', VILLAGE, null))], register)).toBeUndefined()
  expect(foldCase(CASE, [write('opened', '999999' as typeof VILLAGE, null)], register)).toBeUndefined()
})

test('C2 the earliest of several openings counts and the others are a fork', () => {
  const first = write('opened', VILLAGE, null)
  const second = write('opened', TOWN, null)
  const follower = write('received', TOWN, second)
  const state = fold([follower, second, first])
  expect(state.home).toBe(VILLAGE)
  expect(reasonOf(state, second)).toBe('fork')
  expect(reasonOf(state, follower)).toBe('fork')
  const [left, right] = [write('opened', VILLAGE, null), write('opened', VILLAGE, null)]
  expect(fold([right, left]).tip).toBe(left.hash)
  const sameTime = { ...right, time: left.time }
  expect(fold([sameTime, left]).tip).toBe([left.hash, right.hash].sort()[0])
})

test('C2 nobody takes a case back with an opening of an earlier time once another station has built on the first', () => {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE, { to: TOWN, materials: 1 }],
    ['taken', TOWN, { materials: 1 }],
  ])
  const antedated = { ...write('opened', VILLAGE, null), time: 1 }
  const state = fold([...facts, antedated])
  expect([state.holder, state.epoch]).toEqual([TOWN, 2])
  expect(reasonOf(state, antedated)).toBe('fork')
})

test('C2 nor does another station with an earlier opening in a stream that is not its own', () => {
  const home = write('opened', VILLAGE, null)
  const foreign = { ...write('opened', TOWN, null), time: 1 }
  const state = fold([foreign, home])
  expect(state.holder).toBe(VILLAGE)
  expect(reasonOf(state, foreign)).toBe('fork')
})

test('C2 a second opening that follows the first is set aside', () => {
  const [opening] = chain([['opened', VILLAGE]])
  const again = write('opened', VILLAGE, opening ?? null)
  expect(reasonOf(fold([last([again]), opening as typeof again]), again)).toBe('wrong-stage')
})

test('C3 a fact of a node that does not serve the station is set aside', () => {
  const [opening] = chain([['opened', VILLAGE]]) as [ReturnType<typeof write>]
  const captured = foreignLog(write('captured', VILLAGE, opening))
  const state = fold([opening, captured])
  expect(state.stage).toBe('00')
  expect(reasonOf(state, captured)).toBe('not-authorised')
  expect(state.asideOpen).toBe(1)
})

test('C4 a fact of a station that does not hold the case is set aside', () => {
  const facts = caseAt('10', VILLAGE)
  const received = write('received', TOWN, last(facts))
  const state = fold([...facts, received])
  expect(reasonOf(state, received)).toBe('not-holder')
  expect(state.stage).toBe('10')
})

test('C6 a refusal without reasons or remedies is incomplete, with both it decides', () => {
  const facts = caseAt('30', TOWN)
  const [reasons, remedies] = ['不符合第五条', '60日内复议,6个月内诉讼']
  const incomplete: Record<string, string>[] = [{}, { reasons }, { remedies }, { reasons, remedies: ' ' }]
  for (const lacking of incomplete) {
    const refusal = write('decided', TOWN, last(facts), { result: 'refused', ...lacking })
    const state = fold([...facts, refusal])
    expect(reasonOf(state, refusal)).toBe('malformed')
    expect(state).toMatchObject({ stage: '30', result: null })
  }
  const reasoned = write('decided', TOWN, last(facts), { result: 'refused', reasons, remedies })
  expect(fold([...facts, reasoned])).toMatchObject({ stage: '51', result: 'refused' })
  expect(fold([...facts, write('decided', TOWN, last(facts))])).toMatchObject({ stage: '50', result: 'granted' })
})

test('C16 a fact without its predecessor is an orphan until the predecessor arrives', () => {
  const [opening, captured, offered, taken] = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE],
    ['taken', TOWN],
  ]) as ReturnType<typeof chain> & [never, never, never, never]
  const partial = fold([opening, offered, taken])
  expect([reasonOf(partial, offered), reasonOf(partial, taken)]).toEqual(['orphan', 'orphan'])
  expect(partial.holder).toBe(VILLAGE)
  const whole = fold([opening, offered, taken, captured])
  expect(whole).toMatchObject({ holder: TOWN, epoch: 2, asideOpen: 0 })
})

test('C16 what follows a set-aside fact, a contribution or nothing is an orphan', () => {
  const facts = caseAt('10', VILLAGE)
  const misplaced = write('delivered', VILLAGE, last(facts))
  const note = write('noted', VILLAGE, null)
  const followers = [misplaced, note].map((fact) => write('offered', VILLAGE, fact))
  const rootless = write('captured', VILLAGE, null)
  const state = fold([...facts, misplaced, note, ...followers, rootless])
  expect(followers.map((fact) => reasonOf(state, fact))).toEqual(['orphan', 'orphan'])
  expect(reasonOf(state, rootless)).toBe('orphan')
})

test('C20 contributions count from any served station and move nothing', () => {
  const facts = caseAt('20', TOWN)
  const notes = [write('noted', OTHER_TOWN, null), write('noted', COUNTY, last(facts))]
  const forged = foreignLog(write('noted', TOWN, null))
  const before = fold(facts)
  const after = fold([...facts, ...notes, forged])
  expect(after).toMatchObject({ stage: before.stage, holder: before.holder, epoch: before.epoch, tip: before.tip })
  for (const note of notes) {
    expect(reasonOf(after, note)).toBeNull()
    expect(epochOf(after, note)).toBeNull()
  }
  expect(reasonOf(after, forged)).toBe('not-authorised')
  expect(after.times.noted).toBe(notes[0]?.time)
})

test('C21 a malformed fact is kept as an unknown line and stops nothing', () => {
  const facts = caseAt('10', VILLAGE)
  const broken = write('noted', VILLAGE, null, {}, { fact: undefined })
  const state = fold([...facts, broken, write('offered', VILLAGE, last(facts))])
  expect(state.offer?.to).toBe(TOWN)
  const line = state.story.find(({ hash }) => hash === broken.hash)
  expect(line).toMatchObject({
    kind: 'unknown',
    epoch: null,
    fields: {},
    previous: null,
    aside: { reason: 'malformed' },
  })
})

test('C21 what follows a broken guarded fact is an orphan and not lost, and nobody is kept from going on', () => {
  const facts = caseAt('20', TOWN)
  const broken = write('accepted', TOWN, last(facts), {}, { fact: undefined })
  const follower = write('assigned', TOWN, broken)
  const state = fold([...facts, broken, follower])
  expect(state).toMatchObject({ stage: '20', tip: last(facts).hash, asideOpen: 2, unread: [] })
  expect([reasonOf(state, broken), reasonOf(state, follower)]).toEqual(['malformed', 'orphan'])
})

const seal = (digit: string) => [{ section: 'application', digest: digit.repeat(64), frontier: { a: 1 } }]

test('C22 applicant, times, seals and result come from the facts that took effect', () => {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE, { applicant: '王秀英', phone: '1', seals: seal('a') }],
    ['offered', VILLAGE],
    ['taken', TOWN],
    ['offered', TOWN, { to: COUNTY }],
    ['taken', COUNTY],
    ['received', COUNTY, { applicant: '王秀荣', idNumber: '', phone: '2', seals: seal('b') }],
    ['accepted', COUNTY],
  ])
  const ignored = write('received', TOWN, last(facts), { applicant: '别人', seals: seal('f') })
  const state = fold([...facts, ignored])
  expect(state.applicant).toEqual({ name: '王秀荣', idNumber: '', phone: '2' })
  expect(state.seals.application).toMatchObject({ digest: 'b'.repeat(64), fact: facts[6]?.hash })
  expect(state.times.taken).toBe(facts[3]?.time)
  expect(state.times.received).toBe(facts[6]?.time)
  expect(state.result).toBeNull()
})

test('C22 a section with a hostile name stays plain data', () => {
  const hostile = [{ section: '__proto__', digest: 'a'.repeat(64), frontier: {} }]
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE, { seals: hostile }],
  ])
  const { seals } = fold(facts)
  expect(Object.keys(seals)).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(seals)).toBe(Object.prototype)
})

test('C23 the chain keeps its order against every clock and the others stand by time', () => {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE],
    ['taken', TOWN],
  ]).map((fact, index) => ({ ...fact, time: 1000 - index * 10 }))
  const notes = [5000, 985, 1].map((time) => write('noted', TOWN, null, {}, { time }))
  const { story } = fold([...notes, ...facts])
  expect(story).toHaveLength(7)
  expect(story.filter(({ kind }) => kind !== 'noted').map(({ kind }) => kind)).toEqual([
    'opened',
    'captured',
    'offered',
    'taken',
  ])
  expect(story.filter(({ kind }) => kind === 'noted').map(({ time }) => time)).toEqual([1, 985, 5000])
  expect(story[0]?.kind).toBe('opened')
})

test('C23 every set-aside line says why and what resolves it in Chinese', () => {
  const facts = caseAt('20', TOWN)
  const aside = [
    write('noted', TOWN, null, {}, { fact: undefined }),
    foreignLog(write('accepted', TOWN, last(facts))),
    write('accepted', VILLAGE, last(facts)),
    write('closed', TOWN, last(facts)),
    write('taken', TOWN, last(facts)),
    write('accepted', TOWN, 'e'.repeat(64) as EntryHash),
  ]
  const state = fold([...facts, ...aside])
  expect(aside.map((fact) => reasonOf(state, fact))).toEqual([
    'malformed',
    'not-authorised',
    'not-holder',
    'wrong-stage',
    'no-offer',
    'orphan',
  ])
  for (const line of state.story.filter((each) => each.aside)) {
    expect(line.aside?.text).toMatch(/\p{Script=Han}/u)
    expect(line.aside?.resolve).toMatch(/\p{Script=Han}/u)
  }
  expect(state.asideOpen).toBe(aside.length)
})

test('C24 seals that are none seal nothing and make no fold fail', () => {
  const facts = caseAt('10', VILLAGE)
  const fields = { ...FIELDS.received, seals: [null, {}, 'x'] as never }
  expect(() => fold([...facts, write('received', VILLAGE, last(facts), fields)])).not.toThrow()
  const town = caseAt('00', TOWN)
  expect(fold([...town, write('received', TOWN, last(town), fields)]).seals).toEqual({})
})
