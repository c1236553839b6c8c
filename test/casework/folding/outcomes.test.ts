/** Outcomes, ratings, codes, editions, back-dating: what a case ends as and what is kept of it. */
import { expect, test } from 'vitest'
import { actsFor, checkAct } from '#protocol/casework/acts/acts.ts'
import { CASE_KINDS, CHANNELS, CLOSING_TYPES, ITEM_TYPES } from '#protocol/casework/codes.ts'
import { decodeFact, type FactEntry } from '#protocol/casework/facts/facts.ts'
import { completeItem, completeMaterial } from '#protocol/casework/item.ts'
import type { PersonId } from '#protocol/ids.ts'
import { everybody, problemOf } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  day,
  FIELDS,
  fold,
  type Line,
  last,
  morning,
  reasonOf,
  registerWith,
  SIMPLE,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

const on = (today: string) => registerWith({ today })

test('C96 void and mis-entry are coded outcomes: nothing of the case is gone', () => {
  const facts = caseAt('40', TOWN)
  for (const [as, stage, closing] of [
    ['void', '86', '2'],
    ['error', '87', '3'],
  ] as const) {
    const voided = write('voided', COUNTY, last(facts), { as })
    const state = fold([...facts, voided])
    expect(state).toMatchObject({ stage, closing, applicant: { name: '王秀英' }, asideOpen: 0 })
    expect(state.story).toHaveLength(facts.length + 1)
    expect(state.clocks.filter((each) => each.state !== 'stopped')).toEqual([])
    expect(actsFor(state, everybody(TOWN, 'noted'), registerWith()).filter(({ allowed }) => allowed)).toMatchObject([
      { kind: 'noted' },
    ])
  }
  expect(problemOf(fold(facts), 'voided', FIELDS.voided, COUNTY)).toBeUndefined()
  expect(problemOf(fold(facts), 'voided')?.code).toBe('not-authorised')
})

test('C97 of two ratings the first counts, a rating keeps its scale, and nobody is rated by silence', () => {
  const facts = caseAt('70', TOWN)
  expect(fold(facts).story.some(({ kind }) => kind === 'rated')).toBe(false)
  const first = write('rated', VILLAGE, null, { scale: 'four-level', value: 4 })
  const second = write('rated', TOWN, null, { scale: 'five-level', value: 1 })
  const state = fold([...facts, second, first])
  expect([reasonOf(state, first), reasonOf(state, second)]).toEqual([null, 'answered-already'])
  expect(state.story.find(({ hash }) => hash === first.hash)?.fields).toMatchObject({ scale: 'four-level', value: 4 })
  expect(problemOf(state, 'rated')?.code).toBe('nothing-to-answer')
  // Who worked on the case does not say how well.
  const clerk = { ...everybody(TOWN, 'rated'), person: 'p1' as PersonId }
  const own = checkAct(fold(facts), clerk, registerWith(), 'rated', { ...FIELDS.rated })
  expect(own.ok ? undefined : own.problem.code).toBe('own-rating')
  const open = fold(facts)
  for (const [scale, value] of [
    ['four-level', 5],
    ['five-level', 0],
    ['five-level', 6],
  ] as const) {
    const fields = { ...FIELDS.rated, scale, value }
    expect(problemOf(open, 'rated', fields)?.field).toBe('value')
    const fact = write('rated', TOWN, null, fields)
    expect(reasonOf(fold([...facts, fact]), fact)).toBe('malformed')
  }
  // What does not count does not take the place of the first.
  const wrong = write('rated', VILLAGE, null, { value: 9 })
  const right = write('rated', VILLAGE, null)
  expect(reasonOf(fold([...facts, wrong, right]), right)).toBeNull()
})

test('C98 codes are texts: leading zeros and any length survive', () => {
  expect(Object.keys(ITEM_TYPES)).toContain('01')
  for (const list of [CLOSING_TYPES, CASE_KINDS, CHANNELS])
    expect(Object.keys(list).every((code) => code.length === 1)).toBe(true)
  const encode = (fields: unknown) =>
    new TextEncoder().encode(JSON.stringify({ kind: 'closed', previous: null, fields }))
  expect(decodeFact(encode({ closing: '0' }))?.fields.closing).toBe('0')
  expect(decodeFact(encode({ closing: 0 }))).toBeUndefined()
  const id = `000${'1'.repeat(36)}`
  const item = completeItem({ id, name: '长编码事项', codes: { basic: id, implementation: id, business: '' } })
  const state = fold(chain([['opened', TOWN, { item: id }]]), registerWith({ items: [item] }))
  expect(state.item).toBe(id)
})

test('C99 an open case keeps the edition it was received under', () => {
  const first = { ...SIMPLE, id: 'SL0007', caseKind: '2' } as const
  const second = { ...first, edition: 2, caseKind: '1' } as const
  const register = registerWith({ items: [first, second] })
  const lines: Line[] = [
    ['opened', TOWN, { item: 'SL0007', itemVersion: 1 }],
    ['received', TOWN],
  ]
  const old = fold(chain(lines), register)
  expect(old.itemVersion).toBe(1)
  expect(problemOf(old, 'settled', FIELDS.settled, TOWN, register)?.code).toBe('immediate-item')
  const renewed = fold(chain([lines[0] as Line, ['received', TOWN, { itemVersion: 2 }]]), register)
  expect(renewed).toMatchObject({ itemVersion: 2, kinds: ['immediate'] })
  expect(problemOf(renewed, 'settled', FIELDS.settled, TOWN, register)).toBeUndefined()
})

test('C101 a back-dated act gives its reason and lies between the stage before it and today', () => {
  const facts = chain([
    ['opened', TOWN, { item: SIMPLE.id }, '2026-03-12'],
    ['received', TOWN, { occurredOn: '2026-03-10', occurredWhy: '停电' }, '2026-03-12'],
  ])
  const state = fold(facts, on('2026-03-13'))
  expect(state.days).toMatchObject({ opened: '2026-03-12', received: '2026-03-10' })
  const tried = (occurredOn: string, occurredWhy = '停电') =>
    problemOf(state, 'accepted', { seals: [], occurredOn, occurredWhy, proposedTo: 'p2' }, TOWN, on('2026-03-13'))
  expect(tried('2026-03-11')).toBeUndefined()
  expect(tried('2026-03-09')).toMatchObject({ field: 'occurredOn', message: expect.stringContaining('2026-03-10') })
  expect(tried('2026-03-14')).toMatchObject({ field: 'occurredOn', message: expect.stringContaining('今天') })
  expect(tried('2026-03-11', ' ')).toMatchObject({ field: 'occurredWhy' })
  const tomorrow = { occurredOn: '2026-03-20', occurredWhy: '停电' }
  const ahead = write('accepted', TOWN, last(facts), tomorrow, { time: morning('2026-03-13') })
  expect(fold([...facts, ahead], on('2026-03-13')).days.accepted).toBe('2026-03-13')
})

test('C101 a known offset corrects the author’s clock, an unknown one nothing', () => {
  const written = (clockOffset: number | null): FactEntry =>
    write('opened', TOWN, null, {}, { time: morning('2026-03-09'), clockOffset })
  const DAY = 24 * 60 * 60 * 1000
  expect(fold([written(-2 * DAY)]).days.opened).toBe('2026-03-07')
  expect(fold([written(null)]).days.opened).toBe('2026-03-09')
})

test('C103 the green channel is open by an item’s rule or by an approved exception', () => {
  const rule = { id: 'g1', name: '重点项目', minimumAmount: 100_000_00, listed: [], liaison: '' }
  const item = { ...SIMPLE, id: 'SL0008', green: [rule] }
  const register = registerWith({ items: [item] })
  const facts = caseAt('20', TOWN, item)
  const state = fold(facts, register)
  const tried = (fields: object) =>
    problemOf(state, 'prioritised', { ...FIELDS.prioritised, ...fields }, TOWN, register)
  expect(tried({ rule: 'g1', amount: 99_999_99 })?.code).toBe('green-rule')
  expect(tried({ rule: 'g1', amount: 100_000_00 })).toBeUndefined()
  expect(tried({})).toBeUndefined()
  const green = fold([...facts, write('prioritised', TOWN, last(facts), { rule: 'g1', amount: 100_000_00 })], register)
  expect(green).toMatchObject({ stage: '20', green: { rule: 'g1', liaison: '李四' } })
})

test('C104 a deferred material is one that may be missing, with a day by which it follows', () => {
  const photo = completeMaterial({ id: 'm1', name: '照片', basis: '某条例', deferrableDays: 10 })
  const item = { ...SIMPLE, id: 'SL0010', materials: [photo] }
  const register = registerWith({ items: [item] })
  const facts = caseAt('20', TOWN, item)
  const state = fold(facts, register)
  const deferred = { seals: [], deferred: ['照片'], deferredUntil: '2026-03-20' }
  expect(problemOf(state, 'accepted', { ...deferred, deferredUntil: '' }, TOWN, register)?.code).toBe('deferrable')
  expect(problemOf(state, 'accepted', { ...deferred, deferred: ['照片', '申请表'] }, TOWN, register)?.code).toBe(
    'deferrable',
  )
  const accepted = fold([...facts, write('accepted', TOWN, last(facts), deferred)], register)
  expect(accepted).toMatchObject({
    deferred: { items: ['照片'], until: day('2026-03-20') },
    kinds: ['promised', 'deferred'],
  })
})

test('C106 what a case is called at the counter follows from what became of it', () => {
  const kinds = (facts: readonly FactEntry[]) => fold(facts).kinds
  expect(kinds(caseAt('30', TOWN))).toEqual(['promised'])
  expect(kinds(caseAt('46', TOWN))).toEqual(['promised', 'reported'])
  expect(kinds(caseAt('82', TOWN))).toEqual(['promised', 'returned'])
  const facts = caseAt('30', TOWN)
  expect(kinds([...facts, write('invited', TOWN, last(facts))])).toEqual(['promised', 'joint'])
  expect(kinds(chain([['opened', TOWN, { master: 'd'.repeat(32) }]]))).toContain('joint')
})

test('C105 whoever has nothing to answer is told so', () => {
  const state = fold(caseAt('30', TOWN))
  for (const kind of ['supplied', 'relayed', 'acknowledged', 'opined', 'met', 'paid', 'refunded', 'rated'] as const) {
    expect(problemOf(state, kind), kind).toMatchObject({
      code: 'nothing-to-answer',
      next: expect.stringMatching(/。$/),
    })
  }
  expect(problemOf(fold(caseAt('25', TOWN)), 'supplied', FIELDS.supplied, VILLAGE)).toBeUndefined()
  expect(problemOf(fold(caseAt('70', TOWN)), 'contacted')?.code).toBe('nothing-to-answer')
})
