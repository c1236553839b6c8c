/** What a program makes of facts that only a newer one can read. */
import { expect, test } from 'vitest'
import { actsFor, checkAct } from '#protocol/casework/acts/acts.ts'
import { FACTS, type FactEntry, type FactKind, type Fields, readFact } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { KNOWN } from '#protocol/casework/rules/level.ts'
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  CASE,
  COUNTY,
  chain,
  day,
  fold,
  last,
  morning,
  OTHER_TOWN,
  reasonOf,
  register,
  registerWith,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

/** A fact whose kind nobody here knows; `previous` null for a contribution. */
const newerFact = (station: StationCode, previous: EntryHash | null, changes: Partial<FactEntry> = {}): FactEntry =>
  write('noted', station, null, {}, { fact: undefined, newer: { kind: 'of-tomorrow', previous }, ...changes })

const at = (station: StationCode, root = false) => ({
  station,
  person: 'p1' as PersonId,
  roles: ['agent', 'clerk', 'handler', 'chief', 'cashier', 'coordinator'] as const,
  root,
  connected: true,
})
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

test('C136 an unknown guarded fact at the tip makes the case read-only: nothing is offered, nothing written, what followed waits', () => {
  const facts = caseAt('20', TOWN)
  const newer = newerFact(TOWN, last(facts).hash)
  const follower = write('assigned', TOWN, newer)
  const behind = write('handled', TOWN, follower)
  const state = fold([...facts, newer, follower, behind])
  expect(state).toMatchObject({ stage: '20', tip: last(facts).hash, unread: [newer.hash], forks: [], asideOpen: 0 })
  expect([newer, follower, behind].map((fact) => reasonOf(state, fact))).toEqual(['unread', 'unread', 'unread'])
  for (const actor of [at(TOWN), at(VILLAGE)]) {
    const acts = actsFor(state, actor, register)
    expect(acts.filter(({ allowed }) => allowed)).toEqual([])
    expect(acts.length).toBeGreaterThan(10)
    const others = acts.filter(({ kind }) => kind !== 'reassigned' && kind !== 'voided')
    expect(new Set(others.map((act) => (act.allowed ? '' : act.why)))).toEqual(
      new Set(['本机程序较旧,看不懂这个办件的最新记录,请升级后再办。']),
    )
  }
  const refused = [
    checkAct(state, at(TOWN), register, 'accepted', { seals: [] }),
    checkAct(state, at(TOWN), register, 'noted', { text: '备注' }),
    checkAct(state, at(TOWN), register, 'accepted', { seals: [], occurredOn: '2026-03-06', occurredWhy: '停电' }),
    checkAct(state, at(TOWN), register, 'dismissed', { fact: newer.hash, reason: '看不懂' }),
  ]
  for (const result of refused)
    expect(result).toMatchObject({ ok: false, problem: { code: 'unread', next: expect.stringContaining('升级') } })
})

test('C14 C136 an unknown fact beside what others signed for stops nobody, unless somebody signed for it as well', () => {
  const facts = caseAt('10', VILLAGE)
  const offer = write('offered', VILLAGE, last(facts), { to: TOWN, materials: 4 })
  const taken = write('taken', TOWN, offer)
  const newer = newerFact(VILLAGE, last(facts).hash)
  const state = fold([...facts, offer, taken, newer])
  expect(state).toMatchObject({ holder: TOWN, tip: taken.hash, unread: [], forks: [] })
  expect(fold([newer, taken, offer, ...facts])).toEqual(state)
  // Nor does whoever had it in between, and gave it on.
  const onward = write('offered', TOWN, taken, { to: COUNTY, materials: 4 })
  const gone = write('taken', COUNTY, onward)
  const late = newerFact(TOWN, offer.hash)
  expect(fold([...facts, offer, taken, onward, gone, late])).toMatchObject({
    holder: COUNTY,
    tip: gone.hash,
    unread: [],
  })
  const away = write('offered', VILLAGE, newer, { to: OTHER_TOWN, materials: 4 })
  const elsewhere = write('taken', OTHER_TOWN, away)
  expect(fold([...facts, offer, taken, newer, away, elsewhere]).unread).toEqual([newer.hash])
})

test('C136 what a known fact and an unknown one after the same fact mean together only a newer program can tell', () => {
  const facts = caseAt('20', TOWN)
  const [accepted, newer] = [write('accepted', TOWN, last(facts)), newerFact(TOWN, last(facts).hash)]
  const handled = write('assigned', TOWN, accepted)
  const state = fold([...facts, accepted, handled, newer])
  expect(state).toMatchObject({ stage: '20', unread: [newer.hash], forks: [] })
  expect([accepted, handled, newer].map((fact) => reasonOf(state, fact))).toEqual(['unread', 'unread', 'unread'])
  expect(fold([newer, handled, accepted, ...facts])).toEqual(state)
})

test('C136 nothing is derived from the day while the latest fact cannot be read', () => {
  const facts = chain([
    ['opened', COUNTY, { item: 'XK0001' }],
    ['received', COUNTY],
  ])
  const later = { ...register, today: day('2026-03-30') }
  expect(fold(facts, later).stage).toBe('30')
  const newer = newerFact(COUNTY, last(facts).hash, { time: morning('2026-03-10') })
  expect(foldCase(CASE, [...facts, newer], later)).toMatchObject({ stage: '20', unread: [newer.hash] })
})

test('C136 only whoever could write guarded facts there stops a case: holder, receiver, root', () => {
  const facts = caseAt('20', TOWN)
  const foreign = newerFact(OTHER_TOWN, last(facts).hash)
  const unserved = newerFact(TOWN, last(facts).hash, { log: foreign.log })
  const state = fold([...facts, foreign, unserved, write('accepted', TOWN, last(facts))])
  expect(state).toMatchObject({ stage: '30', unread: [] })
  expect(reasonOf(state, foreign)).toBe('unread')

  const offered = chain([['offered', TOWN, { to: COUNTY }]], last(facts))
  for (const station of [TOWN, COUNTY]) {
    const newer = newerFact(station, last(offered).hash)
    expect(fold([...facts, ...offered, newer]).unread).toEqual([newer.hash])
  }
  // The receiver of an offer that is not the root itself.
  const handed = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE, { to: TOWN }],
  ])
  const received = newerFact(TOWN, last(handed).hash)
  expect(fold([...handed, received]).unread).toEqual([received.hash])
  const bystander = newerFact(OTHER_TOWN, last(handed).hash)
  expect(fold([...handed, bystander]).unread).toEqual([])
  const fromVillage = newerFact(VILLAGE, last(offered).hash)
  expect(fold([...facts, ...offered, fromVillage]).unread).toEqual([])
})

test('C136 what the receiver of an offer has answered its sender does not take back by a kind that nobody here knows', () => {
  const facts = caseAt('20', TOWN)
  const offered = write('offered', TOWN, last(facts), { to: COUNTY })
  const [answer, newer] = [write('taken', COUNTY, offered), newerFact(TOWN, offered.hash)]
  const state = fold([...facts, offered, answer, newer])
  expect(state).toMatchObject({ holder: COUNTY, offer: null, unread: [] })
  expect(reasonOf(state, newer)).toBe('unread')
  expect(fold([...facts, offered, newer])).toMatchObject({ holder: TOWN, unread: [newer.hash] })
  const both = fold([...facts, offered, answer, newerFact(COUNTY, offered.hash)])
  expect(both).toMatchObject({ holder: TOWN, unread: [expect.any(String)] })
})

test('C137 a ruling of the root moves the case on, here as on every program; an adoption of the unknown fact does not', () => {
  const facts = caseAt('20', TOWN)
  const newer = newerFact(TOWN, last(facts).hash)
  const read = fold([...facts, newer])
  const acts = actsFor(read, at(COUNTY, true), register).filter(({ allowed }) => allowed)
  expect(acts.map(({ kind }) => kind).sort()).toEqual(['reassigned', 'voided'])
  const moved = fold([...facts, newer, write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN })])
  expect(moved).toMatchObject({ holder: OTHER_TOWN, unread: [] })

  const late = newerFact(OTHER_TOWN, last(facts).hash)
  const adopted = write('adopted', TOWN, last(facts), { fact: late.hash })
  expect(fold([...facts, late, adopted])).toMatchObject({ stage: '20', unread: [adopted.hash] })
})

test('C138 an unknown field or choice is of a newer program, every other fault is malformed', () => {
  const previous = 'ab'.repeat(32)
  const read = (kind: string, fields: object, before: string | null = previous) =>
    readFact(bytes({ kind, previous: before, fields }))
  const newer = (kind: string, before: string | null = previous) => ({
    fact: undefined,
    newer: { kind, previous: before },
  })
  expect(read('of-tomorrow', { any: 1 })).toEqual(newer('of-tomorrow'))
  expect(read('decided', { result: 'in-part', opinion: '部分同意', seals: [] })).toEqual(newer('decided'))
  expect(read('decided', { result: 'granted', opinion: '同意', seals: [], mood: 'good' })).toEqual(newer('decided'))
  expect(read('noted', { text: '备注', colour: 'red' })).toEqual(newer('noted', null))
  const broken = { fact: undefined }
  expect(read('decided', { result: 7, opinion: '同意', seals: [] })).toEqual(broken)
  expect(read('decided', { result: 'granted', seals: [] })).toEqual(broken)
  for (const kind of ['Of Tomorrow', '', 'x'.repeat(41), '__proto__']) expect(read(kind, {})).toEqual(broken)
  expect(read('of-tomorrow', {}, 'no hash')).toEqual(broken)
  const noted = bytes({ kind: 'noted', previous: null, fields: { text: '备注' } })
  expect(readFact(noted, (kind) => kind !== 'noted')).toEqual(newer('noted', null))
})

test('C138 C140 a program of the first level takes a fact with a field of the second for one of a newer program', () => {
  const accepted = { kind: 'accepted', previous: 'ab'.repeat(32), fields: { applicant: '李晓芳', seals: [] } }
  expect(readFact(bytes(accepted)).fact).toEqual(accepted)
  const old = (kind: FactKind, field?: string) => KNOWN.since(kind, field) < 2
  expect(readFact(bytes(accepted), old)).toEqual({
    fact: undefined,
    newer: { kind: 'accepted', previous: accepted.previous },
  })
})

test('C139 an unknown contribution moves nothing, is shown, and nobody is asked about it', () => {
  const facts = caseAt('20', TOWN)
  const newer = newerFact(TOWN, null)
  const state = fold([...facts, newer])
  expect(state).toMatchObject({ stage: '20', unread: [], tip: last(facts).hash })
  expect(state.story.find(({ hash }) => hash === newer.hash)).toMatchObject({
    kind: 'unknown',
    title: '本机程序看不懂的记录',
    aside: { reason: 'unread', resolve: expect.stringContaining('升级') },
  })
  const acts = actsFor(state, at(TOWN), register)
  expect(acts.filter(({ subject }) => subject === newer.hash)).toEqual([])
  expect(acts.find(({ kind }) => kind === 'accepted')?.allowed).toBe(true)
})

test('C135 a kind that the county has not enabled is offered and written nowhere, also not entered late', () => {
  const facts = caseAt('20', TOWN)
  const state = fold(facts)
  const before = { ...registerWith(), isEnabled: (kind: string) => kind !== 'accepted' && kind !== 'noted' }
  for (const kind of ['accepted', 'noted'] as const) {
    const act = actsFor(state, at(TOWN), before).find((one) => one.kind === kind)
    expect(act).toMatchObject({ allowed: false, why: `“${FACTS[kind].title}”要等全县节点升级后才能使用。` })
  }
  for (const fields of [{ seals: [] } as Fields, { seals: [], occurredOn: '2026-03-06', occurredWhy: '停电' }])
    expect(checkAct(state, at(TOWN), before, 'accepted', fields)).toMatchObject({
      ok: false,
      problem: { code: 'not-enabled', next: expect.stringContaining('自动启用') },
    })
  expect(checkAct(state, at(TOWN), registerWith(), 'accepted', { seals: [] })).toMatchObject({ ok: true })
})
