/** Who may decide: the tier at which the item's organ sits, or whoever holds a letter with the power to examine. */
import { expect, test } from 'vitest'
import { actsFor, checkAct } from '#protocol/casework/acts/acts.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import type { GuardedKind } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { everybody, problemOf } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  FIELDS,
  fold,
  last,
  letter,
  registerWith,
  SIMPLE,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

const GRANT = { result: 'granted', opinion: '同意', seals: [] }
const itemOf = (level: Item['level'], changes: Partial<Item> = {}): Item => ({ ...SIMPLE, level, ...changes })

/** The code of the refusal when a station decides a case of an item that lies there. */
function deciding(item: Item, station: StationCode, letters: readonly Letter[] = [], kind: GuardedKind = 'decided') {
  const register = { ...registerWith({ letters }), edition: () => item }
  const state = fold(caseAt(kind === 'settled' ? '20' : '30', station), register)
  return problemOf(state, kind, GRANT, station, register)
}

test.for([
  ['4', COUNTY, undefined],
  ['4', TOWN, 'beyond-level'],
  ['5', TOWN, undefined],
  ['5', COUNTY, 'beyond-level'],
  ['6', TOWN, undefined],
  ['7', TOWN, undefined],
  ['7', COUNTY, undefined],
] as const)('C162 an item of level %s is decided at %s: %s', ([level, station, code]) => {
  expect(deciding(itemOf(level), station)?.code).toBe(code)
  expect(deciding(itemOf(level, { caseKind: '1' }), station, [], 'settled')?.code).toBe(code)
})

test('C162 the refusal says whose item it is, and what is possible instead; before anything is typed, too', () => {
  const problem = deciding(itemOf('4'), TOWN)
  expect(problem).toMatchObject({
    message: expect.stringContaining('县级事项'),
    next: expect.stringContaining('县政务服务中心'),
  })
  const register = { ...registerWith(), edition: () => itemOf('4') }
  const state = fold(caseAt('30', TOWN), register)
  const offers = actsFor(state, everybody(TOWN, 'decided'), register)
  expect(offers.find(({ kind }) => kind === 'decided')).toMatchObject({ allowed: false })
  // Where it may not be decided the case goes on to who may.
  expect(offers.find(({ kind }) => kind === 'offered')).toMatchObject({ allowed: true })
})

test('C162 a letter counts for its station, item, person, days and power', () => {
  const item = itemOf('4')
  const held = (changes: Partial<Letter>, station = TOWN) =>
    deciding(item, TOWN, [letter(station, item.id, changes)])?.code
  expect(held({})).toBeUndefined()
  expect(held({ person: everybody(TOWN, 'decided').person as PersonId })).toBeUndefined()
  for (const changes of [
    { powers: ['accept', 'deliver'] },
    { items: ['SL9999'] },
    { person: 'p9' },
    { until: '2026-01-31' as Day },
    { revoked: { from: '2026-02-01' as Day, reason: '收回' } },
  ] as unknown as Partial<Letter>[])
    expect([changes, held(changes)]).toEqual([changes, 'beyond-level'])
  expect(held({}, COUNTY)).toBe('beyond-level')
})

test('C162 a decision that is signed already takes effect, whoever may decide now', () => {
  const register = { ...registerWith(), edition: () => itemOf('4') }
  const state = fold(caseAt('50', TOWN), register)
  expect(state).toMatchObject({ stage: '50', result: 'granted' })
})

test('C162 what an upper level decides is not settled on the spot', () => {
  for (const level of ['1', '2', '3'] as const)
    for (const station of [TOWN, COUNTY])
      expect(deciding(itemOf(level, { caseKind: '1' }), station, [], 'settled')?.code).toBe('beyond-level')
})

test('C162 a reply that is typed decides no more than its station may; one that is copied is what the upper level said', () => {
  const answered = (level: Item['level'], transcribes: boolean, result = 'granted') => {
    const register = { ...registerWith(), edition: () => itemOf(level) }
    const state = fold(caseAt('46', TOWN), register)
    const actor = { ...everybody(TOWN, 'replied'), transcribes }
    const answer = checkAct(state, actor, register, 'replied', { ...FIELDS.replied, result })
    return answer.ok ? undefined : answer.problem.code
  }
  expect(answered('4', false)).toBe('beyond-level')
  expect(answered('4', false, 'refused')).toBe('beyond-level')
  expect([answered('4', true), answered('4', false, 'returned'), answered('3', false)]).toEqual(
    Array(3).fill(undefined),
  )
})

test('C162 whoever adopts a decision decides it; an inner step is no reason to wait', () => {
  const register = { ...registerWith(), edition: () => itemOf('4') }
  const before = caseAt('30', TOWN)
  const stray = write('decided', VILLAGE, last(before), GRANT)
  const state = fold([...before, stray], register)
  const actor = everybody(TOWN, 'adopted')
  const adopted = checkAct(state, actor, register, 'adopted', { fact: stray.hash })
  expect(adopted).toMatchObject({ ok: false, problem: { code: 'beyond-level' } })
  const stepped = fold(caseAt('40', TOWN), register)
  const offers = actsFor(stepped, everybody(TOWN, 'decided'), register)
  expect(offers.find(({ kind }) => kind === 'decided')).toMatchObject({ allowed: false, code: 'beyond-level' })
})

test.for([
  ['rejected', { ...FIELDS.rejected, outcome: 'returned' }],
  ['accepted', FIELDS.accepted],
  ['notified', FIELDS.notified],
] as const)(
  'C162 who accepts or does not accept speaks for the organ: %s takes a letter with the power to accept elsewhere',
  ([kind, fields]) => {
    const writing = (letters: readonly Letter[]) => {
      const register = { ...registerWith({ letters }), edition: () => itemOf('4') }
      return problemOf(fold(caseAt('20', TOWN), register), kind, fields, TOWN, register)?.code
    }
    expect(writing([])).toBe('beyond-level')
    expect(writing([letter(TOWN, SIMPLE.id, { powers: ['examine'] })])).toBe('beyond-level')
    expect(writing([letter(TOWN, SIMPLE.id, { powers: ['accept'] })])).toBeUndefined()
  },
)

test('C162 whoever is not competent says so without a letter', () => {
  const register = { ...registerWith(), edition: () => itemOf('4') }
  expect(problemOf(fold(caseAt('20', TOWN), register), 'rejected', FIELDS.rejected, TOWN, register)).toBeUndefined()
})
